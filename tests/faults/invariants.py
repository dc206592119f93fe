"""What must hold after every fault: nothing lost, doubled, brought back or told, and the cursor never ahead of the data."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from kizuna.jobs import RunState
from kizuna.sandbox import SandboxState, Served
from tests.support.worlds import Kizuna, kizuna, shown

# Moves no time of modification when a record is bound to another, and tells of no merge: a whole pass sees both.
SILENT_ON_SOME = {"hubspot"}
LETTERS_LEAST = 6  # a shorter name may stand in a log by chance


def assert_invariants(found: Kizuna, served: Served, vendor: str, folder: Path, *, spelled_alike: bool = True) -> None:
    """Nothing lost (I1), doubled (I2) or brought back (I3), no cursor ahead of its data (I4), all as the source has it
    (I5), one live run a connection (I6): asked once the faults have ended and a pass went through undisturbed.

    ``spelled_alike=False``: a fault spelled the same JSON in another way, so that its bytes prove nothing.
    """
    state = served.state(vendor)
    visible = shown(served, vendor, found.streams(vendor))
    assert _some(_lost(visible, found.living(vendor))) == {}, "I1: records are lost"
    if vendor in SILENT_ON_SOME:
        found.sync(vendor, full=True)
    living = found.living(vendor)
    too_many = {stream: living.get(stream, set()) - ids for stream, ids in visible.items()}
    gone = {name: {one.id for one in held if not one.live} for name, held in state.collections.items()}
    assert _some(_lost(visible, living)) == {}, "I1: records are lost"
    keys = Counter((one.connection, one.stream, one.source_id) for one in found.records())
    assert [key for key, times in keys.items() if times > 1] == [], "I2: records are doubled"
    assert _some({name: ids & living.get(name, set()) for name, ids in gone.items()}) == {}, "I3: the deleted are back"
    assert _some(too_many) == {}, "I3: records live that the vendor does not show"
    whole = found.sync(vendor, full=True)[0]
    assert (whole.state, whole.reason) == (RunState.DONE, None)
    if spelled_alike:
        assert (whole.counts["written"], whole.counts["deleted"]) == (0, 0), "I4: the cursor was ahead of the data"
    with kizuna(f"sqlite:///{folder / 'fresh.db'}", served) as fresh:
        fresh.sync(vendor)
        said, expected = found.facts(), fresh.facts()
        different = {table: said[table] ^ rows for table, rows in expected.items() if said[table] != rows}
        assert different == {}, "I5: what the records say is not what the source says"
        assert found.who_is_who() == fresh.who_is_who(), "I5: customers are not as the source has them"
    assert found.not_as_rebuilt() == [], "I5: what is derived is not what a rebuild derives"
    assert found.rows("SELECT COUNT(*) FROM sync_run WHERE ended_at IS NULL") == [(0,)], "I6: a run never ended"
    overlapping = """
        SELECT COUNT(*) FROM sync_run a JOIN sync_run b ON a.connection_id = b.connection_id AND a.id < b.id
        WHERE a.started_at < b.ended_at AND b.started_at < a.ended_at
    """
    assert found.rows(overlapping) == [(0,)], "I6: two runs of a connection were alive at once"


def assert_silent(logs: str, state: SandboxState, secrets: Collection[str]) -> None:
    """I8: no secret, and nothing of any person, stands in what was logged."""
    people = [value for one in state.view.people for value in (one.email, one.phone, one.mobile, one.name) if value]
    told = [word for word in (*secrets, *people) if len(word) >= LETTERS_LEAST and word in logs]
    assert told == [], "I8: secrets or personal data were logged"


def known_secrets(vendor: str) -> list[str]:
    """The connection's secrets, as they stand in the environment."""
    return [value for name, value in os.environ.items() if name.startswith(f"KZ_{vendor.upper()}_")]


def _lost(visible: dict[str, set[str]], living: dict[str, set[str]]) -> dict[str, set[str]]:
    return {stream: ids - living.get(stream, set()) for stream, ids in visible.items()}


def _some(found: dict[str, set[str]]) -> dict[str, set[str]]:
    return {name: ids for name, ids in found.items() if ids}
