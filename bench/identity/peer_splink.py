"""Splink's part, run in the peers' environment: records on standard input, scored pairs on standard output."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from itertools import pairwise
from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

COMPARISONS = {
    "name": lambda column: cl.JaroWinklerAtThresholds(column, [0.92, 0.8]).configure(term_frequency_adjustments=True),
    "text": lambda column: cl.JaroWinklerAtThresholds(column, [0.95, 0.85]).configure(term_frequency_adjustments=True),
    "date": lambda column: cl.DateOfBirthComparison(column, input_is_string=True),
    "email": cl.EmailComparison,
    "phone": lambda column: cl.DamerauLevenshteinAtThresholds(column, [1, 2]).configure(
        term_frequency_adjustments=True
    ),
    "exact": lambda column: cl.ExactMatch(column).configure(term_frequency_adjustments=True),
}


def main() -> None:
    """Train without labels and score every blocked pair: bits as Splink gives them."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    task = json.load(sys.stdin)
    columns: dict[str, str] = task["columns"]
    frame = _frame(task)
    rules = [block_on(column) for column in columns]
    api = DuckDBAPI()
    if task["links"]:
        parts = [part.reset_index(drop=True) for _, part in frame.groupby("source")]
        tables: Any = [api.register(part.drop(columns="source"), table_name=f"part{n}") for n, part in enumerate(parts)]
    else:
        tables = api.register(frame, table_name="records")
    settings = SettingsCreator(
        link_type="link_only" if task["links"] else "dedupe_only",
        comparisons=[COMPARISONS[kind](column) for column, kind in columns.items()],
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(tables, settings)
    first = list(columns)[: max(2, len(columns) - 2)]
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*pair) for pair in pairwise(first)], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in rules:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
        except Exception as error:  # noqa: BLE001  # a rule with too few pairs teaches nothing
            print(f"splink: not trained on one rule: {str(error)[:80]}", file=sys.stderr)
    found = linker.inference.predict(threshold_match_weight=-15).as_pandas_dataframe()
    pairs = zip(found["unique_id_l"], found["unique_id_r"], found["match_weight"], strict=True)
    json.dump([[int(a), int(b), float(weight)] for a, b, weight in pairs], sys.stdout)


def _frame(task: dict[str, Any]) -> pd.DataFrame:
    rows = [{"unique_id": int(rid), **row} for rid, row in task["rows"].items()]
    return pd.DataFrame(rows).astype(object).where(lambda frame: frame.notna(), None)


if __name__ == "__main__":
    main()
