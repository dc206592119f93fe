"""What a sync comes to that nobody disturbs, and the assertion that a disturbed one came to the same."""

from __future__ import annotations

from dataclasses import dataclass

from kizuna.sandbox import Served
from tests.support.worlds import Kizuna, Rows, shown


@dataclass(frozen=True, slots=True)
class Outcome:
    """The content of every record, what they say, who is who, and how many records were committed as read."""

    content: frozenset[tuple[str, str, int, str | None, int]]
    said: Rows
    who_is_who: set[frozenset[tuple[str, int]]]
    read: int


def outcome(found: Kizuna) -> Outcome:
    """How things stand."""
    content = frozenset((r.stream, r.source_id, r.hash, r.deleted, r.version_no) for r in found.records())
    read = found.rows("SELECT CAST(SUM(read) AS INTEGER) FROM run_stream")[0][0]
    assert isinstance(read, int)
    return Outcome(content, found.said(), found.who_is_who(), read)


def assert_undisturbed(
    found: Kizuna, served: Served, vendor: str, expected: Outcome, *, spelled_alike: bool = True
) -> None:
    """Nothing lost, doubled or brought back; content, facts and customers as if nothing had happened.

    Where the same JSON was spelled in another way, ``spelled_alike=False`` compares what it says and not its bytes.
    """
    visible = shown(served, vendor, found.streams(vendor))
    living = found.living(vendor)
    differing = {stream: ids ^ living.get(stream, set()) for stream, ids in visible.items()}
    assert {stream: ids for stream, ids in differing.items() if ids} == {}
    now = outcome(found)
    if spelled_alike:
        assert now.content == expected.content
    assert now.said == expected.said
    assert now.who_is_who == expected.who_is_who
    assert found.rows("SELECT COUNT(*) FROM outbox") == [(0,)]
    assert found.not_as_rebuilt() == []
