"""HubSpot for Kizuna: companies, contacts, deals, tickets and what was said and done with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import field_validator, model_validator

from kizuna import sdk
from kizuna_hubspot.errors import sort_error
from kizuna_hubspot.kinds import type_ids
from kizuna_hubspot.paths import V3, Paths
from kizuna_hubspot.streams import Portal
from kizuna_hubspot.webhooks import HubSpotWebhooks

# The account has five in any second, all applications' together, and older documentation says four: evenly spaced, five
# would now and then be six by the clock of HubSpot. https://developers.hubspot.com/docs/api-reference/search/guide
SEARCHES_A_SECOND = 4


class HubSpotSettings(sdk.Settings):
    """One HubSpot portal: a static token, or the three values of an app that was installed by OAuth."""

    access_token: sdk.SecretStr | None = sdk.Field(None, description="Token of a private app or a service key (pat-…)")
    client_id: str = sdk.Field("", description="Client id of an app installed by OAuth, instead of a token")
    client_secret: sdk.SecretStr | None = sdk.Field(None, description="Client secret of that app")
    refresh_token: sdk.SecretStr | None = sdk.Field(None, description="Refresh token the installation gave")
    base_url: str = sdk.Field("https://api.hubapi.com", description="Where HubSpot's API answers")
    api_version: str = sdk.Field(
        V3,
        pattern=r"^(v3|\d{4}-\d{2})$",
        description="v3, or a dated version such as 2026-09; v3 is unsupported from September 2027",
    )
    default_currency: str | None = sdk.Field(
        None, pattern=r"^[A-Z]{3}$", description="For amounts that name none, instead of the portal's company currency"
    )
    lookback_minutes: int = sdk.Field(
        10, ge=5, description="Minutes asked again each time, because HubSpot's search shows changes late"
    )
    calls_per_10_seconds: int = sdk.Field(
        100,
        ge=1,
        description="The plan's limit: Free and Starter 100, Professional and Enterprise 190, with add-on 250",
    )
    api_share_percent: int = sdk.Field(
        80, ge=1, le=100, description="Of the portal's daily calls, all applications' counted, at which a run pauses"
    )
    custom_properties: bool = sdk.Field(default=True, description="Also read the properties the portal itself defined")
    commerce: bool = sdk.Field(
        default=False, description="Also read HubSpot's own invoices and subscriptions; not where another system bills"
    )

    object_type_ids: str = sdk.Field(
        "",
        description="Corrects ids by which webhooks name kinds of objects, such as calls=0-48 meetings=0-47",
    )

    @field_validator("object_type_ids")
    @classmethod
    def _meaning(cls, value: str) -> str:
        type_ids(value)
        return value

    @model_validator(mode="after")
    def _complete(self) -> HubSpotSettings:
        if self.access_token is None and not (self.client_id and self.client_secret and self.refresh_token):
            raise ValueError("give access_token, or client_id, client_secret and refresh_token")
        return self


class HubSpot(sdk.Connector[HubSpotSettings]):
    """A HubSpot portal, read with the token of a private app or a service key."""

    key = "hubspot"
    title = "HubSpot"
    department = sdk.Department.MARKETING
    ranks: ClassVar[Mapping[str, int]] = {"lifecycle_stage": 20, "domain": 30, "billing": 80, "*": 40}
    webhooks = HubSpotWebhooks()

    def __init__(self, settings: HubSpotSettings) -> None:
        super().__init__(settings)
        # The plan decides the first rate, every account has the second. Whether searches count among all calls is not
        # documented for every kind of token, so they do:
        # https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (read 2026-11-20).
        vars(self)["webhooks"] = HubSpotWebhooks(type_ids(settings.object_type_ids))
        calls = settings.calls_per_10_seconds
        vars(self)["limits"] = (
            sdk.Limit(calls, 10.0, burst=max(1, calls // 10)),
            sdk.Limit(SEARCHES_A_SECOND, 1.0, family="search", concurrent=4, within="default"),
        )

    def base_url(self) -> str:
        return self.settings.base_url.rstrip("/")

    def auth(self) -> sdk.Auth:
        settings = self.settings
        if settings.access_token is not None or settings.client_secret is None or settings.refresh_token is None:
            return sdk.Bearer(settings.access_token or sdk.SecretStr(""))
        form: dict[str, sdk.SecretStr | str] = {
            "grant_type": "refresh_token",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "refresh_token": settings.refresh_token,
        }
        token_url = self.base_url() + Paths(settings.api_version).token()
        return sdk.FetchedToken(token_url, form, self.key, rotating={"refresh_token": "refresh_token"})

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return Portal(
            paths=Paths(self.settings.api_version),
            default_currency=self.settings.default_currency,
            lookback=timedelta(minutes=self.settings.lookback_minutes),
            custom_properties=self.settings.custom_properties,
            commerce=self.settings.commerce,
            type_ids=type_ids(self.settings.object_type_ids),
        ).streams()

    def trial(self) -> sdk.Ask:
        return sdk.Ask(path=Paths(self.settings.api_version).account())

    def sort_error(self, answer: sdk.Answer) -> sdk.KizunaError | None:
        return sort_error(self.key, answer, self.settings.api_share_percent)


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.AnyConnector]]:
    """HubSpot's connector."""
    yield HubSpot


@sdk.hookimpl
def kizuna_sandboxes() -> Iterable[Any]:
    """HubSpot as a simulated vendor; its rooms are imported only when it is played."""
    from kizuna_hubspot.sandbox import HubSpotSandbox

    return (HubSpotSandbox,)
