"""How well records are told apart: ours beside peers, on labelled public sets and on our own worlds."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.identity import ours, peers
from bench.identity.public import public_sets
from bench.identity.records import RecordSet
from bench.identity.report import Line, said, table
from bench.identity.score import scored
from bench.identity.vocabulary import OTHER, USUAL
from bench.identity.worlds import Seen

OURS = "ours"


def main() -> None:
    """Measure and print one table."""
    wanted = _arguments()
    lines: list[Line] = []
    for line in _measured(wanted):
        lines.append(line)
        print(said(line), file=sys.stderr, flush=True)
    print(table(lines))
    if wanted.json:
        wanted.json.write_text(json.dumps([line.plain() for line in lines], indent=1, ensure_ascii=False))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run identity quality", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/identity"), help="where the public sets are")
    parser.add_argument("--companies", type=int, default=2000, help="companies in each of our worlds; 0 for none")
    parser.add_argument("--seeds", default="7,101,202", help="our worlds; one more is made of other words")
    parser.add_argument("--only", default=",".join((OURS, *peers.PEERS)))
    parser.add_argument("--sets", default="", help="only public sets whose name begins so")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    wanted = parser.parse_args()
    wanted.who = set(wanted.only.split(","))
    return wanted


def _measured(wanted: argparse.Namespace) -> Iterator[Line]:
    for records in public_sets(wanted.data):
        if records.name.lower().startswith(wanted.sets.lower()):
            yield from _of_ours(records, wanted, sweep=True)
            yield from _of_peers(records, wanted)
    seeds = [int(seed) for seed in wanted.seeds.split(",") if seed] if wanted.companies else []
    for seed, words in [*((seed, USUAL) for seed in seeds), *((seed + 1, OTHER) for seed in seeds[-1:])]:
        seen = Seen(seed, wanted.companies, words)
        accounts = seen.account_set()
        yield from _of_world(accounts, wanted)
        yield from _of_world(seen.people_set(ours.queue_answered(accounts)[0].clusters), wanted)


def _of_world(records: RecordSet, wanted: argparse.Namespace) -> Iterator[Line]:
    yield from _of_ours(records, wanted, sweep=False)
    if OURS in wanted.who:
        partition, asked = ours.queue_answered(records)
        yield Line(records.name, "Kizuna, queue answered", asked, scored(partition.clusters, records.truth), "F1 .98")
    yield from _of_peers(records, wanted)


def _of_peers(records: RecordSet, wanted: argparse.Namespace) -> Iterator[Line]:
    for peer in peers.PEERS:
        if peer in wanted.who and (result := peers.result(peer, records)):
            yield Line(records.name, result.who, result.asked, result.score, records.goal)


def _of_ours(records: RecordSet, wanted: argparse.Namespace, *, sweep: bool) -> Iterator[Line]:
    if OURS in wanted.who:
        for result in ours.results(records, sweep=sweep):
            yield Line(records.name, result.who, result.asked, result.score, records.goal)


if __name__ == "__main__":
    main()
