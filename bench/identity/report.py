"""Figures as a table in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.identity.score import Score

HEADS = ("records", "who", "answers", "precision", "recall", "F1", "mixed clusters", "goal")


@dataclass(frozen=True, slots=True)
class Line:
    """How one way of resolving did on one set."""

    records: str
    who: str
    asked: int
    score: Score
    goal: str = ""

    def plain(self) -> dict[str, Any]:
        """The line as plain values."""
        return {**asdict(self), "score": self.score.plain()}


def said(line: Line) -> str:
    """One line in words, while the measurement goes on."""
    return f"{line.records} | {line.who}: F1 {line.score.f1:.4f} ({line.score.precision:.4f}, {line.score.recall:.4f})"


def table(measured: Sequence[Line]) -> str:
    """The lines."""
    rows = [HEADS, ("---", *(["---"] * (len(HEADS) - 1)))]
    for line in measured:
        precision, recall, f1, mixed = line.score
        numbers = (f"{precision:.4f}", f"{recall:.4f}", f"{f1:.4f}", str(mixed))
        rows.append((line.records, line.who, str(line.asked or ""), *numbers, line.goal))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
