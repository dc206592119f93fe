"""Every recorded record of this vendor goes through its stream's payload and mapping."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from kizuna import sdk
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.streams import Portal

PORTAL = Portal(paths=Paths(), default_currency="USD", lookback=timedelta(minutes=10), custom_properties=True)
STREAMS = {stream.name: stream for stream in PORTAL.streams()}
NOT_ANSWERS = {"sdk_contract"}
MARKS = {"properties", "stages", "engagement"}

pytestmark = pytest.mark.samples


def bodies(folder: Path) -> Iterator[tuple[str, Any]]:
    """Every recorded answer, whatever the recording wraps it in, with words that tell what was asked."""
    for path in sorted(folder.rglob("*.json")):
        if NOT_ANSWERS & set(path.relative_to(folder).parts):
            continue
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, list):
            yield from ((urlsplit(each["request"]["uri"]).path, each.get("response")) for each in content)
        elif "exchanges" in content:
            yield from ((each["request"]["path"], each.get("response")) for each in content["exchanges"])
        else:
            yield path.name, content


def stream_of(asked: str) -> str | None:
    """The stream a request or a file name speaks of."""
    if (
        "payload" in asked
        or "properties" in asked
        or "schema" in asked
        or "assoc" in asked
        or "contacts-to-companies" in asked
    ):
        return None
    words = {"pipelines": "deal_pipelines", "engagements": "notes", "contact": "contacts", "compan": "companies"}
    names = {**words, **{name: name for name in STREAMS}}
    return next((name for word, name in names.items() if word in asked), None)


def records(asked: str, body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The stream and the payload of every record in an answer; nothing for errors and what is not read."""
    stream = stream_of(asked)
    if stream is None or not isinstance(body, dict | list):
        return
    rows = body if isinstance(body, list) else body.get("results", [body])
    yield from ((stream, row) for row in rows if isinstance(row, dict) and MARKS & set(row))


def test_at_least_nineteen_of_twenty_recorded_records_are_understood(samples: Path) -> None:
    read: Counter[str] = Counter()
    failures: list[str] = []

    for asked, body in bodies(samples / "hubspot"):
        for name, payload in records(asked, body):
            read[name] += 1
            stream = STREAMS[name]
            try:
                record = msgspec.json.decode(json.dumps(payload).encode(), type=stream.payload)
                assert stream.key(record)
                assert stream.said(record)
                stream.version(record)
            except (msgspec.ValidationError, sdk.PayloadError) as error:
                failures.append(f"{name}: {asked}: {error}")

    total = sum(read.values())
    print(f"\n{total} records, {len(failures)} not understood: {dict(read)}")
    print("\n".join(failures))
    assert total > 100
    assert len(failures) <= total * 0.05, "\n".join(failures)
