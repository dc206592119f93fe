"""Decisions that outlive their records: what was said of a record that is gone is said of those it was one with."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from kizuna.identity.clusters import pair_of
from kizuna.storage import identity, placements, said


def carry_over(sql: Connection, entity: str, previous: Mapping[int, str], living: Collection[int]) -> None:
    """The decisions that keep departing records apart from others, made for the records that stay behind, too.

    So they are for the record that a departing one was merged into by its own system. ``previous`` says where records
    belonged until now; those that are not ``living`` any more are departing. What is made belongs to the act of the
    decision it follows from, so that the same undo takes it back. A pair of which somebody has said something keeps
    what was said.
    """
    departing = previous.keys() - living
    if not departing:
        return
    apart = said.different(sql, entity, departing)
    if not apart:
        return
    left = _left_behind(previous, departing)
    winner = placements.winners(sql, departing)
    heirs = {rid: {*left.get(previous[rid], ()), *([winner[rid]] if rid in winner else ())} for rid in departing}
    decided = {
        pair_of(a, b) for a, b, _ in identity.decisions(sql, entity, {r for rids in heirs.values() for r in rids})
    }
    for one in apart:
        for a in (one.a, *sorted(heirs.get(one.a, ()))):
            for b in (one.b, *sorted(heirs.get(one.b, ()))):
                pair = pair_of(a, b)
                if pair not in decided and pair != (one.a, one.b) and previous.get(a) != previous.get(b):
                    decided.add(pair)
                    identity.decide(sql, entity, *pair, "different", one.actor, one.reason, one.at)


def _left_behind(previous: Mapping[int, str], departing: Collection[int]) -> dict[str, list[int]]:
    """Entity → its records that stay, of the entities that some record leaves."""
    homes = {previous[rid] for rid in departing}
    left: dict[str, list[int]] = {}
    for rid, home in sorted(previous.items()):
        if home in homes and rid not in departing:
            left.setdefault(home, []).append(rid)
    return left
