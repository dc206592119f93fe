"""What a piece of work cost: time on the wall, CPU of this process and its children, peak of memory."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

MIB = 1024.0


@dataclass(frozen=True, slots=True)
class Cost:
    """A reading of the clocks."""

    wall_s: float
    cpu_s: float

    @classmethod
    def now(cls) -> Cost:
        """The clocks as they stand."""
        return cls(time.monotonic(), cpu_of(os.getpid()))

    def until(self, later: Cost) -> dict[str, float]:
        """Seconds between two readings, and the highest memory the process has held so far (MiB)."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
        return {"wall_s": later.wall_s - self.wall_s, "cpu_s": later.cpu_s - self.cpu_s, "peak_mib": peak}


def cpu_of(pid: int) -> float:
    """CPU seconds of a process, its children that ended, and its children that live (Linux)."""
    living = sum(_cpu(child)[0] for child in _children(pid))
    own, ended = _cpu(pid)
    return own + ended + living


def memory_of(pid: int) -> float:
    """MiB resident now in a process and all that descend from it, pages they share counted in each (Linux)."""
    return _resident(pid) + sum(map(memory_of, _children(pid)))


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / 1024 / MIB


def _cpu(pid: int) -> tuple[float, float]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    tick_s = 1.0 / os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) * tick_s, (int(fields[13]) + int(fields[14])) * tick_s


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():  # a child belongs to the thread that started it
            found += [int(child) for child in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found
