"""The connector under the suite that a stranger's connector is held to; the sandbox plays the vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import httpx
import pytest

from kizuna.sandbox import VendorSandbox, World
from kizuna.testing import ConnectorSuite
from kizuna_stripe import Stripe
from kizuna_stripe.sandbox import StripeSandbox
from plugins.stripe.tests.served import account
from plugins.stripe.tests.test_ledger import dispute, schedule

WORLD = World(seed=7, companies=60)
RARE = {  # what no company of the world has
    "disputes": [dispute(), dispute(id="dp_2")],
    "subscription_schedules": [schedule(), schedule(id="sub_sched_2")],
}


@pytest.fixture(scope="class", autouse=True)
def sandbox(request: pytest.FixtureRequest) -> Iterator[None]:
    """One sandbox for all promises, and some of its own records to try them on."""
    with account(WORLD, ledger=True) as stripe:
        endpoint = stripe.served.endpoints[0]
        request.cls.settings = {**endpoint.settings, **endpoint.secrets}
        names = [stream.name for stream in stripe.connector().streams()]
        found = {name: [row.payload for row in stripe.state.live(name)[:2]] for name in names}
        request.cls.records = {**found, **RARE}
        yield


class TestStripe(ConnectorSuite):
    connector = Stripe
    settings: ClassVar[Mapping[str, Any]] = {"api_key": "sk_test_secret_of_the_account", "ledger": True}
    records: ClassVar[Mapping[str, Sequence[Mapping[str, Any]]]] = {}
    travelled = ("customers", "subscriptions", "invoices")
    deletes = ("account",)
    merges = ()
    exempt: ClassVar[Mapping[str, str]] = {
        "sets_a_bad_record_aside": "its readings are its own; sets_poison_aside tries it on the sandbox",
        "replays_samples": "its recordings lie outside the project; test_recordings replays them",
        "follows_merges": "Stripe's customers cannot be merged",
        "renews_a_token_in_mid_page": "Stripe's keys do not expire",
        "fits_many_fields_into_a_url": "Stripe sends every field unasked",
    }

    def sandbox(self) -> VendorSandbox:
        return StripeSandbox()

    def vendor(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport()
