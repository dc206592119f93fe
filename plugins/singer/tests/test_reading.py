"""Messages in, records and bookmarks out: a STATE is kept with all that came before it, and absence is proved before it counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kizuna import sdk
from kizuna_singer.exchange import BATCH, END, METHOD, TAP
from kizuna_singer.reading import TapReading

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
START = sdk.Start(now=NOW)
READING = TapReading("things")
SCHEMA = {"type": "SCHEMA", "stream": "things", "key_properties": ["id"], "bookmark_properties": ["at"], "schema": {}}


def record(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "RECORD", "stream": "things", "record": {"id": number, "at": "2026-02-01T00:00:00Z"}, **more}


def state(value: Any) -> dict[str, Any]:
    return {"type": "STATE", "value": value}


def activated(version: int) -> dict[str, Any]:
    return {"type": "ACTIVATE_VERSION", "stream": "things", "version": version}


def batch(*lines: Any, tap: str = "t1", number: int = 1, end: bool = False, method: str = "") -> sdk.Answer:
    """An answer with these messages, or with lines as they are."""
    body = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    headers = {TAP: tap, BATCH: str(number), END: "1" if end else "0", METHOD: method}
    return sdk.Answer(status=200, body=body, headers=headers, asked_at=NOW)


def ending(
    *lines: Any, bookmark: sdk.Bookmark | None = None, method: str = "", reading: TapReading = READING
) -> sdk.Turn:
    """The last turn of a pass whose tap wrote these messages in one batch."""
    begun = reading.begin(bookmark, START)
    assert begun.ask is not None
    return reading.turn(begun.state, begun.ask, batch(*lines, end=True, method=method))


def test_the_first_ask_carries_the_state_of_the_bookmark() -> None:
    fresh, later = READING.begin(None, START), READING.begin({"state": {"at": 5}}, START)

    assert fresh.ask is not None
    assert later.ask is not None
    assert (fresh.ask.json["state"], later.ask.json["state"]) == (None, {"at": 5})


def test_everything_again_begins_without_a_state() -> None:
    again = READING.begin({"state": {"at": 5}}, sdk.Start(now=NOW, full=True))

    assert again.ask is not None
    assert again.ask.json["state"] is None


def test_a_pass_under_way_is_taken_up_at_its_batch_with_the_last_state_seen() -> None:
    begun = READING.begin(None, START)
    assert begun.ask is not None
    first = READING.turn(begun.state, begun.ask, batch(SCHEMA, record(1), state({"at": 1}), record(2), number=1))

    taken_up = READING.begin(json.loads(json.dumps(first.bookmark)), START)

    assert taken_up.ask is not None
    assert taken_up.ask.json == {"stream": "things", "state": {"at": 1}, "tap": "t1", "after": 1}
    assert taken_up.ask == first.ask


def test_the_end_keeps_the_last_state_and_nothing_of_the_pass() -> None:
    end = ending(SCHEMA, record(1), state({"at": 1}), record(2), state({"at": 2}))

    assert end.bookmark == {"state": {"at": 2}}
    assert (len(end.records), end.ask) == (2, None)


def test_keys_of_an_earlier_batch_name_the_records_of_a_later_one() -> None:
    begun = READING.begin(None, START)
    assert begun.ask is not None
    first = READING.turn(begun.state, begun.ask, batch(SCHEMA))
    taken_up = READING.begin(first.bookmark, START)
    assert taken_up.ask is not None

    second = READING.turn(taken_up.state, taken_up.ask, batch(record(7), number=2))

    assert b'"_sdc_primary_key":"7"' in bytes(second.records[0].raw)


def test_a_record_before_its_schema_stops_the_stream_unless_the_file_names_its_keys() -> None:
    with pytest.raises(sdk.RefusedError, match="before its SCHEMA"):
        ending(record(1))

    end = ending(record(1), SCHEMA, reading=TapReading("things", ("id",)))

    assert len(end.records) == 1


def test_a_record_is_dated_by_its_replication_key_else_by_when_the_tap_saw_it() -> None:
    seen = "2026-03-01T08:00:00Z"
    undated = {"type": "RECORD", "stream": "things", "record": {"id": 2, "at": 17}, "time_extracted": seen}

    end = ending(SCHEMA, record(1, time_extracted=seen), undated)

    versions = [one.version for one in end.records]
    assert versions == [datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC)]


def test_the_files_own_date_comes_before_the_taps() -> None:
    end = ending(SCHEMA, record(1), reading=TapReading("things", dated=True))

    assert end.records[0].version is None


def test_messages_of_other_streams_are_left_to_their_own_reading() -> None:
    end = ending(SCHEMA, {**SCHEMA, "stream": "others"}, {**record(9), "stream": "others"}, record(1))

    assert len(end.records) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"Starting the sync ...",
        b'{"type": "RECORD", "stream": "things", "record": {"id": 1',
        b'{"type": "RECORD", "stream": "things"}',
        b'{"type": "RECORD", "stream": "things", "record": [1]}',
        b'{"type": "RECORD", "record": {"id": 1}}',
        b'{"kind": "RECORD"}',
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_message_is_set_aside_and_the_rest_is_read(line: bytes) -> None:
    end = ending(SCHEMA, record(1), line, record(2))

    assert [b"_sdc_malformed" in bytes(one.raw) for one in end.records] == [False, True, False]


def test_unknown_messages_and_empty_lines_are_passed_over() -> None:
    end = ending(SCHEMA, {"type": "METRIC", "value": 1}, b"", record(1))

    assert len(end.records) == 1


def test_batches_in_files_are_refused_with_what_to_do() -> None:
    with pytest.raises(sdk.RefusedError, match="batch_config"):
        ending(SCHEMA, {"type": "BATCH", "stream": "things", "manifest": []})


def test_a_whole_table_proves_absence_and_begins_anew_each_time() -> None:
    end = ending(SCHEMA, record(1), state({"version": 1}), method="FULL_TABLE")

    assert (end.whole, end.bookmark) == (True, {})


def test_changes_alone_prove_no_absence() -> None:
    first, later = (ending(SCHEMA, record(1), state({"at": 1}), bookmark=mark) for mark in (None, {"state": {"at": 0}}))

    assert (first.whole, later.whole) == (False, False)


def test_an_activated_version_that_was_listed_from_the_beginning_proves_absence() -> None:
    end = ending(SCHEMA, activated(5), record(1, version=5), activated(5), state({"at": 1}))

    assert end.whole
    assert end.bookmark == {"state": {"at": 1}, "version": 5}


def test_records_of_another_version_prove_nothing() -> None:
    end = ending(SCHEMA, record(1, version=4), record(2, version=5), activated(5), state({"at": 1}))

    assert not end.whole


def test_the_same_version_goes_on_and_another_one_begins_anew() -> None:
    mark = {"state": {"at": 1}, "version": 5}
    same = ending(SCHEMA, record(1, version=5), activated(5), state({"at": 2}), bookmark=mark)
    other = ending(SCHEMA, record(1, version=6), activated(6), state({"at": 2}), bookmark=mark)

    assert (same.whole, same.bookmark) == (False, {"state": {"at": 2}, "version": 5})
    assert (other.whole, other.bookmark) == (False, {})


def test_a_tap_that_says_nothing_of_the_stream_proves_nothing_and_is_reported() -> None:
    with pytest.raises(sdk.DegradedError, match="said nothing of things"):
        ending(state({}), method="FULL_TABLE")


def test_a_tap_without_schemas_is_read_by_the_keys_of_the_file() -> None:
    end = ending(record(1), state({"at": 1}), reading=TapReading("things", ("id",)))

    assert (len(end.records), end.bookmark) == (1, {"state": {"at": 1}})


def test_an_answer_that_is_no_batch_is_refused() -> None:
    begun = READING.begin(None, START)
    assert begun.ask is not None

    with pytest.raises(sdk.PageError):
        READING.turn(begun.state, begun.ask, sdk.Answer(status=200, body=b"", headers={}, asked_at=NOW))
