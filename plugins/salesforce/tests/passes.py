"""The connector reading the simulated org over real HTTP, pass by pass."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import msgspec

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna_salesforce import Salesforce, SalesforceSettings

STREAMS = (
    "User",
    "Account",
    "Contact",
    "Opportunity",
    "Case",
    "Contract",
    "Lead",
    "Product2",
    "OpportunityLineItem",
    "Task",
    "Event",
    "OpportunityStage",
    "OpportunityContactRole",
    "OpportunityHistory",
    "AccountContactRelation",
    "Order",
    "OrderItem",
    "Asset",
    "CaseComment",
    "EmailMessage",
    "RecordType",
)


class Read(msgspec.Struct):
    """What one pass over some streams gave."""

    records: dict[str, list[Any]]
    raws: dict[str, list[dict[str, Any]]]
    bookmarks: dict[str, sdk.Bookmark]
    whole: dict[str, bool]
    requests: int

    def ids(self, stream: str) -> list[str]:
        return [payload for payload, _ in self.records[stream]]

    def tombstones(self, stream: str) -> dict[str, str]:
        return {key: reason for key, reason in self.records[stream] if reason}


def read(
    org: Served, since: Read | None = None, names: Iterable[str] = STREAMS, turns: int | None = None, **settings: Any
) -> Read:
    """One pass of the connector, with these settings beside those of the org; broken off after so many ``turns``."""
    return asyncio.run(_read(org, since, tuple(names), settings, turns))


async def _read(
    org: Served, since: Read | None, names: tuple[str, ...], settings: dict[str, Any], turns: int | None
) -> Read:
    endpoint = org.endpoint("salesforce")
    crm = Salesforce(SalesforceSettings.model_validate({**endpoint.settings, **endpoint.secrets, **settings}))
    found = Read({}, {}, {}, {}, 0)
    async with sdk.Transport(crm, paced=False) as line:
        for stream in crm.streams():
            if stream.name not in names:
                continue
            start = sdk.Start(now=org.clock.now())
            turn = stream.reading.begin(since.bookmarks[stream.name] if since else None, start)
            records: list[Any] = []
            raws: list[dict[str, Any]] = []
            taken = 0
            while turn.ask is not None and (turns is None or taken < turns):
                taken += 1
                turn = await _turned(line, stream, turn)
                records += [told(stream, record) for record in turn.records]
                raws += [msgspec.json.decode(record.raw) for record in turn.records]
                if turn.bookmark is not None:
                    found.bookmarks[stream.name] = turn.bookmark
            found.records[stream.name], found.whole[stream.name] = records, turn.whole
            found.raws[stream.name] = raws
        found.requests = line.traffic.requests
    return found


async def _turned(line: sdk.Transport, stream: sdk.AnyStream, turn: sdk.Turn) -> sdk.Turn:
    """The next turn; a page that is refused is asked for again, as the engine does."""
    assert turn.ask is not None
    for _ in range(9):
        answer = await line.send(turn.ask)
        # Our clock is the org's here, so that hours can pass.
        answer = msgspec.structs.replace(answer, asked_at=answer.date())
        with suppress(sdk.PageError):
            return stream.reading.turn(turn.state, turn.ask, answer)
    raise AssertionError("the page stays malformed")


def told(stream: sdk.AnyStream, record: sdk.Record) -> tuple[str, str | None]:
    """The record's id and why it is gone; its mapping must hold."""
    if record.id is not None:
        return record.id, record.deleted
    payload = msgspec.json.decode(record.raw, type=stream.payload)
    said = stream.said(payload)
    assert not [word for word in said if isinstance(word, sdk.Unmapped)]
    return stream.key(payload), record.deleted or stream.deleted(payload)
