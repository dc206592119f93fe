"""What all facts share, and the two things a mapping may say beside facts."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from kizuna.model.refs import Ref


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a record says; ``part`` tells several facts of one kind in one record apart.

    A class names its ``kind`` (as in tables and in the API) and says with ``dated`` that every change of it is kept
    with both times (valid from, known at).
    """

    kind: ClassVar[str] = ""
    dated: ClassVar[bool] = False

    part: str = ""


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The system says: ``loser`` was merged into ``winner``. The loser becomes an alias and a tombstone."""

    loser: Ref
    winner: Ref


class Unmapped(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's word that fits no closed vocabulary: kept in the payload, mapped to ``other``, shown to the admin."""

    field: str
    value: str


def kind_of(fact: type[Fact]) -> str:
    """The kind's name, ``account`` or ``ticket``; a plugin's class without one is named after the class."""
    return fact.kind or fact.__name__.lower()
