"""Saying that a value is never evidence, and taking it back: everybody who carries it is judged anew."""

from __future__ import annotations

from sqlalchemy import Connection

from kizuna import clock
from kizuna.derive.work import Deriver
from kizuna.errors import DecisionError, UnknownName
from kizuna.identity import never
from kizuna.storage import blocked, identity, runs
from kizuna.storage.instants import micros

_EXAMPLES = {
    never.MAILBOX: "name@host.example",
    never.HOST: "host.example (hosts of free mail are never evidence anyway)",
    never.NUMBER: "+81 3 1234 5678, or give the country",
}


def block(
    deriver: Deriver, kind: str, value: str, actor: str, reason: str | None = None, country: str | None = None
) -> tuple[int, int]:
    """(number, records that carry it): a mailbox, domain or phone is no evidence from now on.

    Raises DecisionError for what is no such value, and for one that is blocked already.
    """
    read = never.normalised(kind, value, country)
    if read is None:
        raise DecisionError(f"{value!r} is no {kind} that records are compared by; write it like {_EXAMPLES[kind]}.")
    now = micros(clock.now())
    with deriver.database.write() as sql:
        number = blocked.add(sql, kind, read, reason, actor, now)
        if number is None:
            raise DecisionError(f"The {kind} {read} is never evidence already; see `kizuna identity never list`.")
        carriers = _post(sql, kind, read, now)
    deriver.drain()
    return number, carriers


def lift(deriver: Deriver, number: int, actor: str) -> int:
    """How many records carry the value, which is evidence again. Raises UnknownName when none of that number stands."""
    now = micros(clock.now())
    with deriver.database.write() as sql:
        found = blocked.lift(sql, number, actor, now)
        if found is None:
            raise UnknownName("value that is never evidence", f"blocked_{number}", ())
        carriers = _post(sql, *found, now)
    deriver.drain()
    return carriers


def _post(sql: Connection, kind: str, value: str, now: int) -> int:
    carriers = {rid for rids in identity.holders(sql, never.hashes(kind, value)).values() for rid in rids}
    runs.post(sql, carriers, now)
    return len(carriers)
