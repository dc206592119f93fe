"""Figures as a table in Markdown; ratios are to the peer's first load in the same run."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEADS = (
    "",
    "work",
    "records",
    "records/s",
    "× peer",
    "CPU µs a record",
    "of it the server",
    "× peer",
    "peak RSS MiB",
    "with children",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of work, measured."""

    who: str
    work: str
    records: int
    wall_s: float
    cpu_s: float
    server_cpu_s: float
    peak_mib: float
    together_mib: float  # the process and its children, pages they share counted in each

    @property
    def records_per_s(self) -> float:
        return self.records / self.wall_s

    @property
    def cpu_us(self) -> float:
        """CPU microseconds a record, the database server's among them."""
        return (self.cpu_s + self.server_cpu_s) / self.records * 1e6


def line(who: str, work: str, figures: Mapping[str, float]) -> Line:
    """A line from what a measuring process told."""
    return Line(
        who,
        work,
        max(1, int(figures["read"])),
        figures["wall_s"],
        figures["cpu_s"],
        figures["server_cpu_s"],
        figures["peak_mib"],
        figures["together_mib"],
    )


def said(one: Line) -> str:
    """One line in words, while the measurement goes on."""
    return f"{one.who}, {one.work}: {one.records_per_s:,.0f} records/s, {one.cpu_us:,.0f} CPU µs a record"


def table(measured: Sequence[Line]) -> str:
    """The lines with their ratios."""
    peer = next((one for one in measured if not one.who.startswith("Kizuna")), None)
    rows = [HEADS, tuple("---" if place < 2 else "---:" for place in range(len(HEADS)))]
    rows += [_cells(one, peer) for one in measured]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_json(measured: Sequence[Line]) -> str:
    """The lines, exact."""
    return json.dumps([dataclasses.asdict(one) for one in measured], indent=1)


def _cells(one: Line, peer: Line | None) -> tuple[str, ...]:
    same = peer is not None and one.work == peer.work
    return (
        one.who,
        one.work,
        f"{one.records:,}",
        f"{one.records_per_s:,.0f}",
        f"{one.records_per_s / peer.records_per_s:.1f}" if same and peer else "",
        f"{one.cpu_us:,.0f}",
        f"{one.server_cpu_s / one.records * 1e6:,.0f}",
        f"{peer.cpu_us / one.cpu_us:.1f}" if same and peer else "",
        f"{one.peak_mib:,.0f}",
        f"{one.together_mib:,.0f}",
    )
