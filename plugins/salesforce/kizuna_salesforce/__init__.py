"""Salesforce: accounts, people, opportunities, contracts, cases and activities, read through REST and SOQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import model_validator

from kizuna import sdk
from kizuna_salesforce.auth import InstanceToken
from kizuna_salesforce.errors import sort_error
from kizuna_salesforce.streams import Reach, streams
from kizuna_salesforce.webhooks import OutboundMessages


class SalesforceSettings(sdk.Settings):
    """Either client id and secret (an app with the client credentials flow), or a session that exists already."""

    login_url: str = sdk.Field("", description="My Domain host, https://NAME.my.salesforce.com")
    base_url: str = sdk.Field("", description="Where requests go instead of the instance the login names")
    client_id: str = sdk.Field("", description="Consumer key of the app")
    client_secret: sdk.SecretStr | None = sdk.Field(None, description="Consumer secret of the app")
    access_token: sdk.SecretStr | None = sdk.Field(None, description="A session id, instead of id and secret")
    api_version: str = sdk.Field("62.0", pattern=r"^\d{2}\.0$")
    default_currency: str | None = sdk.Field(None, pattern=r"^[A-Z]{3}$", description="Of an org with one currency")
    lookback_minutes: int = sdk.Field(10, ge=0, description="Read again so far back: transactions commit late")
    custom_fields: bool = sdk.Field(True, description="Ask for the org's own fields too; they stay in the payload")
    api_share_percent: int = sdk.Field(
        80, ge=1, le=100, description="Of the org's daily calls, all applications' counted"
    )

    @model_validator(mode="after")
    def _complete(self) -> SalesforceSettings:
        if not self.login_url and not self.base_url:
            raise ValueError("give login_url, the org's My Domain host")
        if self.access_token is None and not (self.client_id and self.client_secret):
            raise ValueError("give client_id and client_secret, or access_token")
        return self


class Salesforce(sdk.Connector[SalesforceSettings]):
    """One org."""

    key = "salesforce"
    title = "Salesforce"
    department = sdk.Department.SALES
    # There is no rate, only a daily allocation and 25 (in small orgs 5) long calls at once.
    limits = (sdk.Limit(50, 1.0, burst=10, concurrent=5),)
    ranks: ClassVar[Mapping[str, int]] = {"name": 10, "industry": 10, "owner": 10, "identity": 10}
    webhooks = OutboundMessages()

    def base_url(self) -> str:
        return (self.settings.base_url or self.settings.login_url).rstrip("/")

    def auth(self) -> sdk.Auth:
        settings = self.settings
        if settings.access_token is not None or settings.client_secret is None:
            return sdk.Bearer(settings.access_token or sdk.SecretStr(""))
        login_url = (settings.login_url or settings.base_url).rstrip("/")
        return InstanceToken(login_url, settings.client_id, settings.client_secret, pinned=bool(settings.base_url))

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        lookback = timedelta(minutes=self.settings.lookback_minutes)
        reach = Reach(
            version=self.settings.api_version,
            currency=self.settings.default_currency,
            lookback=lookback,
            custom=self.settings.custom_fields,
        )
        return streams(reach)

    def trial(self) -> sdk.Ask:
        return sdk.Ask(path=f"/services/data/v{self.settings.api_version}/")

    def sort_error(self, answer: sdk.Answer) -> sdk.KizunaError | None:
        return sort_error(self.key, answer, self.settings.api_share_percent)


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.Connector[Any]]]:
    yield Salesforce


@sdk.hookimpl
def kizuna_sandboxes() -> Iterator[type[Any]]:
    from kizuna_salesforce.sandbox import SalesforceSandbox  # a server's libraries load only where it is asked for

    yield SalesforceSandbox
