"""Promises about the tries over time themselves: something has to happen to every stream, or they prove nothing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kizuna.testing.happenings import delete, touch
from kizuna.testing.journeys import DELETED_MOST, HOUR, Journey
from kizuna.testing.subject import Part

TIED_LEAST = 2


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What happens at the vendor over time, by collection: its records, those changed at one instant, those gone."""

    had: Mapping[str, int]
    tied: Mapping[str, int]
    gone: Mapping[str, int]


def rehearsed(journey: Journey) -> Rehearsal:
    """The happenings of the tries, while nobody reads. Raises NotChecked when there is no sandbox."""
    stage = journey.stage()
    state = stage.state
    had = {name: {one.id for one in state.live(name)} for name in state.collections}
    stage.clock.advance(HOUR)
    begun = len(state.changes)
    touch(state, journey.moves, "rehearsed")
    tied = Counter(name for name, _ in {(change.stream, change.id) for change in state.changes[begun:]})
    stage.clock.advance(HOUR)
    for kind in journey.deleted:
        delete(state, kind, DELETED_MOST)
    gone = {name: len(ids - {one.id for one in state.live(name)}) for name, ids in had.items()}
    return Rehearsal({name: len(ids) for name, ids in had.items()}, tied, gone)


def is_changed_over_time(part: Part, travelled: Sequence[str], rehearsal: Callable[[], Rehearsal]) -> Iterator[str]:
    """Complaints when a stream is left out of what follows, or none of its records changes there."""
    name, kept, happened = part.stream, part.kept_as, rehearsal()
    if travelled and name not in travelled:
        yield f"{name} is not in `travelled`, so that nothing below is tried on it; say in `exempt` why it cannot be"
    elif not happened.had.get(kept):
        yield f"the sandbox has no records of {name}: make some in `furnished`"
    elif happened.tied.get(kept, 0) < min(TIED_LEAST, happened.had[kept]):
        yield f"no two records of {name} change at one instant: say in `moves` how one of them is changed"


def is_deleted_over_time(part: Part, travelled: Sequence[str], rehearsal: Callable[[], Rehearsal]) -> Iterator[str]:
    """Complaints when nobody deletes a record of a stream there, so that it is not known whether deletions are followed."""
    name = part.stream
    if (not travelled or name in travelled) and not rehearsal().gone.get(part.kept_as):
        yield f"no record of {name} is deleted: name its kind, or the stream, in `deletes`"
