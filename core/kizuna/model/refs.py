"""How one record is named: in its own system, across systems, and in Kizuna's tables."""

from __future__ import annotations

from hashlib import blake2b

import msgspec


class Ref(msgspec.Struct, frozen=True):
    """A record of the same connection, named by the stream it comes from and its id there."""

    stream: str
    id: str


class CrossRef(msgspec.Struct, frozen=True):
    """A record of another system: the key of that system's connector and the id there."""

    system: str
    id: str


def record_id(connection: str, stream: str, source_id: str) -> int:
    """The signed 64-bit id of a record, the same on every machine and before the record has arrived.

    A reference can therefore be stored as a number although its target is not there yet.
    Two keys with one id are told apart when they are written: the later is quarantined.
    """
    key = f"{connection}\x1f{stream}\x1f{source_id}".encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "little", signed=True)


def content_hash(payload: bytes | memoryview) -> int:
    """The signed 64-bit hash by which an unchanged payload is known."""
    return int.from_bytes(blake2b(payload, digest_size=8).digest(), "little", signed=True)
