"""Stripe: customers, what they subscribed to, what was billed and paid.

Vendor notes: https://docs.stripe.com/api (version 2026-05-27.dahlia, read 2026-05).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from kizuna import sdk
from kizuna_stripe import errors
from kizuna_stripe.events import ENDPOINTS
from kizuna_stripe.ledger import ledger_streams
from kizuna_stripe.streams import streams
from kizuna_stripe.webhooks import StripeWebhooks

API_VERSION = "2026-05-27.dahlia"

# Requests a second that Stripe allows an account, live and in test mode, and one endpoint of it; we keep a little below.
# Source: https://docs.stripe.com/rate-limits (read 2026-05).
LIVE_PER_S, TEST_PER_S, ENDPOINT_PER_S = 100, 25, 25
SHARE = 0.96
AT_ONCE = 16


class StripeSettings(sdk.Settings):
    """Which Stripe account is read, and with what key."""

    api_key: sdk.SecretStr = sdk.Field(description="A restricted key (rk_…) with read access; sk_… works too.")
    base_url: str = sdk.Field("https://api.stripe.com", description="Where the API is; change it for a sandbox only.")
    api_version: str = sdk.Field(API_VERSION, description="The pinned version of the API, such as 2026-05-27.dahlia.")
    account: str | None = sdk.Field(None, description="The connected account (acct_…) to read as its platform.")
    requests_per_s: int | None = sdk.Field(
        None, ge=1, description="The account's limit, where Stripe has raised it from 100 (25 with a test key)."
    )
    ledger: bool = sdk.Field(
        False,
        description="Also read invoice payments, payment intents, disputes, balance transactions and schedules.",
    )


class Stripe(sdk.Connector[StripeSettings]):
    """Customers, products, prices, subscriptions, invoices, charges, refunds and credit notes."""

    key = "stripe"
    title = "Stripe"
    department = sdk.Department.FINANCE
    ranks: ClassVar[Mapping[str, int]] = {"billing": 10, "name": 80}
    names_may_be_people = True
    webhooks = StripeWebhooks()

    def __init__(self, settings: StripeSettings) -> None:
        super().__init__(settings)
        # The limit belongs to the account, therefore to the connection and not to the class.
        key = settings.api_key.get_secret_value()
        in_test_mode = "_test_" in key
        per_s = settings.requests_per_s or (TEST_PER_S if in_test_mode else LIVE_PER_S)
        vars(self)["limits"] = limits(per_s)
        vars(self)["webhooks"] = StripeWebhooks(
            ledger=settings.ledger,
            account=settings.account,
            live=False if in_test_mode else True if "_live_" in key else None,
        )

    def base_url(self) -> str:
        return self.settings.base_url.rstrip("/")

    def auth(self) -> sdk.Bearer:
        return sdk.Bearer(self.settings.api_key)

    def headers(self) -> Mapping[str, str]:
        pinned = {"Stripe-Version": self.settings.api_version}
        return {**pinned, "Stripe-Account": self.settings.account} if self.settings.account else pinned

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        version, account = self.settings.api_version, self.settings.account
        found = streams(version, account, ledger=self.settings.ledger)
        return (*found, *ledger_streams(version, account)) if self.settings.ledger else found

    def trial(self) -> sdk.Ask:
        return sdk.Ask(path="/v1/customers", params=(("limit", "1"),))

    def sort_error(self, answer: sdk.Answer) -> sdk.KizunaError | None:
        return errors.sort_error(self.key, answer)


def limits(per_s: int) -> tuple[sdk.Limit, ...]:
    """The account's limit of so many requests a second, and within it that of each endpoint.

    An endpoint has 25 of the account's 100; where Stripe has raised the account's limit, as large a part of that.
    """
    account = sdk.Limit(per_s * SHARE, concurrent=AT_ONCE)
    endpoint_per_s = max(min(per_s, ENDPOINT_PER_S), per_s * ENDPOINT_PER_S // LIVE_PER_S)
    if endpoint_per_s == per_s:
        return (account,)
    each = [
        sdk.Limit(endpoint_per_s * SHARE, family=family, concurrent=AT_ONCE, within=account.family)
        for family in ENDPOINTS
    ]
    return (account, *each)


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.Connector[Any]]]:
    yield Stripe


@sdk.hookimpl
def kizuna_revenue_policies() -> Iterator[sdk.RevenuePolicy]:
    # https://docs.stripe.com/billing/subscriptions/analytics/glossary and the support pages on MRR (read 2026-05).
    yield sdk.RevenuePolicy(
        name="stripe", discounts="forever", cancel="request", paused="keep", logo_churn_denominator="start_plus_new"
    )


@sdk.hookimpl
def kizuna_sandboxes() -> Iterator[Any]:
    from kizuna_stripe.sandbox import StripeSandbox

    yield StripeSandbox
