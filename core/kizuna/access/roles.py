"""Roles: which labels a department may read. A token has one role, and more labels where somebody gave them to it."""

from __future__ import annotations

from collections.abc import Collection

from kizuna.errors import ConfigError, UnknownName
from kizuna.model.labels import ALL, NONE, Label, Labels

EVERYTHING = "everything"
ROLES: dict[str, Labels] = {
    EVERYTHING: ALL,
    "support": frozenset({Label.SUPPORT, Label.PII}),
    "sales": frozenset({Label.FINANCE, Label.PII}),
    "finance": frozenset({Label.FINANCE, Label.PII}),
    "success": frozenset({Label.FINANCE, Label.SUPPORT, Label.PII}),
    "marketing": frozenset({Label.PII}),
    "external": NONE,
}
"""What each role may read; what has no label is for every token that may `read`."""


def checked(role: str, more: Collection[str]) -> None:
    """Raises UnknownName for a role, ConfigError for a label that there is not."""
    if role not in ROLES:
        raise UnknownName("role", role, ROLES)
    unknown = set(more) - set(Label)
    if unknown:
        raise ConfigError(f"There is no label {min(unknown)!r}; there are {', '.join(Label)}.")


def readable(role: str, more: Collection[str]) -> Labels:
    """The labels that a role with these additions may read; a role that is not known (any more) may read none."""
    return ROLES.get(role, NONE) | {label for label in Label if label in more}
