"""Records as bytes, each encoded once a shape and kept until it changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kizuna.sandbox import SandboxState, StoredRecord, Version
from kizuna_hubspot.sandbox.asking import Shape
from kizuna_hubspot.sandbox.definitions import association_words
from kizuna_hubspot.sandbox.forms import iso

PORTAL_ID = 147893286
ASSOCIATIONS_A_RECORD = 100

_encode = msgspec.json.encode


def rendered(state: SandboxState, record: StoredRecord, shape: Shape, version: Version | None = None) -> bytes:
    """A record in a shape, in its newest version unless another is given."""
    shown = version or record.versions[-1]
    kept = state.memory.setdefault("rendered", {}).setdefault(shape.key, {})
    # Associations hang on the other kinds as well: a target may be deleted, or may name this record itself.
    around = tuple(state.stream(to).revision for to in shape.associations)
    stamp = (shown.number, record.deleted_at, around)
    found = kept.get(record.id)
    if found is None or found[0] != stamp:
        associations = associated(state, record, shape) if shape.associations else b""
        found = (stamp, head(record, shape, shown) + associations + b"}")
        kept[record.id] = found
    encoded: bytes = found[1]
    return encoded


def head(record: StoredRecord, shape: Shape, shown: Version) -> bytes:
    """The record without its associations and its closing brace."""
    properties = shown.payload["properties"]
    body: dict[str, Any] = {
        "id": record.id,
        "properties": {name: properties.get(name) for name in shape.names},
        "createdAt": shown.payload["createdAt"],
        "updatedAt": shown.payload["updatedAt"],
        "archived": record.deleted_at is not None,
    }
    if record.deleted_at is not None:
        body["archivedAt"] = iso(record.deleted_at)
    body["url"] = f"https://app.hubspot.com/contacts/{PORTAL_ID}/record/{shape.kind.type_id}/{record.id}"
    return _encode(body)[:-1]


def associated(state: SandboxState, record: StoredRecord, shape: Shape) -> bytes:
    """The associations the shape asks for, as far as there are any; what exceeds a page spills over."""
    origin = shape.kind.name
    found: dict[str, dict[str, Any]] = {}
    for to in shape.associations:
        ids = targets(state, origin, record.id, to)
        if not ids:
            continue
        results = [
            {"id": target, "type": word}
            for place, target in enumerate(ids[:ASSOCIATIONS_A_RECORD])
            for word in association_words(origin, to, primary=place == 0)
        ]
        found[to] = {"results": results}
        if len(ids) > ASSOCIATIONS_A_RECORD:
            after = ids[ASSOCIATIONS_A_RECORD - 1]
            found[to]["paging"] = {"next": {"after": after, "link": "https://api.hubapi.com/"}}
    return b',"associations":' + _encode(found) if found else b""


def targets(state: SandboxState, origin: str, source_id: str, to: str) -> list[str]:
    """The living records a record is associated with; the first is the primary one."""
    index = reverse(state, to, origin)
    own = state.find(origin, source_id)
    forward: list[str] = own.payload["associations"].get(to, []) if own is not None else []
    ids = dict.fromkeys((*forward, *index.get(source_id, ())))
    there = state.stream(to).by_id
    return [found for found in ids if found in there and there[found].live]


def reverse(state: SandboxState, kind: str, to: str) -> dict[str, list[str]]:
    """For each record of ``to`` the records of ``kind`` that name it; made anew when ``kind`` changes."""
    collection = state.stream(kind)
    kept = state.memory.setdefault("reverse", {})
    found = kept.get((kind, to))
    if found is None or found[0] != collection.revision:
        index: dict[str, list[str]] = {}
        for record in collection:
            for target in record.payload["associations"].get(to, ()) if record.live else ():
                index.setdefault(target, []).append(record.id)
        found = (collection.revision, index)
        kept[(kind, to)] = found
    made: dict[str, list[str]] = found[1]
    return made


def page(rows: Iterable[bytes], after: str | None, total: int | None = None) -> bytes:
    """An answer with records and, unless it is the last, the token of the next page."""
    counted = b'"total":%d,' % total if total is not None else b""
    paging = b""
    if after is not None:
        paging = b',"paging":' + _encode({"next": {"after": after, "link": f"https://api.hubapi.com/?after={after}"}})
    return b"{" + counted + b'"results":[' + b",".join(rows) + b"]" + paging + b"}"
