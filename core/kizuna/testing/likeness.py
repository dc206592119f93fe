"""What the engine holds compared with what the vendor has, and with what a first load of the same vendor gives."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from kizuna.sdk import Ref
from kizuna.testing.stage import Held, Key, Store, Sync, store

NAMED_MOST = 5

Meaning = dict[Key, frozenset[str]]
"""What each living record says, references followed."""


def unfinished(sync: Sync) -> Iterator[str]:
    """Complaints about streams that did not end well, and about records set aside."""
    for name, end in sync.ends.items():
        if end.state != "complete":
            yield f"{name} ended {end.state}: {end.reason}"
        if end.wrote.quarantined:
            yield f"{name}: {end.wrote.quarantined} records were set aside: {'; '.join(end.wrote.reasons)}"


def unlike_vendor(kept: Store, but: Collection[Key] = ()) -> Iterator[str]:
    """Complaints about records that the vendor has and the engine lacks, or the other way round."""
    living = {key for key in meaning(kept.held()) if key not in but}
    for name, ids in kept.stage.shown(kept.connector).items():
        wanted = {(name, own) for own in ids} - set(but)
        had = {key for key in living if key[0] == name}
        yield from _named("lost", wanted - had)
        yield from _named("kept although the vendor no longer has it:", had - wanted)


def unlike_first_load(kept: Store) -> Iterator[str]:
    """Complaints about records that mean something else than a first load of the vendor as it is now would give."""
    with store(kept.stage, kept.connector) as fresh:
        yield from (f"a first load of the same: {complaint}" for complaint in unfinished(fresh.sync()))
        yield from differences(meaning(kept.held()), meaning(fresh.held()))


def differences(had: Meaning, wanted: Meaning) -> Iterator[str]:
    """Complaints about records of ``had`` that ``wanted`` lacks, that it lacks, or that say something else there."""
    yield from _named("lost", wanted.keys() - had.keys())
    yield from _named("kept although it is gone:", had.keys() - wanted.keys())
    yield from _named("out of date or changed:", {key for key in had.keys() & wanted.keys() if had[key] != wanted[key]})


def meaning(held: Mapping[Key, Held]) -> Meaning:
    """What each record says that is neither deleted nor merged away.

    A reference to a record that was merged away is one to the winner, a reference to what is not there is none.
    """
    winners: dict[Key, Key] = {}
    for record in held.values():
        for merged in record.merged:
            loser, winner = (merged.loser.stream, merged.loser.id), (merged.winner.stream, merged.winner.id)
            if loser != winner:
                winners[loser] = winner
    living = {key for key, record in held.items() if record.deleted is None and key not in winners}
    return {key: frozenset(repr(_followed(fact, winners, living)) for fact in held[key].facts) for key in living}


def _followed(value: Any, winners: Mapping[Key, Key], living: Collection[Key]) -> Any:
    """The value with its references followed."""
    if isinstance(value, Ref):
        key = (value.stream, value.id)
        for _ in range(len(winners)):
            if key not in winners:
                break
            key = winners[key]
        return key if key in living else None
    if isinstance(value, msgspec.Struct):
        fields = {name: _followed(getattr(value, name), winners, living) for name in value.__struct_fields__}
        return type(value).__name__, fields
    return tuple(_followed(one, winners, living) for one in value) if isinstance(value, tuple) else value


def _named(what: str, keys: Collection[Key]) -> Iterator[str]:
    """One complaint for all of them, the first few by name."""
    if keys:
        some = ", ".join(f"{stream} {own}" for stream, own in sorted(keys)[:NAMED_MOST])
        more = f" and {len(keys) - NAMED_MOST} more" if len(keys) > NAMED_MOST else ""
        yield f"{what} {some}{more}"
