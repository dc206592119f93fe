"""Records set aside that nobody wants any more: counted, written to the audit log, and gone."""

from __future__ import annotations

from itertools import groupby

from kizuna import clock
from kizuna.errors import ConfigError
from kizuna.storage import aside, audit
from kizuna.storage.aside import Aside, Chosen, Place
from kizuna.storage.database import Database
from kizuna.storage.instants import micros

PAGE = 500


def require_choice(chosen: Chosen) -> None:
    """Raises ConfigError when nothing says which records are meant; a blank word says nothing."""
    words = (chosen.connection, chosen.stream, chosen.reason)
    if not chosen.ids and not any(word and word.strip() for word in words):
        raise ConfigError("Say which records to discard: their ids, a connection, a stream or a part of the reason.")


def discard(database: Database, chosen: Chosen, actor: str) -> int:
    """How many of the records set aside that are chosen now have left the quarantine.

    Each page is one transaction with its count and its entry in the audit log. What is set aside meanwhile stays, and so
    does a record whose place a newer payload has taken. A record that comes again is treated as if it had never come.
    """
    require_choice(chosen)
    with database.read() as sql:
        until = aside.newest(sql)
    total, after = 0, 0
    while True:
        with database.write() as sql:
            found = aside.chosen_page(sql, chosen, after, until, PAGE)
            now = micros(clock.now())
            for (connection_id, connection, stream), rows in groupby(sorted(found, key=_place), key=_place):
                left = aside.discard(sql, connection_id, stream, [row for _, row in rows], now)
                if left:
                    detail = {"stream": stream, "reason": chosen.reason, "records": left}
                    audit.record(sql, now, actor, "quarantine.discard", connection, detail)
                total += left
        if len(found) < PAGE:
            return total
        after = found[-1][1].id


def _place(found: tuple[Place, Aside]) -> Place:
    return found[0]
