"""Change events handed on by a relay: which records they tell to read again."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kizuna import sdk
from kizuna_salesforce.webhooks import OutboundMessages

HEADER = {
    "entityName": "Contact",
    "changeType": "UPDATE",
    "changedFields": ["LastModifiedDate", "MailingAddress.Street"],
    "transactionKey": "00007e6d-1720",
    "sequenceNumber": 1,
    "commitNumber": 1778192987716501506,
    "recordIds": ["003dM00001vWOXJ", "003dM00001vWOXKAA4"],
}


def hints(body: Any) -> list[sdk.Hint]:
    delivery = sdk.Delivery(
        method="POST",
        url="https://kizuna.example/webhooks/crm?key=s3cret",
        headers={},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        received_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    return list(OutboundMessages().hints(delivery))


def event(**header: Any) -> dict[str, Any]:
    return {"ChangeEventHeader": {**HEADER, **header}, "LastModifiedDate": "2026-05-07T22:29:47.000Z"}


@pytest.mark.parametrize(
    "body", [event(), [event()], {"data": {"payload": event(), "event": {"replayId": 7}}}, {"detail": event()}]
)
def test_every_record_of_an_event_is_to_be_read_again(body: Any):
    assert hints(body) == [
        sdk.Hint(stream="Contact", id="003dM00001vWOXJQA4", event="00007e6d-1720/1/003dM00001vWOXJ"),
        sdk.Hint(stream="Contact", id="003dM00001vWOXKAA4", event="00007e6d-1720/1/003dM00001vWOXKAA4"),
    ]


@pytest.mark.parametrize(
    ("change", "deleted"), [("DELETE", True), ("GAP_DELETE", True), ("UNDELETE", False), ("GAP_UPDATE", False)]
)
def test_a_gap_is_read_again_as_the_change_itself(change: str, deleted: bool):
    assert [hint.deleted for hint in hints(event(changeType=change))] == [deleted, deleted]


def test_an_event_tells_when_it_was_committed():
    (first, *_) = hints(event(commitTimestamp=1778192987716))

    assert first.at == datetime(2026, 5, 7, 22, 29, 47, 716000, tzinfo=UTC)


def test_an_overflow_names_no_record():
    assert hints(event(changeType="GAP_OVERFLOW", recordIds=["003000000000000000*"])) == []


def test_objects_that_are_not_read_are_left_out():
    assert hints(event(entityName="Campaign")) == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"ChangeEventHeader": {}}', b'{"data": 1}', b"[1]"])
def test_json_that_is_no_change_event_is_refused(body: bytes):
    with pytest.raises(sdk.PayloadError):
        hints(body)


@pytest.mark.samples
def test_recorded_change_events_are_understood(samples: Path):
    recorded = sorted((samples / "salesforce" / "amp-labs_connectors").glob("subscription__*.json"))

    found = [hints(path.read_bytes()) for path in recorded]

    assert len(recorded) == 2
    assert all(hint.stream == "Contact" for group in found for hint in group)
    assert all(found)
