"""Every recorded record of this vendor goes through its stream's payload and mapping."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from kizuna import sdk
from kizuna_zendesk.streams import Wishes, streams

STREAMS = {stream.name: stream for stream in streams(Wishes())}
ONE = {"ticket": "tickets", "user": "users", "organization": "organizations", "metric_set": "ticket_metrics"} | {
    "custom_status": "custom_statuses",
    "ticket_field": "ticket_fields",
    "user_field": "user_fields",
    "organization_field": "organization_fields",
    "satisfaction_rating": "satisfaction_ratings",
    "organization_membership": "organization_memberships",
}
NOT_ANSWERS = {"openapi", "webhook_vectors.json"}

pytestmark = pytest.mark.samples


def bodies(folder: Path) -> Iterator[Any]:
    """Every recorded answer, whatever the recording wraps it in."""
    for path in sorted(folder.rglob("*.json*")):
        if NOT_ANSWERS & set(path.relative_to(folder).parts):
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            yield from (json.loads(line)["body"] for line in text.splitlines() if line.strip())
            continue
        content = json.loads(text)
        if isinstance(content, list):
            yield from (exchange.get("response") for exchange in content)
        elif "api" in content:
            yield from (said.get("response") for verb in content["api"].values() for said in verb.values())
        else:
            yield content


def records(body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The stream and the payload of every record in an answer; nothing for errors, jobs and what is not read."""
    if not isinstance(body, dict) or "error" in body:
        return
    for name, value in body.items():
        if name in STREAMS and isinstance(value, list):
            yield from ((name, row) for row in value)
        elif name in ONE and isinstance(value, dict):
            yield ONE[name], value
        elif name == "results":
            yield from found(value)
        elif name in ("audits", "audit"):
            for audit in value if isinstance(value, list) else [value]:
                comments = (e for e in audit.get("events", ()) if e.get("type") in ("Comment", "VoiceComment"))
                yield from (("comments", {"ticket_id": audit.get("ticket_id"), **event}) for event in comments)


def found(results: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of a search."""
    for row in results:
        stream = ONE.get(str(row.get("result_type")))
        if stream is not None:
            yield stream, row


def failure(stream: sdk.AnyStream, payload: dict[str, Any]) -> str | None:
    """Why the record is not understood, None when it is."""
    try:
        record = msgspec.json.decode(msgspec.json.encode(payload), type=stream.payload)
        stream.said(record)
        stream.key(record)
        stream.version(record)
        stream.deleted(record)
    except (msgspec.DecodeError, sdk.PayloadError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def test_at_least_ninety_five_percent_of_the_recorded_records_are_understood(samples):
    read: Counter[str] = Counter()
    failures: Counter[tuple[str, str]] = Counter()

    for body in bodies(samples / "zendesk"):
        for name, payload in records(body):
            read[name] += 1
            why = failure(STREAMS[name], payload)
            if why is not None:
                failures[name, why] += 1

    print(dict(read), dict(failures))
    assert read["tickets"] > 3_000
    assert read["users"] > 5_000
    assert sum(failures.values()) <= 0.05 * sum(read.values()), failures


def test_what_is_not_understood_lacks_an_id(samples):
    refused = [
        payload
        for body in bodies(samples / "zendesk")
        for name, payload in records(body)
        if failure(STREAMS[name], payload) is not None
    ]

    assert [payload for payload in refused if "id" in payload] == []


def test_deleted_tickets_of_the_recordings_are_tombstones(samples):
    tickets = STREAMS["tickets"]

    gone = Counter(
        tickets.deleted(msgspec.json.decode(msgspec.json.encode(payload), type=tickets.payload))
        for body in bodies(samples / "zendesk")
        for name, payload in records(body)
        if name == "tickets"
    )

    assert gone["deleted"] > 0
    assert gone[None] > gone["deleted"] / 2


def test_recorded_cursors_and_end_times_walk_forward_through_the_readings(samples):
    exports = {"/tickets/cursor": "tickets", "/users/cursor": "users", "/organizations": "organizations"}
    walked: Counter[str] = Counter()

    for path in sorted((samples / "zendesk" / "zenpy-recordings-GPL3").glob("*Incremental*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            exchange = json.loads(line)
            name = next((stream for part, stream in exports.items() if f"/incremental{part}" in exchange["uri"]), None)
            if name is None:
                continue
            asked = urlsplit(exchange["uri"])
            ask = sdk.Ask(path=asked.path, params=tuple(parse_qsl(asked.query)))
            answer = sdk.Answer(
                status=200,
                # Nothing was asked for beside the records when this was recorded.
                body=json.dumps({"identities": [], "metric_sets": [], **exchange["body"]}).encode(),
                headers={},
                asked_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
            turn = STREAMS[name].reading.turn(None, ask, answer)
            walked[name] += len(turn.records)
            assert (turn.ask is None) == exchange["body"]["end_of_stream"]
            assert turn.bookmark == {"cursor": exchange["body"]["after_cursor"]}

    assert walked["tickets"] > 1_000
