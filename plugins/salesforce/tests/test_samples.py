"""Every recorded record of this vendor goes through its stream's payload and mapping."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_salesforce import pages
from kizuna_salesforce.bulk import Job
from kizuna_salesforce.fields import chosen
from kizuna_salesforce.payloads import fields_of
from kizuna_salesforce.streams import Reach, streams

STREAMS = {stream.name: stream for stream in streams(Reach(version="62.0", currency="USD"))}

pytestmark = pytest.mark.samples


def bodies(folder: Path) -> Iterator[Any]:
    """Every recorded answer, whatever the recording wraps it in."""
    for path in sorted(folder.rglob("*.json")):
        text = path.read_text(encoding="utf-8").strip()
        if not text:
            continue
        content = json.loads(text)
        if isinstance(content, dict) and "exchanges" in content:
            yield from (exchange.get("response") for exchange in content["exchanges"])
        else:
            yield content


def records(body: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The stream and the payload of every record, however deep; REST marks each with ``attributes.type``."""
    if isinstance(body, list):
        for entry in body:
            yield from records(entry)
    elif isinstance(body, dict):
        kind = (body.get("attributes") or {}).get("type") if isinstance(body.get("attributes"), dict) else None
        if kind in STREAMS:
            yield kind, body
        for value in body.values():
            yield from records(value)


def fault(stream: str, record: dict[str, Any]) -> str | None:
    """Why the record cannot be mapped, None when it can."""
    found = STREAMS[stream]
    try:
        payload = msgspec.json.decode(msgspec.json.encode(record), type=found.payload)
        found.key(payload)
        found.version(payload)
        found.said(payload)
    except (msgspec.ValidationError, sdk.PayloadError) as error:
        return f"{stream}: {error}"
    return None


def test_recorded_records_are_understood(samples: Path):
    seen = [pair for body in bodies(samples / "salesforce") for pair in records(body)]

    faults = [reason for stream, record in seen if (reason := fault(stream, record))]

    counts = Counter(stream for stream, _ in seen)
    print(f"{len(seen)} records {dict(counts)}; not understood: {dict(Counter(faults))}")
    assert len(seen) >= 300
    assert len(faults) <= 0.05 * len(seen), Counter(faults)
    # Bodies of requests that create records, and files to import, name no id yet.
    assert set(faults) <= {"Account: the record has no Id", "Contact: the record has no Id"}


def test_the_fields_asked_for_exist_in_recorded_orgs(samples: Path):
    known: dict[str, set[str]] = {}
    for body in bodies(samples / "salesforce"):
        if isinstance(body, dict) and isinstance(body.get("fields"), list) and body.get("name") in STREAMS:
            known.setdefault(body["name"], set()).update(field["name"] for field in body["fields"])

    absent = {name: set(fields_of(STREAMS[name].payload)) - fields for name, fields in known.items()}

    # No recorded org has several currencies or person accounts, and one only has state and country picklists.
    assert {name for name in absent["Account"] if not name.startswith("Person")} == {
        "CurrencyIsoCode",
        "FirstName",
        "IsPersonAccount",
        "LastName",
    }
    assert absent["Contact"] == {"IsPersonAccount", "MailingCountryCode"}
    assert absent["Lead"] == {"CountryCode"}
    assert absent["Opportunity"] == {"CurrencyIsoCode"}


def test_recorded_bulk_jobs_are_understood(samples: Path):
    recorded = sorted((samples / "salesforce" / "amp-labs_connectors").glob("bulk__*.json"))

    jobs = [msgspec.json.decode(path.read_bytes(), type=Job) for path in recorded]

    assert {job.state for job in jobs} == {"Failed", "JobComplete", "UploadComplete"}
    assert all(job.id.startswith("750") for job in jobs)


def test_the_columns_of_recorded_rows_fit_their_payloads(samples: Path):
    rows = [
        (path.stem, row)
        for path in (samples / "salesforce" / "npsp_dev_org").glob("*.csv")
        if path.stem in STREAMS
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    ]

    faults = [
        reason
        for stream, row in rows
        if (reason := fault(stream, {"Id" if name == "id" else name: value or None for name, value in row.items()}))
    ]

    print(Counter(stream for stream, _ in rows))
    assert len(rows) > 100
    assert faults == []


def test_recorded_descriptions_give_fields_that_can_be_asked_for(samples: Path):
    for path in (samples / "salesforce" / "cumulusci_describe").glob("*.json"):
        answer = sdk.Answer(status=200, body=path.read_bytes(), headers={}, asked_at=datetime(2026, 3, 1, tzinfo=UTC))
        name = path.name.partition(".")[0]

        fields, _ = chosen(name, pages.description(answer, name).fields, fields_of(STREAMS[name].payload), custom=True)

        assert fields[0] == "Id"
        assert {"SystemModstamp", "IsDeleted"} <= set(fields)
        assert not {"BillingAddress", "MailingAddress", "Address"} & set(fields)
