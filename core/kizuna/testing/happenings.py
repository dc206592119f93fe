"""What the played vendor's users do while nobody looks: records changed at one instant, edited at random, deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from kizuna.sandbox import SandboxState, StoredRecord, random_edits

Move = Callable[[SandboxState, StoredRecord, str], object]
"""Changes one record as the vendor's own users would; the word is to be seen in it afterwards."""

AT_ONCE_MOST = 12
"""Records of a kind that are changed at one instant: more than two pages, and more than a lowered ceiling."""

TOUCHED: Mapping[str, tuple[str, ...]] = {
    "staff": ("name",),
    "product": ("name",),
    "price": ("code",),
    "coupon": ("name",),
    "account": ("name",),
    "person": ("name",),
    "lead": ("name",),
    "deal": ("name",),
    "contract": ("code",),
    "activity": ("subject", "body"),
    "ticket": ("subject",),
    "subscription": ("cancel_comment",),
    "invoice": ("code",),
    "charge": ("card_brand",),
    "refund": ("reason",),
    "credit_note": ("reason",),
}
"""Kind of neutral record → the fields by which it is changed."""


def touch(state: SandboxState, moves: Mapping[str, Move], word: str, *, every: int = 1, first: int = 0) -> None:
    """Records of every kind changed at this very instant, or every second one of them.

    ``moves`` has the streams whose records no neutral one stands for.
    """
    for kind, names in TOUCHED.items():
        for record in state.of_kind(kind)[: AT_ONCE_MOST * every][first::every]:
            state.change(kind, record.id, **{name: _with(getattr(record, name), word) for name in names})
    for stream, move in moves.items():
        for held in state.live(stream)[: AT_ONCE_MOST * every][first::every]:
            move(state, held, word)


def edited(state: SandboxState, moves: Mapping[str, Move], deleted: Collection[str]) -> None:
    """What users do meanwhile: edits of all sorts, something of every stream, and a deletion of each kind for certain."""
    random_edits(state, f"meanwhile {len(state.changes)}", 8)
    touch(state, moves, "meanwhile", every=5)
    for kind in deleted:
        if records := state.of_kind(kind):
            state.delete(kind, records[0].id)


def delete(state: SandboxState, what: str, most: int) -> None:
    """The first so many records of a neutral kind, or of one stream alone, are deleted."""
    if what in state.records:
        for neutral in state.of_kind(what)[:most]:
            state.delete(what, neutral.id)
        return
    for held in state.live(what)[:most]:
        state.remove(what, held.id)


def _with(said: Any, word: str) -> str:
    return f"{said} {word}" if said else word
