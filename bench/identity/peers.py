"""Peers on the same records, each in a process of the peers' own environment; what they find is scored by our own code."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.identity.ours import ANSWERS, Result
from bench.identity.records import RecordSet
from bench.identity.score import Score, best, scored, swept

HERE = Path(__file__).parent
PYTHON = HERE / ".venv" / "bin" / "python"
PEERS = ("splink", "recordlinkage", "dedupe")
LONGEST_S = 1_200


def result(peer: str, records: RecordSet) -> Result | None:
    """The peer at its best threshold; None when it failed, which it then says on standard error."""
    task = {
        "columns": records.columns,
        "rows": records.rows,
        "links": records.links,
        "truth": records.truth if peer == "dedupe" else {},
        "answers": ANSWERS,
    }
    began = time.monotonic()
    try:
        ran = subprocess.run(
            [PYTHON, HERE / f"peer_{peer}.py"],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"bench: {peer} took longer than {LONGEST_S} s on {records.name}", file=sys.stderr)
        return None
    if ran.returncode:
        print(f"bench: {peer} failed on {records.name}: {ran.stderr[-2000:]}", file=sys.stderr)
        return None
    found = json.loads(ran.stdout)
    print(f"bench: {peer} took {time.monotonic() - began:.0f} s on {records.name}", file=sys.stderr)
    threshold, score = _SCORED[peer](found, records.truth)
    asked = ANSWERS if peer == "dedupe" else 0
    return Result(f"{peer}, at its best threshold ({threshold:.3g})", score, asked)


def _pairs(found: list[tuple[int, int, float]], truth: Mapping[int, str]) -> tuple[float, Score]:
    return swept({(a, b): score for a, b, score in found}, truth)


def _ways(found: Mapping[str, list[tuple[int, int, float]]], truth: Mapping[int, str]) -> tuple[float, Score]:
    return best(_pairs(pairs, truth) for pairs in found.values())


def _clusters(found: Mapping[str, list[list[int]]], truth: Mapping[int, str]) -> tuple[float, Score]:
    return best((float(threshold), scored(clusters, truth)) for threshold, clusters in found.items())


_SCORED: Mapping[str, Callable[[Any, Mapping[int, str]], tuple[float, Score]]] = {
    "splink": _pairs,
    "recordlinkage": _ways,
    "dedupe": _clusters,
}
