"""Records that vanish for good: what the deletion log tells, and what is done when it tells too little."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna_salesforce.readings import Keyset
from kizuna_salesforce.sandbox.shelves import purge
from kizuna_salesforce.these import These
from plugins.salesforce.tests.passes import read

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READING = Keyset(sobject="Contact", wanted=("Id", "SystemModstamp"), version="62.0")
LATER = NOW + timedelta(minutes=61)
MARK = {
    "fields": ["Id", "SystemModstamp"],
    "described_at": NOW.isoformat(),
    "watermark": "2026-02-01T00:00:30+00:00",
    "found_at": NOW.isoformat(),
    "purged_until": "2026-03-01T12:00:00+00:00",
    "purged_asked_at": NOW.isoformat(),
}
KEPT, PURGED = "003dM0000000001AAA", "003dM0000000002AAA"


def answer(body: Any, status: int = 200) -> sdk.Answer:
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers={}, asked_at=LATER)


def told(turn: sdk.Turn, body: Any, status: int = 200) -> sdk.Turn:
    assert turn.ask is not None
    return READING.turn(turn.state, turn.ask, answer(body, status))


def after_the_rows(now: datetime = LATER) -> sdk.Turn:
    """The turn at the end of the rows of a later pass."""
    return told(READING.begin(MARK, sdk.Start(now=now)), {"records": [], "done": True})


def log(*entries: str, earliest: str = "2026-02-20T00:00:00.000+0000") -> dict[str, Any]:
    return {
        "deletedRecords": [{"id": entry, "deletedDate": "2026-03-01T12:30:00.000+0000"} for entry in entries],
        "earliestDateAvailable": earliest,
        "latestDateCovered": "2026-03-01T13:00:00.000+0000",
    }


def test_the_log_is_asked_once_an_hour_from_where_it_was_left():
    soon, later = after_the_rows(NOW + timedelta(minutes=59)), after_the_rows()

    assert soon.ask is None
    assert later.ask is not None
    assert later.ask.path == "/services/data/v62.0/sobjects/Contact/deleted/"
    assert dict(later.ask.params) == {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:01:00Z"}


def test_an_empty_log_moves_the_mark():
    turn = told(after_the_rows(), log())

    assert turn.ask is None
    assert turn.bookmark is not None
    assert turn.bookmark["purged_until"] == "2026-03-01T13:00:00Z"


def test_only_ids_that_even_the_recycle_bin_lacks_become_tombstones():
    listed = told(after_the_rows(), log(KEPT, PURGED))

    turn = told(listed, {"records": [{"Id": KEPT}], "done": True})

    assert listed.ask is not None
    assert dict(listed.ask.params)["q"] == f"SELECT Id FROM Contact WHERE Id IN ('{KEPT}', '{PURGED}')"
    assert turn.records == (
        sdk.Record(raw=b"{}", id=PURGED, deleted="deleted", version=datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
    )
    assert turn.ask is None


def test_many_ids_are_looked_for_in_several_queries_and_the_mark_moves_with_the_last():
    many = [f"003dM0000000{number:03}AAA" for number in range(301)]
    first = told(told(after_the_rows(), log(*many)), {"records": [], "done": True})
    last = told(first, {"records": [], "done": True})

    assert (len(first.records), first.bookmark) == (300, None)
    assert len(last.records) == 1
    assert last.bookmark is not None
    assert last.bookmark["purged_until"] == "2026-03-01T13:00:00Z"


def test_further_ids_are_looked_for_ahead_in_the_very_queries_that_follow():
    many = [f"003dM000000{number:04}AAA" for number in range(301 + 300 * 16)]
    listed = told(after_the_rows(), log(*many))

    following, asked = listed, []
    while following.ask is not None:
        asked.append(following.ask)
        following = told(following, {"records": [], "done": True})

    assert len(asked) == 18
    assert listed.ahead == tuple(asked[1:16])


def test_a_log_that_begins_too_late_makes_the_next_pass_a_whole_one():
    turn = told(after_the_rows(), log(earliest="2026-03-01T12:10:00.000+0000"))

    assert (turn.ask, turn.bookmark) == (None, {})


def test_a_window_the_vendor_refuses_makes_the_next_pass_a_whole_one():
    turn = told(after_the_rows(), [{"errorCode": "INVALID_REPLICATION_DATE", "message": "…"}], 400)

    assert (turn.ask, turn.bookmark) == (None, {})


def test_a_log_that_the_user_may_not_read_does_not_have_all_read_again():
    with pytest.raises(sdk.DegradedError, match="grant"):
        told(after_the_rows(), [{"errorCode": "INSUFFICIENT_ACCESS", "message": "…"}], 403)


def test_users_are_never_purged():
    users = Keyset(sobject="User", wanted=("Id", "SystemModstamp"), version="62.0", purges=False)
    begun = users.begin(MARK, sdk.Start(now=LATER))
    assert begun.ask is not None

    turn = users.turn(begun.state, begun.ask, answer({"records": [], "done": True}))

    assert turn.ask is None


DAY_LATER = NOW + timedelta(days=1)
NEWEST = {"records": [{"Id": KEPT, "SystemModstamp": "2026-02-01T00:00:30.000+0000"}], "done": True}
MORE_FIELDS = {"fields": [{"name": "Id"}, {"name": "Phone"}, {"name": "SystemModstamp"}]}
FIRST_PAGE = {**NEWEST, "done": False, "nextRecordsUrl": "/next"}


def test_a_whole_reading_for_a_new_field_still_asks_the_log_from_where_it_was_left():
    wider = Keyset(sobject="Contact", wanted=("Id", "Phone", "SystemModstamp"), version="62.0")
    turn = wider.begin(MARK, sdk.Start(now=DAY_LATER))

    for body in (MORE_FIELDS, NEWEST, NEWEST):
        assert turn.ask is not None
        turn = wider.turn(turn.state, turn.ask, answer(body))

    assert (turn.ask, turn.whole) == (None, True)
    assert turn.bookmark is not None
    assert turn.bookmark["purged_until"] == "2026-03-01T12:00:00Z"


def listing(bookmark: sdk.Bookmark | None, *, full: bool = False) -> sdk.Turn:
    """A pass that has to find what is gone, behind its first page."""
    turn = READING.begin(bookmark, sdk.Start(now=LATER, full=full, unbroken=True))
    return told(told(told(turn, {"fields": MORE_FIELDS["fields"]}), NEWEST), FIRST_PAGE)


def test_a_pass_that_has_to_find_what_is_gone_remembers_it_before_its_first_row():
    begun = READING.begin({}, sdk.Start(now=LATER))

    described = told(begun, {"fields": MORE_FIELDS["fields"]})

    assert (begun.bookmark, described.bookmark) == ({}, {})


def test_a_whole_pass_that_one_reading_lists_to_the_end_owes_nothing_more():
    turn = told(listing({}), NEWEST)

    assert turn.whole
    assert turn.bookmark is not None
    assert "watermark" in turn.bookmark
    assert "owed" not in turn.bookmark


def test_a_whole_pass_in_several_slices_that_the_engine_saw_all_owes_nothing_more():
    resumed = READING.begin(listing({}).bookmark, sdk.Start(now=LATER, unbroken=True))

    turn = told(resumed, NEWEST)

    assert turn.bookmark is not None
    assert "watermark" in turn.bookmark


def test_a_whole_pass_that_the_engine_did_not_see_from_its_beginning_is_owed_still():
    for bookmark, full in (({}, False), (MARK, True)):
        resumed = READING.begin(listing(bookmark, full=full).bookmark, sdk.Start(now=LATER))

        turn = told(resumed, NEWEST)

        assert (turn.ask, turn.bookmark) == (None, {})


def test_an_empty_object_pays_what_is_owed_only_when_the_engine_saw_that_from_the_beginning():
    empty = {"records": [], "done": True}

    paid, owed = (
        told(told(READING.begin({}, sdk.Start(now=LATER, unbroken=unbroken)), MORE_FIELDS), empty)
        for unbroken in (True, False)
    )

    assert (paid.whole, owed.bookmark) == (True, {})
    assert paid.bookmark is not None
    assert "purged_until" in paid.bookmark


def test_a_first_load_that_another_process_ends_owes_nothing():
    resumed = READING.begin(listing(None).bookmark, sdk.Start(now=LATER))

    turn = told(resumed, NEWEST)

    assert turn.bookmark is not None
    assert "watermark" in turn.bookmark


UNLOGGED = {"fields": [{"name": "Id"}, {"name": "SystemModstamp"}], "replicateable": False}
NOTHING: dict[str, Any] = {"records": [], "done": True}


def unlogged(fields: tuple[str, ...] = ()) -> sdk.Bookmark:
    """The bookmark of a loaded object of which Salesforce keeps no log of deletions."""
    described = {**UNLOGGED, "fields": [*UNLOGGED["fields"], *({"name": name} for name in fields)]}
    reading = Keyset(sobject="Contact", wanted=("Id", *fields, "SystemModstamp"), version="62.0")
    turn = reading.begin(None, sdk.Start(now=NOW, unbroken=True))
    for body in (described, NEWEST, NEWEST):
        assert turn.ask is not None
        turn = reading.turn(turn.state, turn.ask, answer(body))
    assert turn.whole
    assert turn.bookmark is not None
    return turn.bookmark


def test_no_log_is_asked_for_of_an_object_that_has_none():
    turn = told(READING.begin(unlogged(), sdk.Start(now=LATER)), NOTHING)

    assert turn.ask is None
    assert turn.bookmark


@pytest.mark.parametrize(("fields", "due"), [((), timedelta(days=1)), (("IsDeleted",), timedelta(days=7))])
def test_it_is_listed_whole_now_and_then_instead_and_what_is_missing_is_gone(fields: tuple[str, ...], due: timedelta):
    bookmark, reading = unlogged(fields), Keyset(sobject="Contact", wanted=("Id", "SystemModstamp"), version="62.0")

    def passed(now: datetime) -> sdk.Turn:
        turn = reading.begin({**bookmark, "described_at": now.isoformat()}, sdk.Start(now=now))
        assert turn.ask is not None
        return reading.turn(turn.state, turn.ask, answer(NOTHING))

    assert passed(NOW + due - timedelta(minutes=1)).bookmark != {}
    assert (passed(NOW + due).ask, passed(NOW + due).bookmark) == (None, {})


NO_LOG = [{"errorCode": "INVALID_TYPE", "message": "sObject type 'Contact' is not replicateable"}]


def test_a_log_that_is_refused_is_no_fault_and_is_not_asked_for_again():
    refused = told(after_the_rows(), NO_LOG, 400)

    later = told(READING.begin(refused.bookmark, sdk.Start(now=LATER + timedelta(hours=2))), NOTHING)

    assert (refused.ask, later.ask) == (None, None)
    assert later.bookmark


@pytest.mark.parametrize(("fields", "every"), [((), 1), (("IsDeleted",), 7)])
def test_an_object_whose_log_is_refused_is_listed_whole_however_often_it_is_described(
    fields: tuple[str, ...], every: int
):
    described = {"fields": [{"name": name} for name in ("Id", *fields, "SystemModstamp")], "replicateable": True}
    reading = Keyset(sobject="Contact", wanted=("Id", *fields, "SystemModstamp"), version="62.0")
    bookmark: sdk.Bookmark | None = None
    listed = []

    for hours in range(0, 24 * 30, 2):
        turn = reading.begin(bookmark, sdk.Start(now=NOW + timedelta(hours=hours), unbroken=not bookmark))
        while turn.ask is not None:
            refuses = turn.ask.path.endswith("/deleted/")
            body: Any = described if turn.ask.path.endswith("/describe") else NO_LOG if refuses else NEWEST
            said = sdk.Answer(
                status=400 if refuses else 200,
                body=json.dumps(body).encode(),
                headers={},
                asked_at=NOW + timedelta(hours=hours),
            )
            turn = reading.turn(turn.state, turn.ask, said)
            bookmark = bookmark if turn.bookmark is None else turn.bookmark
        listed += [hours] if turn.whole else []

    gaps = {later - earlier for earlier, later in pairwise(listed)}
    assert gaps == {24 * every + 2}  # the pass at its time asks for it, and the next one lists


def test_a_row_named_by_a_webhook_is_not_looked_for_in_a_log_that_was_refused():
    refused = told(after_the_rows(), NO_LOG, 400)
    these = These(READING, (sdk.Named(id=KEPT),))
    turn = these.begin(refused.bookmark, sdk.Start(now=LATER))
    assert turn.ask is not None

    turn = these.turn(turn.state, turn.ask, answer(NOTHING))

    assert (turn.ask, list(turn.records)) == (None, [])


def test_a_row_named_by_a_webhook_is_not_looked_for_in_a_log_there_is_not():
    these = These(READING, (sdk.Named(id=KEPT),))
    turn = these.begin(unlogged(), sdk.Start(now=LATER))
    assert turn.ask is not None

    turn = these.turn(turn.state, turn.ask, answer(NOTHING))

    assert (turn.ask, list(turn.records)) == (None, [])


def test_a_record_purged_without_a_log_is_missing_from_the_next_whole_listing(org: Served):
    state = org.states[0]
    state.memory["unlogged"] = {"Contact"}
    loaded = read(org, names=["Contact"])
    gone = loaded.ids("Contact")[0]
    purge(state, "Contact", gone)
    org.clock.advance(timedelta(days=8))

    asked = read(org, loaded, names=["Contact"])
    listed = read(org, asked, names=["Contact"])

    assert asked.bookmarks["Contact"] == {}
    assert (listed.whole["Contact"], gone in listed.ids("Contact")) == (True, False)
