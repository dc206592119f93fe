"""Stable ids for clusters: who was there keeps the name, whoever is new is named after the record that founds it."""

from __future__ import annotations

from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from kizuna.identity.profile import ACCOUNT

PREFIXES = {"account": "cus", "person": "per"}

CREATED, MERGED, SPLIT, MOVED, ENDED = "create", "merge", "split", "move", "end"


class Change(msgspec.Struct, frozen=True, order=True):
    """What happened to an entity: ``entity`` is the id it now has (or had, for an end), ``other`` the one it came from."""

    kind: str
    entity: str
    other: str | None = None
    rid: int | None = None


class Assignment(msgspec.Struct, frozen=True):
    """The entity of every record, the ids that now lead to another, and what changed, in a fixed order."""

    ids: dict[int, str]
    aliases: dict[str, str]
    changes: tuple[Change, ...]


def founding_key(system: str, stream: str, source_id: str) -> str:
    """The text that orders records and names entities, the same on every machine."""
    return f"{system}\x1f{stream}\x1f{source_id}"


def entity_id(entity: str, key: str, again: int = 0) -> str:
    """The id derived from the founding record's key; ``again`` counts up when that id belongs to another entity."""
    text = f"{entity}\x1f{key}" + (f"\x1f{again}" if again else "")
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return f"{PREFIXES.get(entity, entity)}_{b32encode(digest).decode('ascii').lower()}"


def assign_ids(
    clusters: Iterable[Sequence[int]],
    previous: Mapping[int, str],
    founding_keys: Callable[[int], str],
    *,
    entity: str = ACCOUNT,
    is_live: Callable[[str], bool] = lambda _id: False,
    former_ids: Collection[str] = (),
    since: Callable[[str], int] = lambda _id: 0,
    held: Callable[[Sequence[int]], Mapping[int, str]] = lambda _rids: {},
) -> Assignment:
    """An entity id for every record of the clusters.

    The cluster with the largest share of an entity's records keeps its id; between equal shares the entity that has
    existed longer (``since``), then the founding record decides. A cluster that gets none takes back the id that most of its
    records held last before this one (``held``), else a former id that one of them had founded, else it is named after its
    smallest founding key. ``previous`` must hold every record of every entity it mentions; ``is_live`` says whether
    an id belongs to an entity outside of it; ``former_ids`` are aliases.
    """
    given = [tuple(members) for members in clusters if members]
    keys = {rid: founding_keys(rid) for members in given for rid in members}
    ordered = sorted(
        (tuple(sorted(members, key=lambda rid: (keys[rid], rid))) for members in given),
        key=lambda members: keys[members[0]],
    )
    kept = _keep(ordered, previous, lambda rid: entity_id(entity, keys[rid]), since)
    taken = set(kept.values())
    named = dict(kept)
    for index, members in enumerate(ordered):
        if index not in named:
            back = _held_by_most(held(members), taken, is_live)
            named[index] = back or _new_id(entity, [keys[rid] for rid in members], taken, is_live, former_ids)
            taken.add(named[index])
    ids = {rid: named[index] for index, members in enumerate(ordered) for rid in members}
    aliases = _aliases(ids, previous, taken)
    return Assignment(ids, aliases, _changes(ids, aliases, previous))


def _keep(
    ordered: Sequence[tuple[int, ...]],
    previous: Mapping[int, str],
    derived: Callable[[int], str],
    since: Callable[[str], int],
) -> dict[int, str]:
    claims = []
    for index, members in enumerate(ordered):
        founded = {derived(rid): rank for rank, rid in reversed(list(enumerate(members)))}
        shares = Counter(previous[rid] for rid in members if rid in previous)
        for old, share in shares.items():
            claims.append((-share, since(old), founded.get(old, len(members)), old, index))
    kept: dict[int, str] = {}
    given: set[str] = set()
    for _, _, _, old, index in sorted(claims):
        if index not in kept and old not in given:
            kept[index] = old
            given.add(old)
    return kept


def _held_by_most(held: Mapping[int, str], taken: set[str], is_live: Callable[[str], bool]) -> str | None:
    shares = Counter(held.values())
    by_share = sorted(shares, key=lambda old: (-shares[old], old))
    return next((old for old in by_share if old not in taken and not is_live(old)), None)


def _new_id(
    entity: str, keys: Sequence[str], taken: set[str], is_live: Callable[[str], bool], former_ids: Collection[str]
) -> str:
    derived = [entity_id(entity, key) for key in keys]
    free = [candidate for candidate in derived if candidate not in taken and not is_live(candidate)]
    if free:
        return next((candidate for candidate in free if candidate in former_ids), free[0])
    again = 1
    while (candidate := entity_id(entity, keys[0], again)) in taken or is_live(candidate):
        again += 1
    return candidate


def _aliases(ids: Mapping[int, str], previous: Mapping[int, str], taken: set[str]) -> dict[str, str]:
    heirs: dict[str, Counter[str]] = {}
    for rid, old in previous.items():
        if old not in taken and rid in ids:
            heirs.setdefault(old, Counter())[ids[rid]] += 1
    return {old: min(shares, key=lambda heir: (-shares[heir], heir)) for old, shares in sorted(heirs.items())}


def _changes(ids: Mapping[int, str], aliases: Mapping[str, str], previous: Mapping[int, str]) -> tuple[Change, ...]:
    before, now = set(previous.values()), set(ids.values())
    changes = {Change(MERGED, heir, old) for old, heir in aliases.items()}
    changes |= {Change(ENDED, old) for old in before - now - set(aliases)}
    for rid, entity in ids.items():
        old = previous.get(rid)
        if entity not in before:
            changes.add(Change(SPLIT, entity, old) if old in now else Change(CREATED, entity))
        if old is not None and old != entity and aliases.get(old) != entity:
            changes.add(Change(MOVED, entity, old, rid))
    split = {change.entity for change in changes if change.kind == SPLIT}
    order = (CREATED, MERGED, SPLIT, MOVED, ENDED)
    return tuple(
        sorted(
            (change for change in changes if change.kind != CREATED or change.entity not in split),
            key=lambda change: (order.index(change.kind), change.entity, change.other or "", change.rid or 0),
        )
    )
