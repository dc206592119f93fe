"""Every vendor's deliveries, from its sandbox to the API: the genuine are read for, the others have no effect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from kizuna.sandbox import Served, WebhookCall, WebhookEndpoint
from kizuna.storage import connections
from kizuna.sync import settling
from kizuna.web.webhooks import MOST_BYTES
from tests.support.webhooks import SECRET, VARIABLE, calls, inbox_rows, receiving, trust, until
from tests.support.worlds import Kizuna, kizuna, world
from tests.web.wire import asked

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
ACCOUNTS = {"salesforce": "Account", "hubspot": "companies", "zendesk": "organizations", "stripe": "customers"}
UNDATED = ("salesforce",)
"""These say nothing in a delivery of when it was sent."""
QUERY = "{customers(first: 100) {nodes {name}}}"
OUTCOMES = "SELECT outcome, count FROM webhook_count WHERE connection_id = {}"
ENDED = "SELECT DISTINCT state FROM webhook_delivery"


@dataclass(frozen=True, slots=True)
class Wired:
    """A vendor's sandbox that knows where to deliver, and the Kizuna that listens there."""

    vendor: str
    served: Served
    kizuna: Kizuna
    client: httpx.Client
    url: str

    def change(self, name: str) -> list[WebhookCall]:
        """A firm renamed, and the calls that tell of it, signed now; an hour passes, so that the change shows."""
        state = self.served.state(self.vendor)
        before = len(state.changes)
        state.change("account", state.of_kind("account")[0].id, name=name)
        self.served.clock.advance(timedelta(hours=1))
        return self.signed(before)

    def signed(self, after: int) -> list[WebhookCall]:
        """The calls of the changes from there on, signed now."""
        return calls(self.served, self.vendor, after, self.url)

    def send(self, call: WebhookCall, url: str = "") -> httpx.Response:
        return self.client.post(url or self.url, content=call.body, headers=dict(call.headers))

    def counted(self) -> dict[str, int]:
        with self.kizuna.parts.database.read() as sql:
            found = connections.get(sql, self.vendor).id
        return {str(name): int(count) for name, count in self.inbox(OUTCOMES.format(found))}

    def inbox(self, question: str) -> list[tuple[object, ...]]:
        return inbox_rows(self.kizuna.parts.database, question)


@pytest.fixture(scope="module", params=VENDORS)
def wired(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    vendor = str(request.param)
    place = f"sqlite:///{tmp_path_factory.mktemp(vendor) / 'kizuna.db'}"
    with world(vendor, companies=3) as served, kizuna(place, served) as made:
        os.environ[VARIABLE] = SECRET  # the world puts the environment back
        trust(made.parts.database, vendor)
        made.sync(vendor)
        served.clock.advance(timedelta(hours=1))
        with receiving(made) as client:
            ending = f"?key={SECRET}" if vendor == "salesforce" else ""
            yield Wired(vendor, served, made, client, f"{client.base_url}/webhooks/{vendor}{ending}")


def test_what_a_sandbox_delivers_is_read_again_and_shows_in_the_api(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "LOOK_AGAIN_S", (0.2,) * 600)
    state = wired.served.state(wired.vendor)
    state.endpoints["we_1"] = WebhookEndpoint("we_1", wired.url, SECRET)

    state.change("account", state.of_kind("account")[0].id, name="Momiji Kogyo")
    wired.served.clock.advance(timedelta(hours=1))

    until(lambda: "Momiji Kogyo" in asked(wired.client, QUERY).text)
    until(lambda: wired.inbox(ENDED) == [("done",)])
    state.endpoints.clear()
    assert state.requests["webhooks_failed"] == 0
    assert wired.kizuna.rows("SELECT count(*) > 0 FROM fact_account WHERE name = 'Momiji Kogyo'") == [(1,)]
    assert wired.kizuna.not_as_rebuilt() == []


def test_a_delivery_that_comes_again_is_accepted_once(wired: Wired) -> None:
    before = wired.counted()
    call = wired.change("Hinoki")[0]

    answers = [wired.send(call) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    until(lambda: wired.counted().get("duplicate", 0) == before.get("duplicate", 0) + 2)
    assert wired.counted()["accepted"] == before.get("accepted", 0) + 1
    acknowledged = {"<Ack>true</Ack>" in answer.text for answer in answers}
    assert acknowledged == {wired.vendor == "salesforce"}
    until(lambda: wired.inbox(ENDED) == [("done",)])


def test_what_is_forged_or_of_another_time_or_too_large_is_refused_and_changes_nothing(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, begin = wired.served.state(wired.vendor), len(wired.served.state(wired.vendor).changes)
    call = wired.change("Sakura")[0]
    held, before = wired.inbox("SELECT count(*) FROM webhook_delivery"), wired.counted()
    known = wired.kizuna.rows("SELECT sum(version_no) FROM source_record")

    bad = [(replace(call, body=call.body + b" "), "")]
    if wired.vendor in UNDATED:
        bad = [(call, wired.url.replace(SECRET, "guess")), (call, wired.url.partition("?")[0])]
    else:
        for off in (timedelta(seconds=-301), timedelta(minutes=10)):
            with monkeypatch.context() as moved:
                moved.setattr(state, "wall_clock", lambda off=off: type(state).wall_clock(state) + off)
                bad.append((wired.signed(begin)[0], ""))
    answers = [wired.send(one, url).status_code for one, url in bad]
    large = wired.send(replace(call, body=b" " * (MOST_BYTES + 1))).status_code

    assert (answers, large) == ([400] * len(bad), 413)
    more = {"refused": before.get("refused", 0) + len(bad), "too_large": before.get("too_large", 0) + 1}
    until(lambda: wired.counted() == before | more)
    assert wired.inbox("SELECT count(*) FROM webhook_delivery") == held
    assert wired.kizuna.rows("SELECT sum(version_no) FROM source_record") == known


def test_just_the_record_that_a_delivery_names_is_read_and_the_stream_stands_as_before(wired: Wired) -> None:
    stands = "SELECT name, bookmark, state, last_complete_at FROM stream ORDER BY name"
    before = wired.kizuna.rows(stands)

    wired.send(wired.change("Kaede")[0])

    until(lambda: wired.inbox(ENDED) == [("done",)])
    latest = "(SELECT id FROM sync_run ORDER BY queued_at DESC LIMIT 1)"
    assert wired.kizuna.rows(f"SELECT trigger, state FROM sync_run WHERE id = {latest}") == [("webhook", "complete")]
    assert wired.kizuna.rows(f"SELECT stream, read FROM run_stream WHERE run_id = {latest}") == [
        (ACCOUNTS[wired.vendor], 1)
    ]
    assert wired.kizuna.rows(stands) == before
    assert wired.kizuna.rows("SELECT count(*) FROM fact_account WHERE name = 'Kaede'") == [(1,)]
    assert wired.kizuna.not_as_rebuilt() == []


def test_deliveries_in_the_wrong_order_leave_the_latest_state(wired: Wired) -> None:
    first, second = wired.change("Ume")[0], wired.change("Take")[0]

    wired.send(second)
    until(lambda: wired.inbox(ENDED) == [("done",)])
    wired.send(first)
    until(lambda: wired.inbox(ENDED) == [("done",)])

    assert wired.kizuna.rows("SELECT name FROM fact_account WHERE name IN ('Ume', 'Take')") == [("Take",)]


def test_a_record_is_gone_once_a_delivery_tells_of_its_deletion(wired: Wired) -> None:
    state, begin = wired.served.state(wired.vendor), len(wired.served.state(wired.vendor).changes)
    deleted = state.of_kind("account")[-1].id
    kind = ACCOUNTS[wired.vendor]
    question = f"SELECT deleted IS NOT NULL FROM source_record WHERE stream = '{kind}' AND source_id = '{deleted}'"
    before = wired.kizuna.rows(question)

    state.delete("account", deleted)
    told = wired.signed(begin)
    for call in told:
        wired.send(call)

    until(lambda: wired.inbox(ENDED) == [("done",)])
    assert before == [(0,)]
    assert wired.kizuna.rows(question) == [(int(bool(told)),)]
    assert wired.kizuna.not_as_rebuilt() == []


@pytest.mark.parametrize("wired", ["hubspot"], indirect=True)
def test_the_loser_of_a_merge_leads_to_the_winner_and_is_gone_once_the_merge_is_told(wired: Wired) -> None:
    state, begin = wired.served.state(wired.vendor), len(wired.served.state(wired.vendor).changes)
    winner, loser = (record.id for record in state.of_kind("account")[:2])

    state.merge("account", winner, loser)
    for call in wired.signed(begin):
        wired.send(call)

    until(lambda: wired.inbox(ENDED) == [("done",)])
    question = f"SELECT deleted FROM source_record WHERE stream = 'companies' AND source_id = '{loser}'"
    assert wired.kizuna.rows(question) == [("merged",)]
    assert wired.kizuna.rows(
        "SELECT lost.loser_id, won.source_id FROM record_alias lost JOIN source_record won ON won.rid = lost.winner_rid"
    ) == [(loser, winner)]
    assert wired.kizuna.not_as_rebuilt() == []
