"""Figures as a table in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADS = ("", "work", "limit, requests/s", "answered/s", "share of the limit", "answers 429", "records/s")


@dataclass(frozen=True, slots=True)
class Line:
    """One way of reading, measured."""

    who: str
    work: str
    limit_per_s: int
    seconds: float
    answered: int
    refused: int
    records: int

    @property
    def used(self) -> float:
        """The share of the limit that was used."""
        return self.answered / self.seconds / self.limit_per_s

    @property
    def refused_share(self) -> float:
        """The share of the answers that said «too many»."""
        return self.refused / max(1, self.answered + self.refused)


def said(line: Line) -> str:
    """One line in words, while the measurement goes on."""
    return f"{line.who}, {line.work}: {line.used:.1%} of the limit, {line.refused_share:.2%} refused"


def table(measured: Sequence[Line]) -> str:
    """The lines."""
    rows = [HEADS, tuple("---" if place < 2 else "---:" for place in range(len(HEADS)))]
    rows += [
        (
            line.who,
            line.work,
            f"{line.limit_per_s}",
            f"{line.answered / line.seconds:.1f}",
            f"{line.used:.1%}",
            f"{line.refused_share:.2%}",
            f"{line.records / line.seconds:,.0f}",
        )
        for line in measured
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
