"""Rules for custom fields, and the fields that payloads have shown, as they can be read."""

from __future__ import annotations

from kizuna.storage.answers.shape import Column, Filter, Order, Relation, Shape, from_json, plain

_LATER = """SELECT 1 FROM field_rule z WHERE z.connection_id = x.connection_id AND z.stream = x.stream
            AND z.path = x.path AND z.version > x.version"""
STANDS = f"(x.action <> 'unmap' AND NOT EXISTS ({_LATER}))"

FIELD_RULE = Shape(
    name="field_rule",
    source="field_rule x JOIN connection c ON c.id = x.connection_id",
    columns={
        "connection": Column(("c.name",)),
        "system": Column(("c.plugin",)),
        **plain("x", "stream", "path", "version", "action", "attribute", "name", "currency", "actor", "at"),
        "stands": Column((STANDS,), bool),
        "of": Column(("x.entity",)),
        "type": Column(("x.form",)),
        "choices": Column(("x.choices",), from_json),
    },
    key=("x.id",),
).related(
    remapping=Relation("field_remap", ("x.connection_id", "x.stream"), ("h.connection_id", "h.stream")),
)

FIELD_REMAP = Shape(
    name="field_remap",
    source="field_remap h",
    columns=plain("h", "done", "total", "failed", "asked_at", "ended_at"),
)

STREAM_FIELD = Shape(
    name="stream_field",
    source="stream_field g JOIN connection c ON c.id = g.connection_id",
    columns={
        **plain("g", "stream", "path", "first_seen_at", "last_seen_at"),
        "types": Column(("g.types",), lambda types: types.split("|")),
    },
)

CHANGED = Order("latest", ("x.id",), descending=True)
RULES = Order("rule", ("c.name", "x.stream", "x.path", "x.id"))
SEEN = Order("field", ("g.connection_id", "g.stream", "g.path"))
FILTERS = {
    "field_rule": {"connection": Filter("c.name", "="), "stream": Filter("x.stream", "=")},
    "stream_field": {"connection": Filter("c.name", "="), "stream": Filter("g.stream", "=")},
}
SHAPES = (FIELD_RULE, FIELD_REMAP, STREAM_FIELD)
