"""One rule for many open questions: tried against past answers first, then applied as one act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b

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

    def digest(self) -> str:
        """A word for these pairs and this answer: another one as soon as the rule would decide on others."""
        told = [self.rule.entity, self.rule.verdict, *(f"{a} {b}" for a, b in sorted(self.pairs))]
        return blake2b("\n".join(told).encode(), digest_size=8).hexdigest()


def trial(sql: Connection, rule: ReviewRule) -> Trial:
    """What the rule would do; nothing is changed. What was put off is not asked of anybody now, nor of a rule."""
    asked = review.open_pairs(sql, rule.entity, micros(clock.now()))
    fitting = [(one.a, one.b) for one in asked if _fits(rule, one)][:APPLIED_MOST]
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


def apply(deriver: Deriver, rule: ReviewRule, actor: str, reason: str | None, digest: str) -> tuple[int, ...]:
    """The decisions made, one for each pair, all in one act: taking one back takes all back.

    Raises DecisionError when there are none, or when ``digest`` is not that of the trial as it would come out now.
    """
    now = micros(clock.now())
    why = "; ".join(filter(None, (reason, rule.told())))
    with deriver.database.write() as sql:
        tried = trial(sql, rule)
        if not tried.pairs:
            raise DecisionError("No open question fits the rule.")
        if digest != tried.digest():
            raise DecisionError(
                f"The rule would decide on {len(tried.pairs)} questions now that are not just those it was tested on; "
                "test it again."
            )
        made = [identity.decide(sql, rule.entity, *pair, rule.verdict, actor, why, now) for pair in tried.pairs]
        runs.post(sql, {rid for pair in tried.pairs for rid in pair}, now)
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
