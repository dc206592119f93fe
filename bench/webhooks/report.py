"""Figures as a table in Markdown; ratios are to the raw limit of the same server in the same run."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of work, measured; without a rate it is about waiting alone."""

    who: str
    work: str
    per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float
    refused: int
    cpu_us: float = 0.0
    """CPU microseconds of the server a delivery; what it does beside is among them."""


def line(who: str, work: str, figures: Mapping[str, float]) -> Line:
    """A line from what the senders tell."""
    good = figures["answered"] - figures["refused"]
    times = (figures["p50_ms"], figures["p95_ms"], figures["p99_ms"], figures["most_ms"])
    return Line(
        who, work, good / figures["seconds"], *times, int(figures["refused"]), figures["cpu_s"] / figures["sent"] * 1e6
    )


def waited(who: str, waits_s: Sequence[float]) -> Line:
    """A line from how long changes took to show."""
    at = [waits_s[min(len(waits_s) - 1, int(len(waits_s) * part))] * 1000 for part in (0.5, 0.95, 0.99)]
    p50_ms, p95_ms, p99_ms = at
    return Line(who, f"seen in GraphQL ({len(waits_s)} changes)", 0.0, p50_ms, p95_ms, p99_ms, waits_s[-1] * 1000, 0)


def said(one: Line) -> str:
    """One line in words, while the measurement goes on."""
    rate = f"{one.per_s:,.0f}/s, " if one.per_s else ""
    times = f"p50 {one.p50_ms:,.1f} ms, p95 {one.p95_ms:,.1f} ms, p99 {one.p99_ms:,.1f} ms, most {one.most_ms:,.1f} ms"
    cost = f", {one.refused} not taken, {one.cpu_us:,.0f} CPU µs each" if one.per_s else ""
    return f"{one.who}, {one.work}: {rate}{times}{cost}"


def table(measured: Sequence[Line]) -> str:
    """The lines with their ratios."""
    heads = ("", "work", "a second", "× limit", "p50 ms", "p95 ms", "p99 ms", "most ms", "not taken", "CPU µs each")
    rows = [heads, tuple("---" if place < 2 else "---:" for place in range(len(heads)))]
    rows += [_cells(one, measured[0]) for one in measured]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_json(measured: Sequence[Line]) -> str:
    """The figures for programs."""
    return json.dumps([dataclasses.asdict(one) for one in measured], indent=2)


def _cells(one: Line, limit: Line) -> tuple[str, ...]:
    rate = (f"{one.per_s:,.0f}", f"{one.per_s / limit.per_s:.2f}") if one.per_s else ("", "")
    times = (one.p50_ms, one.p95_ms, one.p99_ms, one.most_ms)
    return (
        one.who,
        one.work,
        *rate,
        *(f"{time:,.1f}" for time in times),
        str(one.refused),
        f"{one.cpu_us:,.0f}" if one.cpu_us else "",
    )
