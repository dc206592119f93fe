"""Connections, runs, what was set aside, what changed its form."""

from __future__ import annotations

from typing import Any

import msgspec
import strawberry

from kizuna.graphql.labels import PII, RAW, SECRET
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import column, computed, one, pages, several, shaped
from kizuna.graphql.scalars import JSON, DateTime
from kizuna.graphql.types.node import Node


def raw_payload(row: Any, _: Any) -> Any:
    """The payload that was set aside; as text when it is no JSON."""
    raw: bytes = row["raw_payload"]
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return raw.decode("utf-8", "replace")


@shaped("connection", "connection")
@strawberry.type(description="A connected system. Secrets are never shown.")
class SystemConnection(Node):
    name: str = column("Its name.")
    system: str = column("The key of its connector.")
    state: str = column("active, disabled or needs_authorisation.")
    offline: bool = column("Whether it takes loaded files only.")
    settings: JSON | None = column("Its settings, without secrets.", label=SECRET)
    last_error: str | None = column("What went wrong last.")
    every_minutes: float | None = column(
        "How often what changed is read by itself, in minutes, 0 for never; null as the settings say."
    )
    full_every_days: float | None = column(
        "How often everything is read again by itself, in days, 0 for never; null as the settings say."
    )
    created_at: DateTime = column("When it was added.")
    updated_at: DateTime = column("When it was last changed.")
    last_complete_at: DateTime | None = column("As of when every complete stream of it is known: the oldest of them.")
    streams: list[StreamState] = several("Where each of its streams stands.")
    runs: Connection[SyncRun] = pages("Its runs, the newest first.")


@shaped("stream")
@strawberry.type(description="Where one stream of a connection stands.")
class StreamState:
    name: str = column("The vendor's collection.")
    state: str = column("new, reading, complete, degraded or failed.")
    reason: str | None = column("Why it is degraded or failed, and what to do.")
    records: int = column("How many records are held that the vendor has not deleted.")
    discarded: int = column("How many of its records were set aside and then discarded by somebody.")
    kinds: list[str] = column("The kinds of facts its records give.")
    bookmark: JSON | None = column("Where reading continues.", label=SECRET)
    last_complete_at: DateTime | None = column("When it was last read to its end.")
    updated_at: DateTime = column("When this last changed.")


@shaped("sync_run", "run")
@strawberry.type(description="One run over a connection's streams.")
class SyncRun(Node):
    state: str = column("queued, running, complete, degraded, failed or canceled.")
    trigger: str = column("What started it: command, api, schedule, webhook, load or replay.")
    full: bool = column("Whether it reads everything again.")
    asked_streams: list[str] | None = column("The streams that were asked for; null for all.")
    error: str | None = column("What went wrong.")
    queued_at: DateTime = column("When it was asked for.")
    started_at: DateTime | None = column("When it began.")
    ended_at: DateTime | None = column("When it ended.")
    connection: SystemConnection = one("The connection it is over.")
    streams: list[RunStream] = several("What it did, stream by stream.")


@shaped("run_stream")
@strawberry.type(description="What a run did in one stream.")
class RunStream:
    stream: str = column("The vendor's collection.")
    state: str = column("reading, complete, degraded or failed.")
    reason: str | None = column("Why it is degraded or failed, and what to do.")
    pages: int = column("Pages read.")
    read: int = column("Records read.")
    written: int = column("Records that were new or different.")
    unchanged: int = column("Records that were as before.")
    deleted: int = column("Records that were gone.")
    quarantined: int = column("Records set aside.")
    updated_at: DateTime = column("When this last changed.")


@shaped("quarantine", "quarantine")
@strawberry.type(description="A record that was not understood and set aside.")
class QuarantinedRecord(Node):
    connection: str = column("The name of the connection it came by.")
    system: str = column("The key of its connector.")
    stream: str = column("The vendor's collection.")
    source_id: str = column("Its id in that system, or `?` and its hash when it has none.")
    reason: str = column("What was not understood.")
    field: str | None = column("The path that failed.")
    at: DateTime = column("When it was set aside.")
    mapping_version: str = column("The version of the mapping that failed.")
    payload: JSON | None = computed("What the vendor sent.", raw_payload, "raw_payload", label=RAW)


@shaped("schema_drift", "drift")
@strawberry.type(description="A change in the form of a vendor's payloads.")
class SchemaChange(Node):
    connection: str = column("The name of the connection.")
    system: str = column("The key of its connector.")
    stream: str = column("The vendor's collection.")
    path: str = column("The field.")
    change: str = column("new_field, vanished_field, type_change or unmapped_value.")
    before: str | None = column("What was known before.", label=RAW)
    after: str | None = column("What is seen now.", label=RAW)
    at: DateTime = column("When it was seen first.")


@shaped("audit_entry", "audit")
@strawberry.type(description="A change that somebody made.")
class AuditEntry(Node):
    at: DateTime = column("When.")
    actor: str = column("Who: `local`, or a token by its id.")
    action: str = column("What was done: connection.create, identity.merge, sync.start …")
    subject: str = column("What it was done to.")
    detail: JSON | None = column("More on it, without values of settings and without secrets.", label=PII)
