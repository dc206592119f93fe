"""One vendor, the installation that reads it, and the faults between the two."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import pytest

from kizuna.jobs import RunState, RunStatus
from kizuna.sandbox import SandboxState, Served
from kizuna.sandbox.faults import Fault, FaultPlan, FaultProfile
from kizuna.sandbox.gateway import Gateway
from tests.support.worlds import Kizuna, edit

SEED = 20260301


class Watched(FaultPlan):
    """Faults that remember what was asked when; ``acts`` says what happens at the vendor at which question."""

    def __init__(
        self, profile: FaultProfile, seed: object, acts: dict[int, Callable[[], object]] | None = None
    ) -> None:
        super().__init__(profile, seed)
        self.asked: list[tuple[float, str, Fault | None]] = []
        self.acts = acts or {}

    def draw(self, path: str) -> Fault | None:
        fault = super().draw(path)
        self.asked.append((time.monotonic(), path, fault))
        act = self.acts.get(len(self.asked))
        if act is not None:
            act()
        return fault


@dataclass
class Case:
    """One vendor and the installation that reads it."""

    vendor: str
    url: str
    served: Served
    kizuna: Kizuna
    monkeypatch: pytest.MonkeyPatch
    spelled_alike: bool = field(default=True)

    @property
    def state(self) -> SandboxState:
        return self.served.state(self.vendor)

    @property
    def gateway(self) -> Gateway:
        return self.served.gateways[0]

    def struck(self, name: str, rates: dict[Fault, float], **fields: Any) -> Watched:
        """From now on these faults strike."""
        acts = fields.pop("acts", None)
        plan = Watched(FaultProfile(name, rates, **fields), SEED, acts)
        self.gateway.faults = plan
        return plan

    def heal(self) -> None:
        self.gateway.faults = FaultPlan(FaultProfile("none"), SEED)

    def sync(self, *, done: bool = True) -> RunStatus:
        run = self.kizuna.sync(self.vendor)[0]
        assert not done or (run.state, run.reason) == (RunState.DONE, None)
        return run

    def work(self, seed: int) -> None:
        """An hour at the vendor: edits, and a delete and a merge where it can be done."""
        kinds: Collection[str] = ("account",) if self.vendor == "stripe" else ("account", "person")
        edit(self.served, seed=seed, edits=12, kinds={self.vendor: kinds})
