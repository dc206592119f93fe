"""dedupe's part, run in the peers' environment: it asks, the truth answers, and what it joins at several thresholds comes back."""

from __future__ import annotations

import json
import logging
import random
import sys
import warnings
from typing import Any

import dedupe
import numpy as np

KINDS = {
    "name": dedupe.variables.String,
    "text": dedupe.variables.String,
    "email": dedupe.variables.String,
    "phone": dedupe.variables.String,
    "date": dedupe.variables.ShortString,
    "exact": dedupe.variables.Exact,
}
THRESHOLDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def main() -> None:
    """Write the clusters at each threshold."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    random.seed(1)
    np.random.seed(1)
    task = json.load(sys.stdin)
    columns: dict[str, str] = task["columns"]
    fields = [KINDS[kind](column, has_missing=True) for column, kind in columns.items()]
    rows = {int(rid): {column: row[column] or None for column in columns} for rid, row in task["rows"].items()}
    truth = {int(rid): known for rid, known in task["truth"].items()}
    source = {int(rid): row.get("source") for rid, row in task["rows"].items()}
    data: tuple[dict[int, Any], ...] = (rows,)
    if task["links"]:
        sides = sorted(set(source.values()))
        data = tuple({rid: row for rid, row in rows.items() if source[rid] == side} for side in sides)
    model = (dedupe.RecordLink if task["links"] else dedupe.Dedupe)(fields, num_cores=1)
    whose = {_look(row): known for rid, row in rows.items() for known in [truth[rid]]}
    model.prepare_training(*data, sample_size=min(1500, 10 * len(rows)))
    _answer(model, whose, task["answers"])
    model.train(recall=1.0)
    joined = {}
    for threshold in THRESHOLDS:
        if task["links"]:
            found = [list(ids) for ids, _ in model.join(*data, threshold=threshold, constraint="one-to-one")]
        else:
            found = [list(ids) for ids, _ in model.partition(*data, threshold=threshold)]
        joined[threshold] = [[int(rid) for rid in ids] for ids in found]
    json.dump(joined, sys.stdout)


def _look(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((key, value) for key, value in row.items() if value is not None))


def _answer(model: Any, whose: dict[tuple[Any, ...], str], answers: int) -> None:
    """Records that look alike are told apart by nobody: the truth of either serves."""
    for _ in range(answers):
        try:
            asked = model.uncertain_pairs()
        except IndexError:
            return
        same: list[Any] = []
        different: list[Any] = []
        for one, other in asked:
            (same if whose[_look(one)] == whose[_look(other)] else different).append((one, other))
        model.mark_pairs({"match": same, "distinct": different})


if __name__ == "__main__":
    main()
