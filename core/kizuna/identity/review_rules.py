"""A rule for open questions: which of them one answer would do for."""

from __future__ import annotations

import msgspec

from kizuna.identity.evidence import AUTO_BITS, Evidence

SIGNS = ("reference", "corporate_number", "email", "domain", "contact", "place", "phone", "customer", "name")
"""The fields that may be required to agree."""

BY_SCORE = "score"


class ReviewRule(msgspec.Struct, frozen=True):
    """Questions about ``entity`` of so many bits, on which every one of ``signs`` agrees and for one of these reasons.

    ``reasons`` are ``score`` (the bits were too few) and the names of guards.
    """

    entity: str
    verdict: str  # same, different
    least_bits: float | None = None
    most_bits: float | None = None
    signs: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset({BY_SCORE})

    def fits(self, bits: float, reason: str | None, evidence: tuple[Evidence, ...]) -> bool:
        """Whether the rule answers such a question; ``reason`` None: it was answered, and only its bits are known."""
        if self.least_bits is not None and bits < self.least_bits:
            return False
        if self.most_bits is not None and bits > self.most_bits:
            return False
        if reason is None:
            fitting = BY_SCORE in self.reasons if bits < AUTO_BITS else bool(self.reasons - {BY_SCORE})
        else:
            fitting = reason in self.reasons
        return fitting and self.signs <= {item.field for item in evidence if item.bits > 0}

    def told(self) -> str:
        """The rule in a few words, as it stands in the history."""
        bounds = [f"at least {self.least_bits:g} bits"] if self.least_bits is not None else []
        bounds += [f"at most {self.most_bits:g} bits"] if self.most_bits is not None else []
        signs = [f"agreeing in {' and '.join(sorted(self.signs))}"] if self.signs else []
        return (
            f"rule for {self.entity}s: {', '.join([*bounds, *signs, 'open by ' + ' or '.join(sorted(self.reasons))])}"
        )
