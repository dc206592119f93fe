"""Typed payloads: what a vendor sends, as far as a mapping reads it. Unknown fields are kept raw by the engine."""

from __future__ import annotations

import msgspec


class Payload(msgspec.Struct, kw_only=True):
    """A vendor's record: declare the fields that the mapping reads, with their types; the rest is ignored here.

    Every field a vendor may leave out gets a default. Dates are parsed, a wrong type names its path.
    Use ``rename`` (a msgspec option) where a vendor's spelling is not Python's.

    msgspec does not hand ``kw_only`` down to subclasses: write ``class Ticket(Payload, kw_only=True)`` where a field with
    a default stands before one without.
    """
