"""How often a connection is read by itself: as the settings say for all, or as it was told for this one."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Self

from kizuna.config import SyncLimits
from kizuna.errors import ConfigError
from kizuna.storage.connections import StoredConnection

MINUTE_S, DAY_S = 60, 86_400
_BOUNDS: Final = {spec.name: spec.metadata for spec in fields(SyncLimits)}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """After how many seconds what changed is read, and after how many everything; 0: never by itself."""

    changes_s: float
    full_s: float

    @classmethod
    def of(cls, stored: StoredConnection, limits: SyncLimits) -> Self:
        """The connection's own, and the settings' where it has none."""
        minutes = limits.every_minutes if stored.every_minutes is None else stored.every_minutes
        days = limits.full_every_days if stored.full_every_days is None else stored.full_every_days
        return cls(minutes * MINUTE_S, days * DAY_S)

    def longest_s(self) -> float:
        """How long the longer turn lasts."""
        return max(self.changes_s, self.full_s)


def require_within_bounds(every_minutes: float | None, full_every_days: float | None) -> None:
    """Raises ConfigError unless a connection may be read so often; None follows the settings."""
    for name, value in (("every_minutes", every_minutes), ("full_every_days", full_every_days)):
        least, most = _BOUNDS[name]["least"], _BOUNDS[name]["most"]
        if value is not None and not least <= value <= most:
            raise ConfigError(f"{name} is {value:g}; give a number from {least} to {most}, 0 for never.")
