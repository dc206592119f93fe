"""Salesforce: accounts, people, opportunities, contracts, cases and activities, read through REST and SOQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import model_validator

from kizuna import sdk
from kizuna_salesforce.auth import AssertedToken, InstanceToken, audience_of, signer
from kizuna_salesforce.bulk import ASKED_EVERY_S, FAMILY
from kizuna_salesforce.errors import sort_error
from kizuna_salesforce.streams import Reach, streams
from kizuna_salesforce.webhooks import OutboundMessages


class SalesforceSettings(sdk.Settings):
    """A client id with its secret, with a private key or with a refresh token; or a session that exists already."""

    login_url: str = sdk.Field("", description="My Domain host, https://NAME.my.salesforce.com")
    base_url: str = sdk.Field("", description="Where requests go instead of the instance the login names")
    client_id: str = sdk.Field("", description="Consumer key of the app")
    client_secret: sdk.SecretStr | None = sdk.Field(None, description="Consumer secret of the app")
    username: str = sdk.Field("", description="The user for whom private_key signs")
    private_key: sdk.SecretStr | None = sdk.Field(None, description="RSA key (PEM) of the app's certificate")
    jwt_audience: str = sdk.Field("", description="Instead of login.salesforce.com or test.salesforce.com")
    refresh_token: sdk.SecretStr | None = sdk.Field(None, description="Of a sign-in in the browser; kept up to date")
    access_token: sdk.SecretStr | None = sdk.Field(None, description="A session id, instead of id and secret")
    api_version: str = sdk.Field("62.0", pattern=r"^\d{2}\.0$")
    default_currency: str | None = sdk.Field(
        None, pattern=r"^[A-Z]{3}$", description="Of an org with one currency, which is asked for it otherwise"
    )
    lookback_minutes: int = sdk.Field(10, ge=0, description="Read again so far back: transactions commit late")
    custom_fields: bool = sdk.Field(True, description="Ask for the org's own fields too; they stay in the payload")
    bulk_from_rows: int = sdk.Field(50_000, ge=0, description="Rows left of a first load for a bulk job; 0: never")
    bulk_page_rows: int = sdk.Field(1000, ge=1, le=50_000, description="Rows of a bulk job in one answer")
    api_share_percent: int = sdk.Field(
        80, ge=1, le=100, description="Of the org's daily calls, all applications' counted"
    )

    @model_validator(mode="after")
    def _complete(self) -> SalesforceSettings:
        if not self.login_url and not self.base_url:
            raise ValueError("give login_url, the org's My Domain host")
        proof = self.client_secret or self.private_key or self.refresh_token
        if self.access_token is None and not (self.client_id and proof):
            raise ValueError("give client_id with client_secret, private_key or refresh_token, or access_token")
        if self.private_key is not None and not self.username:
            raise ValueError("give username, the user for whom private_key signs")
        return self


class Salesforce(sdk.Connector[SalesforceSettings]):
    """One org."""

    key = "salesforce"
    title = "Salesforce"
    department = sdk.Department.SALES
    # There is no rate, only a daily allocation and 25 (in small orgs 5) long calls at once.
    limits = (
        sdk.Limit(50, 1.0, burst=10, concurrent=5),
        sdk.Limit(1, ASKED_EVERY_S, family=FAMILY, concurrent=1),
    )
    timeout_s = 600.0  # how long Salesforce itself lets a call take
    ranks: ClassVar[Mapping[str, int]] = {"name": 10, "industry": 10, "owner": 10, "identity": 10}
    webhooks = OutboundMessages()

    def base_url(self) -> str:
        return (self.settings.base_url or self.settings.login_url).rstrip("/")

    def auth(self) -> sdk.Auth:
        settings = self.settings
        login_url, pinned = (settings.login_url or settings.base_url).rstrip("/"), bool(settings.base_url)
        if settings.access_token is not None:
            return sdk.Bearer(settings.access_token)
        if settings.private_key is not None:
            audience = settings.jwt_audience or audience_of(login_url)
            sign = signer(settings.client_id, settings.username, audience, settings.private_key)
            return AssertedToken(login_url, sign, pinned=pinned)
        form: dict[str, sdk.SecretStr | str] = {"grant_type": "client_credentials", "client_id": settings.client_id}
        if settings.client_secret is not None:
            form["client_secret"] = settings.client_secret
        if settings.refresh_token is not None:
            form |= {"grant_type": "refresh_token", "refresh_token": settings.refresh_token}
        return InstanceToken(login_url, form, pinned=pinned)

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        lookback = timedelta(minutes=self.settings.lookback_minutes)
        reach = Reach(
            version=self.settings.api_version,
            currency=self.settings.default_currency,
            lookback=lookback,
            custom=self.settings.custom_fields,
            bulk_from_rows=self.settings.bulk_from_rows,
            bulk_page_rows=self.settings.bulk_page_rows,
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
