"""Rows that a webhook names: read by their ids, as they are now, from the simulated org over real HTTP."""

import asyncio
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna_salesforce import Salesforce, SalesforceSettings
from kizuna_salesforce.readings import Keyset
from kizuna_salesforce.sandbox.shelves import purge
from kizuna_salesforce.these import IDS_A_QUERY, These
from plugins.salesforce.tests.passes import STREAMS, read, told


class Found(msgspec.Struct):
    """What a reading of certain rows gave."""

    records: dict[str, str | None]
    versions: dict[str, Any]
    raws: list[dict[str, Any]]
    asks: list[sdk.Ask]
    turns: list[sdk.Turn]

    def resources(self) -> list[str]:
        return [ask.path.strip("/").rpartition("/")[2] for ask in self.asks]


def named(org: Served, name: str, *ids: str, bookmark: sdk.Bookmark | None = None) -> Found:
    endpoint = org.endpoint("salesforce")
    crm = Salesforce(SalesforceSettings.model_validate({**endpoint.settings, **endpoint.secrets}))
    stream = next(each for each in crm.streams() if each.name == name)
    assert stream.only is not None
    reading, found = stream.only([sdk.Named(id=each) for each in ids]), Found({}, {}, [], [], [])

    async def once() -> None:
        async with sdk.Transport(crm, paced=False) as line:
            turn = reading.begin(bookmark, sdk.Start(now=org.clock.now()))
            while True:
                found.turns.append(turn)
                found.raws += [msgspec.json.decode(record.raw) for record in turn.records]
                for record in turn.records:
                    key, reason = told(stream, record)
                    found.records[key], found.versions[key] = reason, record.version
                if turn.ask is None:
                    return
                found.asks.append(turn.ask)
                turn = reading.turn(turn.state, turn.ask, await line.send(turn.ask))

    asyncio.run(once())
    return found


def ids(org: Served, kind: str, count: int) -> list[str]:
    return [record.id for record in org.state("salesforce").of_kind(kind)][:count]


def test_exactly_the_named_rows_are_read_with_the_orgs_own_fields(org: Served):
    first, second = ids(org, "account", 2)

    found = named(org, "Account", first, second, first)

    assert found.records == {first: None, second: None}
    assert any(name.endswith("__c") for name in found.raws[0])
    assert found.resources() == ["describe", "queryAll"]
    assert all((turn.bookmark, turn.whole) == (None, False) for turn in found.turns)


def test_fields_that_the_bookmark_knows_are_not_asked_for_again(org: Served):
    before = read(org, names=["Account"])
    (first,) = ids(org, "account", 1)

    found = named(org, "Account", first, bookmark=before.bookmarks["Account"])

    assert (found.records, found.resources()) == ({first: None}, ["queryAll"])
    assert found.raws[0] == next(raw for raw in before.raws["Account"] if raw["Id"] == first)


def test_every_object_can_be_read_so(org: Served):
    before = read(org)

    for name in STREAMS:
        wanted = [key for key, reason in before.records[name] if reason is None][:2]
        found = named(org, name, *wanted, bookmark=before.bookmarks[name])
        assert (sorted(found.records), set(found.records.values())) == (sorted(wanted), {None}), name


def test_more_than_a_query_takes_are_read_in_several(org: Served):
    wanted = ids(org, "person", IDS_A_QUERY + 1)

    found = named(org, "Contact", *wanted)

    assert sorted(found.records) == sorted(wanted)
    assert found.resources() == ["describe", "queryAll", "queryAll"]


def test_deleted_and_merged_rows_say_so_themselves(org: Served):
    state, (winner, loser, deleted) = org.state("salesforce"), ids(org, "account", 3)
    state.merge("account", winner, loser)
    state.delete("account", deleted)

    found = named(org, "Account", winner, loser, deleted)

    assert found.records == {winner: None, loser: "merged", deleted: "deleted"}


def test_a_field_hidden_since_the_last_pass_stops_nothing(org: Served):
    before = read(org, names=["Account"])
    org.state("salesforce").memory["hidden_fields"] = {"Account": frozenset({"AnnualRevenue"})}
    (first,) = ids(org, "account", 1)

    found = named(org, "Account", first, bookmark=before.bookmarks["Account"])

    assert (found.records, found.resources()) == ({first: None}, ["queryAll", "describe", "queryAll"])
    assert "AnnualRevenue" not in found.raws[0]


def test_a_row_that_is_not_shown_is_gone_only_where_the_log_of_deletions_names_it(org: Served):
    (first,) = ids(org, "account", 1)

    found = named(org, "Account", first, "001000000000000AAA")

    assert found.records == {first: None}
    assert found.resources() == ["describe", "queryAll", "deleted"]


def test_a_row_that_even_the_recycle_bin_lacks_is_gone(org: Served):
    kept, purged = ids(org, "person", 2)
    purge(org.state("salesforce"), "Contact", purged)

    found = named(org, "Contact", kept, purged)

    assert found.records == {kept: None, purged: "deleted"}


def test_nothing_named_asks_nothing(org: Served):
    found = named(org, "Account")

    assert (found.records, found.asks) == ({}, [])


KEPT, PURGED, UNSEEN = "003dM0000000001AAA", "003dM0000000002AAA", "003dM0000000003AAA"
READING = Keyset(sobject="Contact", wanted=("Id", "SystemModstamp"), version="62.0")
MARK = {"fields": ["Id", "SystemModstamp"]}
NOON = "Sun, 01 Mar 2026 12:00:30 GMT"


def answer(body: Any, status: int = 200) -> sdk.Answer:
    raw = msgspec.json.encode(body)
    return sdk.Answer(status=status, body=raw, headers={"date": NOON}, asked_at=sdk.epoch(0))


def begun(*ids: str) -> tuple[These, sdk.Turn]:
    reading = These(READING, tuple(sdk.Named(id=each) for each in ids))
    return reading, reading.begin(MARK, sdk.Start(now=sdk.epoch(0)))


def test_the_log_of_the_last_day_tells_which_rows_are_gone_for_good():
    reading, turn = begun(KEPT, PURGED, UNSEEN)
    log = {"deletedRecords": [{"id": PURGED, "deletedDate": "2026-03-01T11:00:00.000+0000"}]}
    dates = {
        "earliestDateAvailable": "2026-02-20T00:00:00.000+0000",
        "latestDateCovered": "2026-03-01T12:00:00.000+0000",
    }

    asks = reading.turn(turn.state, turn.ask, answer({"records": [{"Id": KEPT}], "done": True}))
    last = reading.turn(asks.state, asks.ask, answer({**log, **dates}))

    assert dict(asks.ask.params) == {"start": "2026-02-28T11:01:00Z", "end": "2026-03-01T12:01:00Z"}
    assert len(asks.records) == 1
    assert [(record.id, record.deleted) for record in last.records] == [(PURGED, "deleted")]
    assert last.records[0].version == sdk.instant("2026-03-01T11:00:00Z")


def test_a_log_that_is_refused_and_a_row_without_id_delete_nothing():
    reading, turn = begun(KEPT, PURGED)

    asks = reading.turn(turn.state, turn.ask, answer({"records": [{"Id": KEPT}], "done": True}))
    refused = reading.turn(asks.state, asks.ask, answer([{"errorCode": "INVALID_REPLICATION_DATE"}], 400))
    unread = reading.turn(turn.state, turn.ask, answer({"records": [{"Id": 7}], "done": True}))

    assert (refused.ask, refused.records) == (None, ())
    assert (unread.ask, len(unread.records)) == (None, 1)


@pytest.mark.parametrize(
    ("code", "error"), [("QUERY_TIMEOUT", sdk.TransientError), ("INVALIDENTITY", sdk.RefusedError)]
)
def test_a_query_that_is_refused_says_so(code: str, error: type[Exception]):
    reading, turn = begun(KEPT)

    with pytest.raises(error):
        reading.turn(turn.state, turn.ask, answer([{"errorCode": code}], 400))


def test_an_id_is_quoted():
    _, turn = begun("x') OR (Name != 'x")

    assert "Id IN ('x\\') OR (Name != \\'x')" in dict(turn.ask.params)["q"]
