"""Zendesk Support: organisations, users, tickets with their measures, comments, ratings. Vendor notes: README.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import model_validator

from kizuna import sdk
from kizuna_zendesk import errors
from kizuna_zendesk.streams import Wishes, streams
from kizuna_zendesk.webhooks import ZendeskWebhooks

SHARE = 0.96  # of what the vendor allows: others ask for the same account, and its clock is not ours
NO_SECRET = sdk.SecretStr("")


class ZendeskSettings(sdk.Settings):
    """``email`` with ``api_token``, an ``oauth_token``, or an OAuth client's three; ``subdomain`` or ``base_url``."""

    subdomain: str = sdk.Field("", pattern=r"^$|^[a-z0-9][a-z0-9-]*$", description="acme of acme.zendesk.com")
    email: str = sdk.Field("", description="the administrator whose API token is used")
    api_token: sdk.SecretStr = sdk.Field(NO_SECRET, description="Admin Center > Apps and integrations > API tokens")
    oauth_token: sdk.SecretStr = sdk.Field(NO_SECRET, description="an OAuth access token with scope read")
    client_id: str = sdk.Field("", description="an OAuth client's identifier, whose access tokens expire")
    client_secret: sdk.SecretStr = sdk.Field(NO_SECRET, description="the OAuth client's secret")
    refresh_token: sdk.SecretStr = sdk.Field(
        NO_SECRET, description="what the authorisation gave; each is good once, and its successor goes to the vault"
    )
    oauth_path: str = sdk.Field("/oauth/tokens", pattern=r"^/[^/]", description="where access tokens are given")
    base_url: str = sdk.Field("", description="in place of https://SUBDOMAIN.zendesk.com, for a sandbox or a proxy")
    requests_per_minute: int = sdk.Field(200, ge=1, description="the plan's limit: Team 200, Professional 400 …")
    incremental_per_minute: int = sdk.Field(
        10, ge=1, description="exports a minute: 10, with the High Volume add-on 30"
    )
    ticket_metrics: Literal["with_tickets", "list"] = sdk.Field(
        "with_tickets",
        description="inside each ticket of the export, or from a list of their own (no archived tickets)",
    )
    ticket_merges: Literal["audits", "off"] = sdk.Field(
        "audits", description="ask the audits of each merged ticket into which one it went"
    )
    ticket_slas: bool = sdk.Field(
        False, description="ask the export for each ticket's service levels: those that run, and what became of each"
    )
    scrubbed_users: bool = sdk.Field(
        True, description="list once a day who was deleted for good, and forget their names"
    )
    user_identities: Literal["with_users", "each"] = sdk.Field(
        "with_users", description="beside the users of the export, or one request for each user"
    )
    ratings_days: int = sdk.Field(
        30,
        ge=1,
        description="for so many days after they were offered, ratings and surveys are asked again at each pass",
    )

    @model_validator(mode="after")
    def _complete(self) -> ZendeskSettings:
        if not self.subdomain and not self.base_url:
            raise ValueError("give the subdomain, such as acme for acme.zendesk.com")
        if not (self.oauth_token or self.renews or (self.email and self.api_token)):
            raise ValueError("give email and api_token, oauth_token, or client_id, client_secret and refresh_token")
        return self

    @property
    def renews(self) -> bool:
        """Whether access tokens are fetched and renewed."""
        return bool(self.client_id and self.client_secret and self.refresh_token)


class Zendesk(sdk.Connector[ZendeskSettings]):
    """The support desk: who asks, what they ask, how it was handled and what they thought of it."""

    key = "zendesk"
    title = "Zendesk"
    department = sdk.Department.SUPPORT
    # An agent types an organisation's name in passing; what a person is called and writes from is well known here.
    ranks: ClassVar[dict[str, int]] = {"name": 60, "email": 40, "phone": 55, "*": 60}
    webhooks = ZendeskWebhooks()

    def __init__(self, settings: ZendeskSettings) -> None:
        super().__init__(settings)
        # The account's plan decides both rates, so that they belong to the connection and not to the class.
        vars(self)["limits"] = limits(settings.requests_per_minute, settings.incremental_per_minute)

    def base_url(self) -> str:
        return (self.settings.base_url or f"https://{self.settings.subdomain}.zendesk.com").rstrip("/")

    def auth(self) -> sdk.Auth:
        settings = self.settings
        if settings.renews:
            form: dict[str, sdk.SecretStr | str] = {
                "grant_type": "refresh_token",
                "client_id": settings.client_id,
                "client_secret": settings.client_secret,
                "refresh_token": settings.refresh_token,
                "scope": "read",
            }
            token_url = self.base_url() + settings.oauth_path
            return sdk.FetchedToken(token_url, form, self.key, rotating={"refresh_token": "refresh_token"})
        if settings.oauth_token:
            return sdk.Bearer(settings.oauth_token)
        return sdk.Basic(f"{settings.email}/token", settings.api_token)

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return streams(
            Wishes(
                metrics_with_tickets=self.settings.ticket_metrics == "with_tickets",
                merges_from_audits=self.settings.ticket_merges == "audits",
                identities_with_users=self.settings.user_identities == "with_users",
                scrubbed_users=self.settings.scrubbed_users,
                sla_with_tickets=self.settings.ticket_slas,
                rated_within=timedelta(days=self.settings.ratings_days),
            )
        )

    def trial(self) -> sdk.Ask:
        return sdk.Ask(path=errors.ME)

    def sort_error(self, answer: sdk.Answer) -> sdk.KizunaError | None:
        return errors.sort(self.key, answer)


def limits(requests_per_minute: int, incremental_per_minute: int) -> tuple[sdk.Limit, ...]:
    """The account's limit, so that no minute holds more even where a burst begins it, and that of exports within it."""
    burst = max(1, requests_per_minute // 40)
    calls = max(requests_per_minute * SHARE - burst, requests_per_minute * SHARE / 2)
    return (
        sdk.Limit(calls, 60.0, burst=burst),
        sdk.Limit(incremental_per_minute * SHARE, 60.0, family="incremental", concurrent=4, within="default"),
    )


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.Connector[Any]]]:
    yield Zendesk


@sdk.hookimpl
def kizuna_sandboxes() -> Iterator[Any]:
    from kizuna_zendesk.sandbox import ZendeskSandbox

    yield ZendeskSandbox
