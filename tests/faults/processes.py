"""Workers in processes of their own: started, killed at a named point or after a while, waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.project import PROJECT

KILLED = -signal.SIGKILL
LIMIT_S = 120.0


@contextmanager
def worker(url: str, executor: str, *run: str, failpoint: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process that takes the run (vendor, run id; or a new one of that vendor) to its end, or that works on whatever comes; killed at the end."""
    command = [sys.executable, "-m", "tests.faults.child", url, executor, *run]
    environ = os.environ | {"PYTHONPATH": str(PROJECT), "KIZUNA_FAILPOINT": failpoint}
    process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def await_start(process: subprocess.Popen[str]) -> None:
    """Returns when the worker works."""
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "working"


def killed_at(failpoint: str, url: str, executor: str, vendor: str, *run_id: str) -> None:
    """Runs a worker until that point kills it; without a run it asks for one itself."""
    with worker(url, executor, vendor, *run_id, failpoint=failpoint) as process:
        ended = process.wait(LIMIT_S)
    assert ended == KILLED, f"the worker never came by {failpoint}"


def killed_after(seconds: float, url: str, executor: str, vendor: str, run_id: str) -> bool:
    """Runs a worker and kills it so long after it began to work; whether it was still at it."""
    with worker(url, executor, vendor, run_id) as process:
        await_start(process)
        try:
            return process.wait(seconds) == KILLED
        except subprocess.TimeoutExpired:
            return True
