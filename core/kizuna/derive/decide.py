"""People's decisions on who is who: two records are the same, or are not; each can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from kizuna import clock
from kizuna.derive import contradictions
from kizuna.derive.work import Deriver
from kizuna.errors import DecisionError, UnknownName
from kizuna.identity.clusters import pair_of
from kizuna.storage import identity, runs
from kizuna.storage.instants import micros

SAME, DIFFERENT = "same", "different"
NEVER_PAIRS_MOST = 900


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions made (their numbers), and the entities the records belong to afterwards."""

    decisions: tuple[int, ...]
    entities: tuple[str, ...]


def same(
    deriver: Deriver,
    entity: str,
    a: int,
    b: int,
    actor: str,
    reason: str | None = None,
    *,
    confirmed: bool = False,
) -> Decided:
    """Two records (``entity``: account or person), and all that is one with either, are one from now on.

    Raises DecisionError when a guard or an earlier decision stands against it between any two of them, unless
    ``confirmed``: then the decisions that stood against it are overruled in the same act.
    """

    def write(sql: Connection, now: int) -> list[int]:
        pairs = contradictions.joining(
            sql, entity, pair_of(a, b), contradictions.sides_of(sql, entity, a, b), confirmed=confirmed
        )
        return [identity.decide(sql, entity, *pair, SAME, actor, reason, now) for pair in pairs]

    return _decide(deriver, entity, (a, b), write)


def different(deriver: Deriver, entity: str, a: int, b: int, actor: str, reason: str | None = None) -> Decided:
    """Two records are never one from now on, whatever the evidence."""

    def write(sql: Connection, now: int) -> list[int]:
        return [identity.decide(sql, entity, a, b, DIFFERENT, actor, reason, now)]

    return _decide(deriver, entity, (a, b), write)


def split(deriver: Deriver, entity: str, rid: int, actor: str, reason: str | None = None) -> Decided:
    """One record leaves its customer or person: it is different from everybody it is with now.

    Raises DecisionError when it is alone already.
    """
    with deriver.database.read() as sql:
        home = identity.memberships(sql, entity, [rid]).get(rid)
        others = [other for other in identity.members(sql, [home] if home else []).get(home or "", []) if other != rid]
    if not others:
        raise DecisionError("This record stands alone already; there is nothing to split.")

    def write(sql: Connection, now: int) -> list[int]:
        return [identity.decide(sql, entity, rid, other, DIFFERENT, actor, reason, now) for other in others]

    return _decide(deriver, entity, (rid, *others), write)


def merge(
    deriver: Deriver, one: str, *others: str, actor: str, reason: str | None = None, confirmed: bool = False
) -> Decided:
    """Two or more customers, or people, become one in one act, as :func:`same`: all of them, or none.

    Which id stays does not depend on the order: that of the largest, as whenever two become one. So the largest one
    keeps its id when the decision is taken back. Raises UnknownName for an id that is not there.
    """
    now = micros(clock.now())
    entity = "account" if one.startswith("cus_") else "person"
    with deriver.database.write() as sql:
        first, *further = _members(sql, (one, *others))
        joined, decided, rids = list(first), [], []
        for side in further:
            sides = (joined, side)
            pair = contradictions.closest(sql, entity, sides)
            pairs = contradictions.joining(sql, entity, pair, sides, confirmed=confirmed)
            decided += [identity.decide(sql, entity, *pair, SAME, actor, reason, now) for pair in pairs]
            rids += [rid for pair in pairs for rid in pair]
            joined += side
        runs.post(sql, set(rids), now)
    return _after(deriver, entity, rids, decided)


def _members(sql: Connection, ids: Sequence[str]) -> list[list[int]]:
    """The records of each of these customers or people, that are several."""
    standing = [identity.standing_id(sql, one) for one in ids]
    members = identity.members(sql, standing)
    for entity_id in standing:
        if entity_id not in members:
            raise UnknownName("customer or person", entity_id, ())
    if len(set(standing)) < len(standing):
        raise DecisionError("These two are one already." if len(standing) == 2 else "Two of these are one already.")
    return [list(members[entity_id]) for entity_id in standing]


def never(deriver: Deriver, one: str, other: str, actor: str, reason: str | None = None) -> Decided:
    """Two customers, or two people, are never one, whatever records they come to have: no record of theirs is another's.

    Raises UnknownName for an id that is not there, DecisionError for two that are one and for very many records.
    """
    with deriver.database.read() as sql:
        entity_ids = [identity.standing_id(sql, one), identity.standing_id(sql, other)]
        members = identity.members(sql, entity_ids)
    for entity_id in entity_ids:
        if entity_id not in members:
            raise UnknownName("customer or person", entity_id, ())
    if entity_ids[0] == entity_ids[1]:
        raise DecisionError("These two are one; split the record that does not belong, then they stay apart.")
    entity = "account" if entity_ids[0].startswith("cus_") else "person"
    ones, others = members[entity_ids[0]], members[entity_ids[1]]
    if len(ones) * len(others) > NEVER_PAIRS_MOST:
        raise DecisionError(f"They have {len(ones)} and {len(others)} records, too many to tell apart one by one.")
    pairs = [(a, b) for a in ones for b in others]

    def write(sql: Connection, now: int) -> list[int]:
        return [identity.decide(sql, entity, a, b, DIFFERENT, actor, reason, now) for a, b in pairs]

    return _decide(deriver, entity, (ones[0], others[0]), write)


def undo(deriver: Deriver, decision: int) -> Decided:
    """A decision no longer stands, nor those made in one act with it; who is who follows from the rest.

    Raises DecisionError when no decision of that number stands.
    """
    now = micros(clock.now())
    with deriver.database.write() as sql:
        act = identity.act_of(sql, decision)
        taken_back = [found for number in act if (found := identity.revoke(sql, number, now)) is not None]
        if not taken_back:
            raise DecisionError(f"There is no standing decision {decision}; see `kizuna identity history`.")
        rids = sorted({rid for _, a, b in taken_back for rid in (a, b)})
        runs.post(sql, rids, now)
    return _after(deriver, taken_back[0][0], rids, act)


def _decide(
    deriver: Deriver,
    entity: str,
    rids: Sequence[int],
    write: Callable[[Connection, int], list[int]],
) -> Decided:
    now = micros(clock.now())
    with deriver.database.write() as sql:
        known = identity.memberships(sql, entity, rids)
        missing = [rid for rid in rids if rid not in known]
        if missing:
            raise DecisionError(f"Record {missing[0]} is no {entity} record that belongs to anybody; check its id.")
        numbers = write(sql, now)
        runs.post(sql, set(rids), now)
    return _after(deriver, entity, rids, numbers)


def _after(deriver: Deriver, entity: str, rids: Sequence[int], numbers: list[int]) -> Decided:
    deriver.drain()
    with deriver.database.read() as sql:
        homes = identity.memberships(sql, entity, rids)
    return Decided(tuple(numbers), tuple(homes[rid] for rid in rids if rid in homes))
