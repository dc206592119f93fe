"""A tiny connector and the write path around it, for tests that need to say exactly what a vendor sends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from kizuna import sdk
from kizuna.derive import Deriver
from kizuna.plugins import Plugins, load
from kizuna.storage import connections, payloads
from kizuna.storage.database import Database
from kizuna.storage.runs import Lease
from kizuna.storage.tables import METADATA
from kizuna.sync.commit import Place
from kizuna.sync.writer import Gathered, StreamWriter, Wrote

MORNING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class ToySettings(sdk.Settings):
    base_url: str = "http://127.0.0.1:1"


class Firm(sdk.Payload):
    id: str
    name: str | None = None
    site: str | None = None
    staff: int | None = None
    crm: str | None = None
    parent: str | None = None
    at: datetime | None = None
    gone: bool = False
    merged_into: str | None = None
    absorbed: str | None = None


class Human(sdk.Payload):
    id: str
    human: str | None = None
    mail: str | None = None
    firm: str | None = None
    active: bool = True
    at: datetime | None = None
    gone: bool = False
    merged_into: str | None = None


class Tie(sdk.Payload):
    id: str
    person: str
    firm: str
    at: datetime | None = None
    gone: bool = False


class Bill(sdk.Payload):
    id: str
    firm: str
    minor: int
    at: datetime | None = None


class Case(sdk.Payload):
    id: str
    title: str
    firm: str | None = None
    at: datetime | None = None


def firm(payload: Firm) -> Iterable[sdk.Said]:
    yield sdk.Account(
        name=payload.name,
        domains=(payload.site,) if payload.site else (),
        employees=payload.staff,
        parent=sdk.Ref("firms", payload.parent) if payload.parent else None,
        updated_at=payload.at,
        cross_references=(sdk.CrossRef("crm", payload.crm),) if payload.crm else (),
    )
    if payload.merged_into:
        yield sdk.Merged(loser=sdk.Ref("firms", payload.id), winner=sdk.Ref("firms", payload.merged_into))
    if payload.absorbed:
        yield sdk.Merged(loser=sdk.Ref("firms", payload.absorbed), winner=sdk.Ref("firms", payload.id))


def human(payload: Human) -> Iterable[sdk.Said]:
    yield sdk.Person(
        name=payload.human,
        emails=(payload.mail,) if payload.mail else (),
        account=sdk.Ref("firms", payload.firm) if payload.firm else None,
        active=payload.active,
        updated_at=payload.at,
    )
    if payload.merged_into:
        yield sdk.Merged(loser=sdk.Ref("people", payload.id), winner=sdk.Ref("people", payload.merged_into))


def tie(payload: Tie) -> sdk.Membership:
    return sdk.Membership(person=sdk.Ref("people", payload.person), account=sdk.Ref("firms", payload.firm))


def bill(payload: Bill) -> sdk.Invoice:
    return sdk.Invoice(
        account=sdk.Ref("firms", payload.firm), status=sdk.InvoiceStatus.PAID, total=sdk.Money(payload.minor, "JPY")
    )


def case(payload: Case) -> sdk.Ticket:
    account = sdk.Ref("firms", payload.firm) if payload.firm else None
    return sdk.Ticket(subject=payload.title, account=account, opened_at=payload.at)


class Toy(sdk.Connector[ToySettings]):
    """Firms, the people at them, cases and bills."""

    key = "toy"
    title = "Toy"

    def base_url(self) -> str:
        return self.settings.base_url

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return (
            sdk.Stream(
                name="firms",
                payload=Firm,
                map=firm,
                reading=sdk.Listing(path="/firms", payload=Firm),
                version=lambda f: f.at,
                deleted=lambda f: "deleted" if f.gone else None,
                sweep=True,
            ),
            sdk.Stream(
                name="cases",
                payload=Case,
                map=case,
                reading=sdk.Listing(path="/cases", payload=Case),
                version=lambda c: c.at,
            ),
            sdk.Stream(
                name="people",
                payload=Human,
                map=human,
                reading=sdk.Listing(path="/people", payload=Human),
                version=lambda h: h.at,
                deleted=lambda h: "deleted" if h.gone else None,
            ),
            sdk.Stream(
                name="ties",
                payload=Tie,
                map=tie,
                reading=sdk.Listing(path="/ties", payload=Tie),
                version=lambda t: t.at,
                deleted=lambda t: "deleted" if t.gone else None,
            ),
            sdk.Stream(
                name="bills",
                payload=Bill,
                map=bill,
                reading=sdk.Listing(path="/bills", payload=Bill),
                version=lambda b: b.at,
            ),
        )


@dataclass
class Bench:
    """A database with one or more toy connections, and short ways to write and to look."""

    database: Database
    deriver: Deriver
    runs: int = 0

    def connect(self, name: str = "toy") -> None:
        """A connection of that name."""
        with self.database.write() as sql:
            connections.add(sql, name, "toy", {}, {}, False, 0)

    def writer(self, stream: str = "firms", connection: str = "toy", lease: Lease | None = None) -> StreamWriter:
        """A writer as a run would make it."""
        with self.database.read() as sql:
            stored = connections.get(sql, connection)
        found = next(s for s in Toy(ToySettings()).streams() if s.name == stream)
        self.runs += 1
        place = Place(
            self.database,
            connection,
            stored.id,
            stream,
            f"run_{self.runs}",
            lease,
            payloads.compressor(None),
            payloads.PLAIN,
        )
        return StreamWriter(place, found)

    def write(
        self,
        *records: dict[str, Any] | bytes,
        stream: str = "firms",
        connection: str = "toy",
        bookmark: dict[str, Any] | None = None,
        asked_at: datetime = MORNING,
    ) -> Wrote:
        """The records written as one batch and derived."""
        gathered = Gathered()
        raws = [r if isinstance(r, bytes) else json.dumps(r, default=str).encode() for r in records]
        gathered.add([sdk.Record(raw=raw) for raw in raws], bookmark, asked_at)
        wrote = self.writer(stream, connection).write(gathered)
        self.deriver.drain()
        return wrote

    def rows(self, question: str, **bound: Any) -> list[tuple[Any, ...]]:
        """The answer to a SQL question."""
        with self.database.read() as sql:
            return [tuple(row) for row in sql.execute(text(question), bound)]


def at(minutes: int) -> str:
    """An instant as the toy vendor writes it, so many minutes into the morning."""
    return (MORNING + timedelta(minutes=minutes)).isoformat()


def host(connector: type[Toy] = Toy) -> Plugins:
    """A host that knows this connector alone."""
    plugins = load(allowed=[])
    plugins.connectors[connector.key] = connector
    return plugins


@contextmanager
def bench(url: str, connection: str = "toy") -> Iterator[Bench]:
    """A fresh schema in the database, with one toy connection."""
    database = Database(url)
    METADATA.create_all(database.engine)
    made = Bench(database, Deriver(database))
    made.connect(connection)
    try:
        yield made
    finally:
        database.close()
