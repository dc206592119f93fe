"""One rule for many open questions: tried against past answers first, then applied as one act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from kizuna import clock
from kizuna.derive import contradictions
from kizuna.derive.work import Deriver
from kizuna.errors import DecisionError
from kizuna.identity.clusters import Pair
from kizuna.identity.evidence import Evidence
from kizuna.identity.review_rules import ReviewRule
from kizuna.storage import identity, review, runs
from kizuna.storage.instants import micros

APPLIED_MOST = 1_000
"""So many questions are answered by one application of a rule, the weightiest first."""

_EVIDENCE = msgspec.json.Decoder(tuple[Evidence, ...])


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do now, and how it would have answered what people have answered since.

    ``pairs`` would be decided; of the other fitting ones (``fitting`` in all) some are kept apart by guards or decisions,
    and some are one as soon as others are. ``agreed`` and ``contradicted`` are the numbers of past decisions.
    """

    rule: ReviewRule
    pairs: tuple[Pair, ...]
    fitting: int
    agreed: tuple[int, ...]
    contradicted: tuple[int, ...]
    moved: dict[str, int]
    mrr: dict[str, int]  # currency → what is paid monthly by those that move, in millionths of a minor unit


def trial(sql: Connection, rule: ReviewRule) -> Trial:
    """What the rule would do; nothing is changed."""
    fitting = [(one.a, one.b) for one in review.open_pairs(sql, rule.entity) if _fits(rule, one)][:APPLIED_MOST]
    pairs = contradictions.free(sql, rule.entity, fitting) if rule.verdict == "same" else fitting
    past = [one for one in review.answered_pairs(sql, rule.entity) if _fits(rule, one)]
    moved, mrr = _moved(sql, rule.entity, pairs) if rule.verdict == "same" else ({}, {})
    return Trial(
        rule=rule,
        pairs=tuple(pairs),
        fitting=len(fitting),
        agreed=tuple(one.decision for one in past if one.decision is not None and one.verdict == rule.verdict),
        contradicted=tuple(one.decision for one in past if one.decision is not None and one.verdict != rule.verdict),
        moved=moved,
        mrr=mrr,
    )


def apply(deriver: Deriver, rule: ReviewRule, actor: str, reason: str | None, expected: int | None) -> tuple[int, ...]:
    """The decisions made, one for each pair, all in one act: taking one back takes all back.

    Raises DecisionError when ``expected`` is another number than the rule would decide on now, or when there are none.
    """
    now = micros(clock.now())
    why = "; ".join(filter(None, (reason, rule.told())))
    with deriver.database.write() as sql:
        pairs = trial(sql, rule).pairs
        if expected is not None and expected != len(pairs):
            raise DecisionError(f"The rule would decide on {len(pairs)} pairs now, not on {expected}; test it again.")
        if not pairs:
            raise DecisionError("No open question fits the rule.")
        made = [identity.decide(sql, rule.entity, *pair, rule.verdict, actor, why, now) for pair in pairs]
        runs.post(sql, {rid for pair in pairs for rid in pair}, now)
    deriver.drain()
    return tuple(made)


def _fits(rule: ReviewRule, asked: review.Asked) -> bool:
    return rule.fits(asked.bits, asked.reason, _EVIDENCE.decode(asked.evidence))


def _moved(sql: Connection, entity: str, pairs: Collection[Pair]) -> tuple[dict[str, int], dict[str, int]]:
    """What moves in all, each customer or person counted once."""
    found = review.stakes(sql, [(entity, a, b) for a, b in pairs])
    moving = {stake.moves: stake for stake in found.values()}
    counts: Counter[str] = Counter()
    mrr: Counter[str] = Counter()
    for stake in moving.values():
        counts["records"] += stake.records
        counts["people"] += stake.people
        counts["open_tickets"] += stake.open_tickets
        counts["moments"] += stake.moments
        mrr.update(dict(stake.mrr))
    return dict(counts), dict(sorted(mrr.items()))
