"""Stripe: customers, what they subscribed to, what was billed and paid.

Vendor notes: https://docs.stripe.com/api (version 2026-05-27.dahlia, read 2026-05).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from kizuna import sdk
from kizuna_stripe import errors
from kizuna_stripe.streams import streams
from kizuna_stripe.webhooks import StripeWebhooks

API_VERSION = "2026-05-27.dahlia"

# A live account may send 100 requests a second, a sandbox 25; we keep a little below.
# Source: https://docs.stripe.com/rate-limits (read 2026-05).
LIVE, TEST = "live", "test"


class StripeSettings(sdk.Settings):
    """Which Stripe account is read, and with what key."""

    api_key: sdk.SecretStr = sdk.Field(description="A restricted key (rk_…) with read access; sk_… works too.")
    base_url: str = sdk.Field("https://api.stripe.com", description="Where the API is; change it for a sandbox only.")
    api_version: str = sdk.Field(API_VERSION, description="The pinned version of the API, such as 2026-05-27.dahlia.")
    account: str | None = sdk.Field(None, description="The connected account (acct_…) to read as its platform.")


class Stripe(sdk.Connector[StripeSettings]):
    """Customers, products, prices, subscriptions, invoices, charges, refunds and credit notes."""

    key = "stripe"
    title = "Stripe"
    department = sdk.Department.FINANCE
    limits = (
        sdk.Limit(96, 1.0, LIVE, burst=8, concurrent=16),
        sdk.Limit(24, 1.0, TEST, burst=2, concurrent=8),
    )
    ranks: ClassVar[Mapping[str, int]] = {"billing": 10, "name": 80}
    names_may_be_people = True
    webhooks = StripeWebhooks()

    def base_url(self) -> str:
        return self.settings.base_url.rstrip("/")

    def auth(self) -> sdk.Bearer:
        return sdk.Bearer(self.settings.api_key)

    def headers(self) -> Mapping[str, str]:
        pinned = {"Stripe-Version": self.settings.api_version}
        return {**pinned, "Stripe-Account": self.settings.account} if self.settings.account else pinned

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return streams(self.settings.api_version, self._family())

    def trial(self) -> sdk.Ask:
        return sdk.Ask(path="/v1/customers", params=(("limit", "1"),), family=self._family())

    def sort_error(self, answer: sdk.Answer) -> sdk.KizunaError | None:
        return errors.sort_error(self.key, answer)

    def _family(self) -> str:
        return TEST if "_test_" in self.settings.api_key.get_secret_value() else LIVE


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.Connector[Any]]]:
    yield Stripe
