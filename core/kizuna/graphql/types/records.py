"""Evidence in the API: the vendors' records, and our own staff as they know them."""

from __future__ import annotations

from typing import Any

import msgspec
import strawberry

from kizuna.graphql.labels import FINANCE, PII, RAW
from kizuna.graphql.plan import Argument, column, loaded, one, several, shaped
from kizuna.graphql.scalars import JSON, DateTime
from kizuna.graphql.types.node import LazyCustomer, LazyPerson, Node
from kizuna.graphql.types.words import Attribute, Department
from kizuna.storage.answers.payload import opened

FIELDS = {"fields": Argument(list[Attribute] | None, "Only these fields; all that any system speaks on when left out.")}


def payloads(context: Any, rows: list[dict[str, Any]], _: Any) -> list[Any]:
    """The stored payloads of these records, read."""
    context.check()
    stored = opened(context.sql, [row["stored_payload"] for row in rows])
    return [msgspec.json.decode(payload) if payload else None for payload in stored]


@shaped("source_record", "record")
@strawberry.type(description="A record of a vendor's system, as it was last fetched.")
class SourceRecord(Node):
    system: str = column("The key of the connector it came by.")
    connection: str = column("The name of the connection it came by.")
    stream: str = column("The vendor's collection it stands in.")
    source_id: str = column("Its id in that system.")
    fetched_at: DateTime = column("When we learned this version of it.")
    source_updated_at: DateTime = column("When the vendor last changed it, as far as the vendor says.")
    deleted: str | None = column("Why it is gone: deleted, archived, merged or vanished; null while it is there.")
    version_no: int = column("How many different versions we have seen, this one included.")
    payload: JSON | None = loaded("What the vendor sent, unchanged.", payloads, "stored_payload", label=RAW)
    says: list[Statement] = several("What it says of its customer or person, field by field.", **FIELDS)
    customer: LazyCustomer | None = one("The customer it is part of, when it is an account.")
    person: LazyPerson | None = one("The person it is part of, when it is a contact or a user.")


@shaped("statement")
@strawberry.type(description="What one record says of one field.")
class Statement:
    field: Attribute = column("The field.")
    value: str | None = column("The value, as text; a record by its id.", partly=(FINANCE, PII))
    observed_at: DateTime = column("When it was said.")
    stands: bool = column("Whether it is the value that stands.")
    conflict: bool = column("Whether some other record says something else.")


@shaped("staff", "staff")
@strawberry.type(description="One of us, as a system knows them: a user, an owner, an agent.")
class Staff(Node):
    name: str | None = column("How they are called.", label=PII)
    email: str | None = column("Their address.", label=PII)
    title: str | None = column("What they are.")
    department: Department | None = column("The department the system says they belong to.")
    active: bool = column("Whether they are still there.")
    system: str = column("The key of the connector that knows them.")
    record: SourceRecord | None = one("The record that says so.")
