"""Evidence, connections, runs and open questions as they can be read."""

from __future__ import annotations

from kizuna.storage.answers.ids import of_number, of_record
from kizuna.storage.answers.shape import Column, Filter, Order, Relation, Shape, flags, lists, plain


def review_id(entity: str, a: int, b: int) -> str:
    """``review_account_<a>_<b>``, the two records by number."""
    return f"review_{entity}_{of_record('a')(a, '')[2:]}_{of_record('b')(b, '')[2:]}"


SOURCE_RECORD = Shape(
    name="source_record",
    source="source_record r JOIN connection c ON c.id = r.connection_id",
    columns={
        "id": Column(("r.rid", "''"), of_record("record")),
        "system": Column(("c.plugin",)),
        "connection": Column(("c.name",)),
        **plain("r", "stream", "source_id", "deleted", "version_no"),
        "fetched_at": Column(("r.known_at",)),
        "source_updated_at": Column(("r.version",)),
        "stored_payload": Column(("r.dictionary_id", "r.payload"), lambda key, payload: (key, bytes(payload))),
    },
    key=("r.rid",),
).related(
    customer=Relation(
        "customer",
        ("r.rid",),
        ("m.rid",),
        through="JOIN membership m ON m.entity_id = k.id AND m.entity = 'account'",
    ),
    person=Relation(
        "person",
        ("r.rid",),
        ("m.rid",),
        through="JOIN membership m ON m.entity_id = n.id AND m.entity = 'person'",
    ),
    says=Relation(
        "statement",
        ("r.rid",),
        ("m.rid",),
        Order("statement", ("q.attribute", "q.n")),
        where="m.entity IN ('account', 'person')",
        through="JOIN membership m ON m.entity_id = q.entity_id AND m.rid = q.rid",
        filters={"fields": Filter("q.attribute", "in")},
    ),
)

CONNECTION = Shape(
    name="connection",
    source="connection c",
    columns={
        "id": Column(("c.id",), of_number("connection")),
        **plain("c", "name", "state", "last_error", "every_minutes", "full_every_days", "created_at", "updated_at"),
        "system": Column(("c.plugin",)),
        **flags("c", "offline"),
        **lists("c", "settings"),
        "last_complete_at": Column(
            ("(SELECT MIN(s.last_complete_at) FROM stream s WHERE s.connection_id = c.id AND s.state = 'complete')",)
        ),
    },
    key=("c.id",),
).related(
    streams=Relation("stream", ("c.id",), ("s.connection_id",), Order("stream", ("s.name",))),
    runs=Relation("sync_run", ("c.id",), ("y.connection_id",), Order("queued", ("y.queued_at", "y.id"), True)),
)

STREAM = Shape(
    name="stream",
    source="stream s",
    columns={
        **plain("s", "name", "state", "reason", "last_complete_at", "updated_at"),
        **lists("s", "bookmark", "kinds"),
        "records": Column(
            (
                """(SELECT COUNT(*) FROM source_record r WHERE r.connection_id = s.connection_id
                    AND r.stream = s.name AND r.deleted IS NULL)""",
            )
        ),
        "discarded": Column(
            (
                """COALESCE((SELECT q.count FROM quarantine_discarded q
                    WHERE q.connection_id = s.connection_id AND q.stream = s.name), 0)""",
            )
        ),
    },
)

SYNC_RUN = Shape(
    name="sync_run",
    source="sync_run y JOIN connection c ON c.id = y.connection_id",
    columns={
        **plain("y", "id", "state", "error", "queued_at", "started_at", "ended_at"),
        "trigger": Column(("y.trigger",)),
        **flags("y", "full"),
        "asked_streams": Column(("y.streams",), lists("y", "streams")["streams"].read),
    },
    key=("y.id",),
).related(
    connection=Relation("connection", ("y.connection_id",), ("c.id",)),
    streams=Relation("run_stream", ("y.id",), ("t.run_id",), Order("stream", ("t.stream",)), keys="word"),
)

RUN_STREAM = Shape(
    name="run_stream",
    source="run_stream t",
    columns=plain("t", *"stream state reason pages read written unchanged deleted quarantined updated_at".split()),
)

QUARANTINE = Shape(
    name="quarantine",
    source="quarantine u JOIN connection c ON c.id = u.connection_id",
    columns={
        "id": Column(("u.id",), of_number("quarantine")),
        "connection": Column(("c.name",)),
        "system": Column(("c.plugin",)),
        **plain("u", "stream", "source_id", "reason", "field", "at", "mapping_version"),
        "raw_payload": Column(("u.payload",), bytes),
    },
    key=("u.id",),
)

SCHEMA_DRIFT = Shape(
    name="schema_drift",
    source="schema_drift d JOIN connection c ON c.id = d.connection_id",
    columns={
        "id": Column(("d.id",), of_number("drift")),
        "connection": Column(("c.name",)),
        "system": Column(("c.plugin",)),
        **plain("d", "stream", "path", "change", "before", "after", "at"),
    },
    key=("d.id",),
)

REVIEW = Shape(
    name="review",
    source="review_task w",
    columns={
        "id": Column(("w.entity", "w.a", "w.b"), review_id),
        "entity": Column(("w.entity",)),
        "pair": Column(("w.entity", "w.a", "w.b"), lambda entity, a, b: (entity, a, b)),
        **plain("w", "bits", "reason", "created_at"),
        "later_until": Column(("l.until",), needs=("later",)),
        "later_by": Column(("l.actor",), needs=("later",)),
        "later_reason": Column(("l.why",), needs=("later",)),
    },
    joins={"later": "LEFT JOIN review_later l ON l.entity = w.entity AND l.a = w.a AND l.b = w.b"},
    key=("w.entity", "w.a", "w.b"),
).related(
    a=Relation("source_record", ("w.a",), ("r.rid",)),
    b=Relation("source_record", ("w.b",), ("r.rid",)),
)

DECISION = Shape(
    name="decision",
    source="identity_decision i",
    columns={
        "id": Column(("i.id",), of_number("decision")),
        **plain("i", "entity", "verdict", "actor", "reason", "at", "revoked_at"),
    },
    key=("i.id",),
).related(
    a=Relation("source_record", ("i.a",), ("r.rid",)),
    b=Relation("source_record", ("i.b",), ("r.rid",)),
)

BLOCKED_VALUE = Shape(
    name="blocked_value",
    source="blocked_value v",
    columns={
        "id": Column(("v.id",), of_number("blocked")),
        **plain("v", "kind", "value", "reason", "actor", "at", "lifted_at", "lifted_by"),
    },
    key=("v.id",),
)

IDENTITY_EVENT = Shape(
    name="identity_event",
    source="identity_event e",
    columns={
        "id": Column(("e.seq",), of_number("event")),
        **plain("e", "entity", "kind", "entity_id", "other_id", "records", "cause", "at"),
    },
    key=("e.seq",),
)

AUDIT_ENTRY = Shape(
    name="audit_entry",
    source="audit_entry z",
    columns={
        "id": Column(("z.seq",), of_number("audit")),
        **plain("z", "at", "actor", "action", "subject"),
        **lists("z", "detail"),
    },
    key=("z.seq",),
)

LATEST_EVENTS = Order("latest", ("e.seq",), descending=True)
LATEST_ENTRIES = Order("latest", ("z.seq",), descending=True)
LATEST_RUNS = Order("queued", ("y.queued_at", "y.id"), descending=True)
CONNECTIONS = Order("connection", ("c.id",))
QUARANTINED = Order("latest", ("u.at", "u.id"), descending=True)
DRIFTED = Order("latest", ("d.at", "d.id"), descending=True)
BLOCKED = Order("latest", ("v.id",), descending=True)
DECIDED = Order("latest", ("i.id",), descending=True)
REVIEWS = Order("bits", ("w.bits", "w.entity", "w.a", "w.b"), descending=True)

FILTERS = {
    "sync_run": {"connection": Filter("c.name", "="), "states": Filter("y.state", "in")},
    "quarantine": {"connection": Filter("c.name", "="), "stream": Filter("u.stream", "=")},
    "schema_drift": {
        "connection": Filter("c.name", "="),
        "stream": Filter("d.stream", "="),
        "changes": Filter("d.change", "in"),
    },
    "review": {"entity": Filter("w.entity", "=")},
    "decision": {"entity": Filter("i.entity", "="), "verdict": Filter("i.verdict", "=")},
    "identity_event": {"entity": Filter("e.entity", "=")},
    "audit_entry": {"actor": Filter("z.actor", "="), "action": Filter("z.action", "=")},
}


SHAPES = (
    *(SOURCE_RECORD, CONNECTION, STREAM, SYNC_RUN, RUN_STREAM, QUARANTINE, SCHEMA_DRIFT),
    *(REVIEW, DECISION, BLOCKED_VALUE, IDENTITY_EVENT, AUDIT_ENTRY),
)
