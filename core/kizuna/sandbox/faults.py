"""What goes wrong between a vendor and its caller, by seed: the same seed, the same faults in the same order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from kizuna.errors import ConfigError, UnknownName
from kizuna.sandbox.seeds import stream_of

Fault = Literal[
    "rate_limited", "server_error", "truncated", "html", "slow", "reset", "repeated", "shuffled", "token_expired"
]

FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True, slots=True)
class FaultProfile:
    """How often each fault strikes a request (a share between 0 and 1), for which paths, and how long in a row.

    ``most_in_a_row`` keeps a retrying caller from being starved; ``at_most`` ends all faults after that many (None: never).
    """

    name: str
    rates: Mapping[Fault, float] = field(default_factory=dict)
    paths: str = ""
    most_in_a_row: int = 2
    at_most: int | None = None
    slow_s: float = 0.05
    retry_after_s: float = 0.05


PROFILES: Mapping[str, FaultProfile] = {
    profile.name: profile
    for profile in (
        FaultProfile("none"),
        FaultProfile("limits", {"rate_limited": 0.10}),
        FaultProfile("light", {"rate_limited": 0.01, "server_error": 0.01, "slow": 0.02}),
        FaultProfile(
            "rough",
            {
                "rate_limited": 0.04,
                "server_error": 0.04,
                "truncated": 0.02,
                "html": 0.01,
                "slow": 0.05,
                "reset": 0.02,
                "repeated": 0.03,
                "token_expired": 0.01,
            },
        ),
        FaultProfile(
            "storm",
            {
                "rate_limited": 0.10,
                "server_error": 0.12,
                "truncated": 0.06,
                "html": 0.04,
                "slow": 0.10,
                "reset": 0.06,
                "repeated": 0.06,
                "shuffled": 0.05,
                "token_expired": 0.03,
            },
            most_in_a_row=3,
        ),
    )
}


def fault_profile(wanted: str | Mapping[str, Any]) -> FaultProfile:
    """A profile by its name, or from a mapping with ``name`` (a base), ``rates`` and any other field of FaultProfile."""
    name = wanted if isinstance(wanted, str) else str(wanted.get("name", "none"))
    if name not in PROFILES:
        raise UnknownName("fault profile", name, PROFILES)
    base = PROFILES[name]
    if isinstance(wanted, str):
        return base
    unknown = set(wanted.get("rates", {})) - set(FAULTS)
    if unknown:
        raise ConfigError(f"There is no fault named {min(unknown)!r}; known: {', '.join(FAULTS)}.")
    fields = {key: value for key, value in wanted.items() if key in FaultProfile.__dataclass_fields__}
    return replace(base, **fields)


class FaultPlan:
    """Draws a fault, or none, for one request after another."""

    def __init__(self, profile: FaultProfile, seed: object) -> None:
        self.profile, self.seed = profile, seed
        self.struck: Counter[str] = Counter()
        self._asked = 0
        self._row = 0

    def draw(self, path: str) -> Fault | None:
        """The fault that strikes this request, None for most."""
        profile = self.profile
        if not profile.rates or (profile.paths and not re.search(profile.paths, path)):
            return None
        self._asked += 1
        fault = self._pick(stream_of(self.seed, "fault", self._asked).random())
        spent = profile.at_most is not None and self.struck.total() >= profile.at_most
        if fault is None or spent or self._row >= profile.most_in_a_row:
            self._row = 0
            return None
        # What does not fail a request does not starve its caller either.
        self._row = 0 if fault in {"slow", "repeated", "shuffled"} else self._row + 1
        self.struck[fault] += 1
        return fault

    def _pick(self, draw: float) -> Fault | None:
        for fault in FAULTS:
            draw -= self.profile.rates.get(fault, 0.0)
            if draw < 0:
                return fault
        return None
