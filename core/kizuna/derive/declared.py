"""What connectors declare of their records, as far as the derivation must know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from kizuna.plugins import Plugins
from kizuna.unify.claims import Ranks


@dataclass(frozen=True, slots=True)
class Declared:
    """How far each connector is trusted, attribute by attribute, whose accounts are named after people, and the days' zone."""

    ranks: Ranks = field(default_factory=dict)
    named_after_people: frozenset[str] = frozenset()
    zone: tzinfo = UTC


def declared_by(plugins: Plugins, zone: tzinfo) -> Declared:
    """What the connectors that run declare, in the organisation's time zone."""
    return Declared(
        ranks={key: dict(connector.ranks) for key, connector in plugins.connectors.items()},
        named_after_people=frozenset(key for key, c in plugins.connectors.items() if c.names_may_be_people),
        zone=zone,
    )
