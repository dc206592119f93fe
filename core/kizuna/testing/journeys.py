"""Promises over time, each tried on the real engine and the connector's own sandbox: what is held follows the vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from kizuna.sandbox import random_edits
from kizuna.sdk import AnyConnector
from kizuna.testing.happenings import Move, delete, edited, touch
from kizuna.testing.likeness import differences, meaning, unfinished, unlike_first_load, unlike_vendor
from kizuna.testing.line import before, killed_after
from kizuna.testing.stage import Stage, Store, store
from kizuna.testing.subject import NotChecked

HOUR = timedelta(hours=1)
LATE = timedelta(minutes=2)
LONG_AWAY = timedelta(days=45)
KILLS_MOST = 200
KILLS_ALIKE_MOST = 8
REQUESTS_WITHOUT_PROGRESS_MOST = 40
DELETED_MOST = 2


@dataclass(frozen=True, slots=True)
class Journey:
    """A connector, the stage it is tried on (a new one each time), and which kinds its vendor deletes and merges.

    ``moves``: how a record changes of those streams for which no neutral record stands.
    """

    connector: Callable[[Stage], AnyConnector]
    stage: Callable[[], Stage]
    deleted: Sequence[str] = ("account", "person")
    merged: Sequence[str] = ("account",)
    names_winners: bool = True  # whether the vendor says into which record one was merged
    moves: Mapping[str, Move] = field(default_factory=dict)


def replays_without_a_change(journey: Journey) -> Iterator[str]:
    """Complaints when reading the same again, or all of it anew, writes anything, or means something else."""
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as kept:
        yield from _loaded(kept)
        before_ = meaning(kept.held())
        for full in (False, True):
            done = kept.sync(full=full)
            words = "read in full again" if full else "read again"
            yield from unfinished(done)
            for name, end in done.ends.items():
                if end.wrote.written or end.wrote.deleted:
                    yield f"{name} {words} without a change: {end.wrote.written} written, {end.wrote.deleted} deleted"
        yield from differences(meaning(kept.held()), before_)


def goes_on_after_a_kill(journey: Journey) -> Iterator[str]:
    """Complaints when a load that is killed between any two requests, again and again, loses or doubles a record."""
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as kept:
        yield from _killed_all_the_way(kept)
        yield from unlike_vendor(kept)
        yield from unlike_first_load(kept)


def keeps_ties_across_pages(journey: Journey) -> Iterator[str]:
    """Complaints when records that changed in the same second are lost where a page ends, also after a kill there."""
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as kept:
        yield from _loaded(kept)
        stage.clock.advance(HOUR)
        touch(stage.state, journey.moves, "at once")
        stage.clock.advance(HOUR)
        yield from _killed_all_the_way(kept)
        yield from unlike_vendor(kept)
        yield from unlike_first_load(kept)


def reads_on_while_records_change(journey: Journey) -> Iterator[str]:
    """Complaints when what is made, changed or deleted between two pages is not there after the next pass."""
    for number in (2, 4):
        stage = journey.stage()
        with store(stage, journey.connector(stage)) as kept:
            yield from unfinished(kept.sync(script=before(number, partial(_edited, stage, journey))))
            stage.clock.advance(HOUR)
            yield from unfinished(kept.sync(script=before(number, partial(_edited, stage, journey))))
            stage.clock.advance(HOUR)
            yield from unfinished(kept.sync())
            yield from unlike_vendor(kept)
            yield from unlike_first_load(kept)


def follows_changes(journey: Journey) -> Iterator[str]:
    """Complaints when a record that was made or changed after the first load stays as it was, or never comes."""
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as kept:
        yield from _loaded(kept)
        for seed in (1, 2):
            stage.clock.advance(HOUR)
            touch(stage.state, journey.moves, f"again {seed}")
            random_edits(stage.state, seed, 12)
            stage.clock.advance(HOUR)
            yield from unfinished(kept.sync())
        yield from unlike_vendor(kept)
        yield from unlike_first_load(kept)


def catches_late_records(journey: Journey) -> Iterator[str]:
    """Complaints when a change that becomes visible two minutes late, behind newer ones, is never read."""
    stage = journey.stage()
    state = stage.state
    with store(stage, journey.connector(stage)) as kept:
        yield from _loaded(kept)
        stage.clock.advance(HOUR)
        state.lateness = LATE
        touch(state, journey.moves, "late", every=2, first=0)
        state.lateness = timedelta(0)
        stage.clock.advance(LATE / 2)
        touch(state, journey.moves, "in time", every=2, first=1)
        # Long enough for whoever withholds what is new, too short for what is late.
        stage.clock.advance(LATE / 4)
        yield from unfinished(kept.sync())
        stage.clock.advance(LATE)
        yield from unfinished(kept.sync())
        yield from unlike_first_load(kept)


def comes_back_after_a_long_pause(journey: Journey) -> Iterator[str]:
    """Complaints when what happened since the last sync, many weeks ago, is not there after the next ones."""
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as kept:
        yield from _loaded(kept)
        stage.clock.advance(HOUR)
        _edited(stage, journey)
        touch(stage.state, journey.moves, "long ago", every=2)
        stage.clock.advance(LONG_AWAY)
        for _ in range(2):
            yield from unfinished(kept.sync())
            stage.clock.advance(HOUR)
        yield from unlike_vendor(kept)
        yield from unlike_first_load(kept)


def follows_deletes(journey: Journey) -> Iterator[str]:
    """Complaints when a record that was deleted at the vendor lives on, or one that was not is gone."""
    if not journey.deleted:
        raise NotChecked("the vendor deletes nothing")
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as kept:
        yield from _loaded(kept)
        stage.clock.advance(HOUR)
        for kind in journey.deleted:
            delete(stage.state, kind, DELETED_MOST)
        stage.clock.advance(HOUR)
        yield from unfinished(kept.sync())
        yield from unlike_vendor(kept)
        stage.clock.advance(HOUR)
        yield from unfinished(kept.sync())
        yield from unlike_vendor(kept)
        yield from unlike_first_load(kept)


def follows_merges(journey: Journey) -> Iterator[str]:
    """Complaints when a record that was merged into another lives on, takes the other along, or leaves no trace."""
    if not journey.merged:
        raise NotChecked("the vendor merges nothing")
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as kept:
        yield from _loaded(kept)
        stage.clock.advance(HOUR)
        losers = []
        for kind in journey.merged:
            winner, loser = (record.id for record in stage.state.of_kind(kind)[:2])
            stage.state.merge(kind, winner, loser)
            losers += [loser]
        stage.clock.advance(HOUR)
        yield from unfinished(kept.sync())
        yield from unlike_vendor(kept)
        yield from unlike_first_load(kept)
        aliases = {merged.loser.id for record in kept.held().values() for merged in record.merged}
        for loser in losers if journey.names_winners else ():
            if loser not in aliases:
                yield f"{loser} was merged away, and nothing says into which record: the mapping gives no sdk.Merged"


def _edited(stage: Stage, journey: Journey) -> None:
    edited(stage.state, journey.moves, journey.deleted)


def _loaded(kept: Store) -> Iterator[str]:
    """The first load, which has to be what the vendor shows."""
    yield from unfinished(kept.sync())
    yield from unlike_vendor(kept)


def _killed_all_the_way(kept: Store) -> Iterator[str]:
    """A sync killed before its second request, and before a later one where it comes no further by that."""
    for stream in kept.stage.wanted(kept.connector):
        allowed, alike = 1, 0
        for _ in range(KILLS_MOST):
            progress = kept.progress()
            done = kept.sync(script=killed_after(allowed), streams=(stream.name,))
            if not done.killed:
                yield from unfinished(done)
                break
            # A reading may begin its last question anew for ever when it is never answered: be kinder after a while.
            alike += 1
            if kept.progress() == progress or alike >= KILLS_ALIKE_MOST:
                allowed, alike = allowed + 1, 0
            if allowed > REQUESTS_WITHOUT_PROGRESS_MOST:
                yield f"{stream.name}: {allowed - 1} requests without a bookmark; a kill in that time costs all of them"
                break
        else:
            yield f"{stream.name}: never ends when it is killed now and then"
