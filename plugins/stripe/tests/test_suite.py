"""The connector under the suite that a stranger's connector is held to; the sandbox plays the vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx
import pytest

from kizuna.sandbox import Native, SandboxState, StoredRecord, VendorSandbox, World
from kizuna.sandbox.verbs import change_seats
from kizuna.testing import ConnectorSuite
from kizuna.testing.happenings import Move
from kizuna_stripe import Stripe
from kizuna_stripe.sandbox import StripeSandbox
from plugins.stripe.tests.served import account
from plugins.stripe.tests.test_ledger import dispute, schedule

WORLD = World(seed=7, companies=60)
LASTING = (
    "charges",
    "refunds",
    "credit_notes",
    "invoice_payments",
    "payment_intents",
    "disputes",
    "subscription_schedules",
    "balance_transactions",
)
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


def written_anew(field: str) -> Move:
    """Someone edits this field of an object."""

    def move(state: SandboxState, held: StoredRecord, word: str) -> None:
        state.rewrite(held.stream, held.id, **{field: word})

    return move


def seated(state: SandboxState, held: StoredRecord, word: str) -> None:
    """A living subscription is for another number of seats."""
    if held.payload["status"] not in ("canceled", "incomplete_expired"):
        change_seats(state, held.id, 1 + sum(word.encode()) % 90)


def paid_anew(state: SandboxState, held: StoredRecord, _word: str) -> None:
    """Another object like this one, made now: these change no more once they are there."""
    now, own = state.now(), f"{held.id}x{len(state.changes)}"
    made = {**held.payload, "id": own, "created": int(now.timestamp())}
    state.put(Native(stream=held.stream, id=own, payload=made, created_at=now, updated_at=now))


class TestStripe(ConnectorSuite):
    connector = Stripe
    settings: ClassVar[Mapping[str, Any]] = {"api_key": "sk_test_secret_of_the_account", "ledger": True}
    records: ClassVar[Mapping[str, Sequence[Mapping[str, Any]]]] = {}
    deletes = ("account", "product", "price", "invoices")
    merges = ()
    companies = 3
    moves: ClassVar[Mapping[str, Move]] = {
        "subscriptions": seated,
        "invoice_payments": paid_anew,
        "balance_transactions": paid_anew,
        "payment_intents": paid_anew,
        "disputes": written_anew("reason"),
        "subscription_schedules": written_anew("end_behavior"),
    }
    exempt: ClassVar[Mapping[str, str]] = {
        "sets_a_bad_record_aside": "its readings are its own; sets_poison_aside tries it on the sandbox",
        "replays_samples": "its recordings lie outside the project; test_recordings replays them",
        "follows_merges": "Stripe's customers cannot be merged",
        "renews_a_token_in_mid_page": "Stripe's keys do not expire",
        "fits_many_fields_into_a_url": "Stripe sends every field unasked",
        "is_deleted_over_time subscriptions": "who deletes one cancels it, and it can be read for ever",
        **{f"is_deleted_over_time {name}": "Stripe deletes none of them" for name in LASTING},
    }

    def sandbox(self) -> VendorSandbox:
        return StripeSandbox(ledger=True)

    def furnished(self, state: SandboxState) -> None:
        charges, subscriptions = state.live("charges"), state.live("subscriptions")
        owners = {"disputes": ("charge", charges), "subscription_schedules": ("subscription", subscriptions)}
        for stream, (field, owned) in owners.items():
            for held, owner in zip(RARE[stream], owned, strict=False):
                at = datetime.fromtimestamp(held["created"], UTC)
                payload = {**held, field: owner.id, "customer": owner.payload["customer"]}
                state.put(Native(stream=stream, id=held["id"], payload=payload, created_at=at, updated_at=at))

    def vendor(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport()
