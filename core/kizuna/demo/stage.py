"""The vendors of the demonstration: simulated in a process of their own, and connected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kizuna import clock
from kizuna.errors import KizunaError
from kizuna.storage import connections
from kizuna.storage.database import Database
from kizuna.storage.instants import micros

STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Played:
    """One simulated vendor that listens."""

    vendor: str
    base_url: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


@contextmanager
def vendors(keys: Collection[str], customers: int, seed: int) -> Iterator[list[Played]]:
    """These vendors, looking at one world, for as long as the block lasts."""
    options = ["--port-base", "0", "--json", "--customers", str(customers), "--seed", str(seed)]
    command = [sys.executable, "-m", "kizuna", "sandbox", *keys, *options]
    # A group of its own: Ctrl-C reaches this process only, which then ends the other in order.
    process = subprocess.Popen(  # noqa: S603  our own program, and numbers
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, encoding="utf-8", start_new_session=True
    )
    try:
        yield _listening(process, len(keys))
    finally:
        _end(process)


def connect(database: Database, played: Played) -> None:
    """A connection to a played vendor, named like it; its secrets are handed on in this process's environment."""
    references = {}
    for key, value in played.secrets.items():
        variable = f"DEMO_{played.vendor}_{key}".upper()
        os.environ[variable] = value
        references[key] = f"env:{variable}"
    with database.write() as sql:
        now = micros(clock.now())
        connections.add(sql, played.vendor, played.vendor, played.settings, references, False, now)


def _listening(process: subprocess.Popen[str], number: int) -> list[Played]:
    """What the process says of itself: one line a vendor once all of them listen."""
    assert process.stdout is not None, "the process was started with a pipe"
    said = [json.loads(line) for line in islice(process.stdout, number)]
    if len(said) < number:
        raise KizunaError("The simulated vendors did not start; run `kizuna sandbox` to see why.")
    return [Played(one["vendor"], one["base_url"], one["settings"], one["secrets"]) for one in said]


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
