"""Deliveries over HTTP: the genuine change what is known, the others change nothing and are counted."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from kizuna.sandbox import Served, WebhookCall, WebhookEndpoint
from kizuna.sdk import Delivery, SecretStr
from kizuna.storage import connections, deliveries
from kizuna.storage.deliveries import Arrival
from kizuna.sync import inbox
from kizuna.web.receiving import receiving as receiving_of
from kizuna.web.webhooks import MOST_BYTES
from kizuna_stripe.sandbox.hooks import signature
from tests.support.webhooks import SECRET, VARIABLE, calls, inbox_rows, receiving, sent, trust, until
from tests.support.worlds import Kizuna, kizuna, world
from tests.web.wire import asked

STATES = "SELECT state, attempts FROM webhook_delivery ORDER BY id"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with world("stripe", companies=5) as made:
        monkeypatch.setenv(VARIABLE, SECRET)
        yield made


@pytest.fixture
def one(database_url: str, served: Served) -> Iterator[Kizuna]:
    with kizuna(database_url, served) as made:
        trust(made.parts.database, "stripe")
        made.sync("stripe")
        served.clock.advance(timedelta(hours=1))
        yield made


@pytest.fixture
def client(one: Kizuna) -> Iterator[httpx.Client]:
    with receiving(one) as made:
        yield made


def changed(served: Served, name: str) -> WebhookCall:
    """A customer renamed at the vendor, and the delivery that tells of it."""
    state = served.state("stripe")
    before = len(state.changes)
    state.change("account", state.live("customers")[0].id, name=name)
    return calls(served, "stripe", before)[0]


def event(served: Served, name: str, customer: str, account: str = "null") -> WebhookCall:
    """An event about a customer, signed now; all are written into the JSON as they are given."""
    data = f'{{"object": {{"object": "customer", "id": "{customer}"}}}}, "account": {account}'
    body = f'{{"object": "event", "id": "{name}", "type": "customer.updated", "created": 1, "data": {data}}}'.encode()
    signed_at = int(served.state("stripe").wall_clock().timestamp())
    return WebhookCall({"stripe-signature": signature(body, SECRET, signed_at)}, body)


def by_each(served: Served, *secrets: str) -> list[WebhookCall]:
    """One event of a known customer, signed now with each of the secrets."""
    state = served.state("stripe")
    body = event(served, "evt_signed", state.live("customers")[0].id).body
    signed_at = int(state.wall_clock().timestamp())
    return [WebhookCall({"stripe-signature": signature(body, secret, signed_at)}, body) for secret in secrets]


def intent(served: Served) -> Delivery:
    """A delivery about a payment intent."""
    held = b'{"object": "payment_intent", "id": "pi_1"}'
    body = b'{"id": "evt_1", "type": "payment_intent.succeeded", "created": 1, "data": {"object": ' + held + b"}}"
    return Delivery(method="POST", url="", headers={}, body=body, received_at=served.clock.now())


def counted(one: Kizuna, name: str = "stripe") -> dict[str, int]:
    """Outcome → how many deliveries came to it."""
    with one.parts.database.read() as sql:
        found = next((row.id for row in connections.all_of(sql) if row.name == name), deliveries.NOBODY)
    rows = inbox_rows(one.parts.database, f"SELECT outcome, count FROM webhook_count WHERE connection_id = {found}")
    return {str(outcome): int(count) for outcome, count in rows}


def versions(one: Kizuna) -> int:
    """How many versions of records were ever written."""
    return int(str(one.rows("SELECT sum(version_no) FROM source_record")[0][0]))


def test_a_change_that_the_vendor_tells_is_seen_in_the_api(one: Kizuna, client: httpx.Client, served: Served) -> None:
    state = served.state("stripe")
    url = f"{client.base_url}/webhooks/stripe"
    state.endpoints["we_1"] = WebhookEndpoint("we_1", url, SECRET)

    state.change("account", state.live("customers")[0].id, name="Momiji Kogyo")

    query = "{customers(first: 100) {nodes {name}}}"
    until(lambda: "Momiji Kogyo" in asked(client, query).text)
    until(lambda: {row[0] for row in inbox_rows(one.parts.database, STATES)} == {"done"})
    assert one.not_as_rebuilt() == []


def test_a_storm_of_one_delivery_has_one_effect(one: Kizuna, client: httpx.Client, served: Served) -> None:
    call, before = changed(served, "Hinoki"), versions(one)

    async def storm() -> list[int]:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(base_url=client.base_url, limits=limits, timeout=60, trust_env=False) as many:
            send = [many.post("/webhooks/stripe", content=call.body, headers=dict(call.headers)) for _ in range(200)]
            return [answer.status_code for answer in await asyncio.gather(*send)]

    answers = asyncio.run(storm())

    assert answers == [200] * 200
    until(lambda: inbox_rows(one.parts.database, STATES) == [("done", 0)])
    assert counted(one) == {"accepted": 1, "duplicate": 199}
    assert versions(one) == before + 1


def test_a_delivery_of_another_account_is_counted_and_listed_and_has_no_other_effect(
    one: Kizuna, client: httpx.Client, served: Served
) -> None:
    known = served.state("stripe").live("customers")[0].id
    call, runs = event(served, "evt_other", known, account='"acct_other"'), one.rows("SELECT count(*) FROM sync_run")

    answers = [client.post("/webhooks/stripe", content=call.body, headers=dict(call.headers)) for _ in range(2)]
    until(lambda: counted(one).get("other_account") == 2)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert counted(one) == {"accepted": 1, "duplicate": 1, "other_account": 2}
    assert inbox_rows(one.parts.database, "SELECT state, reason FROM webhook_delivery") == [
        ("done", "It concerns acct_other, which this connection does not read.")
    ]
    assert one.rows("SELECT count(*) FROM sync_run") == runs
    assert one.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_delivery_sent_again_after_it_was_done_changes_nothing(
    one: Kizuna, client: httpx.Client, served: Served
) -> None:
    call = changed(served, "Hinoki")
    sent(client, "stripe", call)
    until(lambda: inbox_rows(one.parts.database, STATES) == [("done", 0)])
    before = one.rows("SELECT count(*) FROM sync_run")

    again = sent(client, "stripe", call)

    assert again.status_code == 200
    assert inbox_rows(one.parts.database, STATES) == [("done", 0)]
    assert one.rows("SELECT count(*) FROM sync_run") == before


def test_what_is_forged_stale_or_too_large_is_refused_and_counted(
    one: Kizuna, client: httpx.Client, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, call = served.state("stripe"), changed(served, "Hinoki")
    forged = replace(call, body=call.body + b" ")
    monkeypatch.setattr(state, "wall_clock", lambda: type(state).wall_clock(state) - timedelta(seconds=301))
    stale = calls(served, "stripe")[-1]
    large = replace(call, body=b" " * (2 * MOST_BYTES))

    answers = [sent(client, "stripe", bad).status_code for bad in (forged, stale, large)]
    stranger = sent(client, "nobody", call)

    assert answers == [400, 400, 413]
    assert (stranger.status_code, stranger.text) == (404, "Not found.")
    until(lambda: counted(one) == {"refused": 2, "too_large": 1} and counted(one, "nobody") == {"unknown": 1})
    assert inbox_rows(one.parts.database, STATES) == []


def test_no_method_but_post_is_answered(client: httpx.Client) -> None:
    answers = {client.request(method, "/webhooks/stripe").status_code for method in ("GET", "PUT", "DELETE")}

    assert answers == {405}


def test_both_secrets_are_believed_while_one_replaces_the_other(
    one: Kizuna, client: httpx.Client, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KZ_NEWER", "another-secret")

    trust(one.parts.database, "stripe", "env:KZ_NEWER", f"env:{VARIABLE}")

    assert sent(client, "stripe", changed(served, "Hinoki")).status_code == 200


def test_secrets_in_the_vault_are_believed_two_at_a_time(
    one: Kizuna, client: httpx.Client, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIZUNA_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    parts = one.parts
    with parts.database.write() as sql:
        named = {"webhook-1": SecretStr(SECRET), "webhook-2": SecretStr("newer")}
        parts.vault.seal(sql, connections.get(sql, "stripe"), named)

    trust(parts.database, "stripe", "vault:webhook-2", "vault:webhook-1")
    answers = [sent(client, "stripe", call).status_code for call in by_each(served, SECRET, "newer", "forgotten")]
    trust(parts.database, "stripe", "vault:webhook-2")
    until(lambda: sent(client, "stripe", by_each(served, SECRET)[0]).status_code == 400)

    assert answers == [200, 200, 400]
    assert sent(client, "stripe", by_each(served, "newer")[0]).status_code == 200


def test_what_a_delivery_says_is_read_as_the_connections_settings_want_it(served: Served, sqlite_url: str) -> None:
    with kizuna(sqlite_url, served) as made:
        with made.parts.database.write() as sql:
            stored = connections.get(sql, "stripe")
            connections.configure(sql, stored.id, {**stored.settings, "ledger": True}, stored.secrets, 0)

        found = receiving_of(made.parts.database, made.parts.plugins, made.parts.vault)["stripe"]

    assert "payment_intents" in {hint.stream for hint in found.webhooks.hints(intent(served))}


def test_a_connection_without_a_secret_believes_nothing(database_url: str, served: Served) -> None:
    with kizuna(database_url, served) as bare, receiving(bare) as client:
        answer = sent(client, "stripe", changed(served, "Hinoki"))

    assert answer.status_code == 400


def test_a_genuine_delivery_that_says_nothing_known_fails_visibly(
    one: Kizuna, client: httpx.Client, served: Served
) -> None:
    body, now = b"[]", int(served.state("stripe").wall_clock().timestamp())

    answer = client.post("/webhooks/stripe", content=body, headers={"stripe-signature": signature(body, SECRET, now)})

    assert answer.status_code == 200
    [(state, reason)] = inbox_rows(one.parts.database, "SELECT state, reason FROM webhook_delivery")
    assert state == "failed"
    assert "the delivery is no event" in reason


@pytest.mark.parametrize("id_", ["cus_\\u0000", "c" * 501])
def test_a_record_whose_id_can_be_none_is_refused_and_the_others_are_kept(
    one: Kizuna, client: httpx.Client, served: Served, id_: str
) -> None:
    good, bad = changed(served, "Hinoki"), event(served, "evt_unfit", id_)

    answers = [sent(client, "stripe", call).status_code for call in (bad, good)]

    assert answers == [400, 200]
    until(lambda: counted(one) == {"unfit": 1, "accepted": 1})
    until(lambda: inbox_rows(one.parts.database, STATES) == [("done", 0)])


def test_an_event_whose_name_the_database_refuses_is_answered_as_our_fault(
    one: Kizuna, client: httpx.Client, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.web.webhooks.arrival", lambda to, _: Arrival(to.id, "evt_\ud800", (), 1))

    answer = sent(client, "stripe", changed(served, "Hinoki"))

    assert (answer.status_code, "report it" in answer.text) == (500, True)
    assert inbox_rows(one.parts.database, STATES) == []


def test_a_connector_that_fails_fails_its_own_deliveries_and_the_inbox_goes_on(
    one: Kizuna, client: httpx.Client, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = inbox.unchecked

    def broken(*given: object) -> object:
        raise ValueError("these settings are of an older version")

    monkeypatch.setattr(inbox, "unchecked", broken)
    sent(client, "stripe", changed(served, "Momiji Kogyo"))
    until(lambda: [row[0] for row in inbox_rows(one.parts.database, STATES)] == ["failed"])

    monkeypatch.setattr(inbox, "unchecked", whole)
    sent(client, "stripe", changed(served, "Sakura Kogyo"))
    until(lambda: [row[0] for row in inbox_rows(one.parts.database, STATES)] == ["failed", "done"])

    reasons = inbox_rows(one.parts.database, "SELECT reason FROM webhook_delivery WHERE state = 'failed'")
    assert reasons == [("The connector failed (ValueError); `kizuna doctor` says more.",)]
