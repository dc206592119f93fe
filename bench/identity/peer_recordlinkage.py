"""recordlinkage's part, run in the peers' environment: records on standard input, scored pairs on standard output."""

from __future__ import annotations

import json
import sys
import warnings

import pandas as pd
import recordlinkage
from recordlinkage.index import Block

LIKENESS = {"name": 0.85, "text": 0.85, "email": 0.9, "phone": 0.9, "date": 0.9}


def main() -> None:
    """Train its classifier for expectation maximisation without labels and give each pair's probability, and the plain sum of its likenesses."""
    warnings.simplefilter("ignore")
    task = json.load(sys.stdin)
    columns: dict[str, str] = task["columns"]
    frame = pd.DataFrame.from_dict(task["rows"], orient="index")
    frame.index = frame.index.astype(int)
    sides = [part for _, part in frame.groupby("source")] if task["links"] else [frame]
    index = recordlinkage.Index()
    for column in columns:
        index.add(Block(column))
    pairs = index.index(*sides)
    compare = recordlinkage.Compare()
    for column, kind in columns.items():
        if kind in LIKENESS:
            compare.string(column, column, method="jarowinkler", threshold=LIKENESS[kind], label=column)
        else:
            compare.exact(column, column, label=column)
    levels = compare.compute(pairs, *sides).astype(int)
    told = levels.loc[:, levels.nunique() > 1]
    classifier = recordlinkage.ECMClassifier(binarize=0.5)
    classifier.fit(told)
    # Where expectation maximisation takes the wrong side for the pairs that are one, the plain sum may serve better.
    ways = {"learned": classifier.prob(told), "sum": levels.sum(axis=1)}
    found = {way: [[int(a), int(b), float(score)] for (a, b), score in scores.items()] for way, scores in ways.items()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
