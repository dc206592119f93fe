"""Who is meant: an id, a domain, an address, or the id a system knows them by."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import strawberry
from sqlalchemy import Connection

from kizuna.graphql.errors import UserError
from kizuna.identity import normalise
from kizuna.storage.answers import ids, lookups


@strawberry.input(description="What a system knows somebody by.")
class ExternalId:
    system: str = strawberry.field(description="The key of the system's connector.")
    id: str = strawberry.field(description="The id in that system.")


def customer_id(
    sql: Connection,
    key: str | None,
    domain: str | None,
    email: str | None,
    external: ExternalId | None,
    hidden_kinds: Collection[str] = (),
) -> str | None:
    """The id of the customer that is meant, None when there is none; nothing of a hidden kind leads to one.

    Raises UserError unless one thing is named.
    """
    _only_one(key, domain, email, external)
    if key is not None:
        return lookups.standing(sql, key)
    if domain is not None:
        host = next(iter(normalise.domains_in(domain)), domain.strip().casefold())
        return lookups.customer_of_domain(sql, host)
    if email is not None:
        return lookups.customer_of_email(sql, _address(email))
    assert external is not None
    return lookups.customer_of_record(sql, external.system, external.id, hidden_kinds)


def person_id(sql: Connection, key: str | None, email: str | None, external: ExternalId | None) -> str | None:
    """The id of the person that is meant, None when there is none. Raises UserError unless one thing is named."""
    _only_one(key, email, external)
    if key is not None:
        return lookups.standing(sql, key)
    if email is not None:
        return lookups.person_of_email(sql, _address(email))
    assert external is not None
    return lookups.person_of_record(sql, external.system, external.id)


def record_rid(sql: Connection, text: str) -> int:
    """The number of a record named by its id or as ``connection/stream/id``. Raises UserError when there is none."""
    known = ids.parsed_record_id(text)
    if known is not None:
        return known.rid
    connection, _, rest = text.partition("/")
    stream, _, source_id = rest.partition("/")
    found = lookups.record_named(sql, connection, stream, source_id) if source_id else None
    if found is None:
        raise UserError(f"There is no record {text!r}; give a record's id, or connection/stream/id.")
    return found


_NUMBERED = ("connection", "quarantine", "drift", "decision", "blocked", "event")


def node_key(sql: Connection, text: str) -> tuple[str, tuple[Any, ...]] | None:
    """The kind that an id begins with and the key it stands for; None when it is no id of ours."""
    kind = text.partition("_")[0]
    if kind in ("cus", "per"):
        return kind, (lookups.standing(sql, text),)
    if kind == "run":
        return kind, (text,)
    if kind in _NUMBERED:
        number = ids.parsed_number(kind, text)
        return None if number is None else (kind, (number,))
    if kind == "review":
        return review_key(text)
    known = ids.parsed_record_id(text)
    if known is None:
        return None
    return (known.kind, (known.rid,)) if known.kind == "record" else (known.kind, (known.rid, known.part))


def review_key(text: str) -> tuple[str, tuple[str, int, int]] | None:
    """The entity and the two records that a question's id names."""
    words = text.split("_")
    if len(words) != 4 or words[0] != "review":
        return None
    a, b = (ids.parsed_record_id(f"record_{word}") for word in words[2:])
    return ("review", (words[1], a.rid, b.rid)) if a and b else None


def _address(email: str) -> str:
    return next(iter(normalise.emails_in(email)), email.strip().casefold())


def _only_one(*given: object) -> None:
    if sum(one is not None for one in given) != 1:
        raise UserError("Name exactly one thing to find them by.")
