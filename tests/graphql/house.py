"""A small world told by three toy systems, written through the real write path, for the API to answer about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

import msgspec
import pluggy
from sqlalchemy import event

from kizuna import sdk
from kizuna.config import Settings
from kizuna.derive import Deriver
from kizuna.derive.declared import declared_by
from kizuna.graphql import LOCAL, Caller, Engine, Request
from kizuna.model.facts import KINDS
from kizuna.plugins import Plugins
from kizuna.sdk import Hooks
from kizuna.storage import connections, payloads
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA
from kizuna.sync.commit import Place
from kizuna.sync.writer import Gathered, StreamWriter

MORNING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class HouseSettings(sdk.Settings):
    base_url: str = "http://127.0.0.1:1"
    api_key: sdk.SecretStr = sdk.SecretStr("")


class Saying(sdk.Payload):
    """A record that says facts outright."""

    id: str
    says: list[dict[str, Any]]
    at: datetime | None = None


def said(payload: Saying) -> list[sdk.Said]:
    """The facts of a record; ``{"kind": "ticket", …}`` each, a reference as ``{"stream": …, "id": …}``."""
    return [msgspec.convert({k: v for k, v in one.items() if k != "kind"}, KINDS[one["kind"]]) for one in payload.says]


def _streams(*names: str) -> tuple[sdk.AnyStream, ...]:
    return tuple(
        sdk.Stream(
            name=name,
            payload=Saying,
            map=said,
            reading=sdk.Listing(path=f"/{name}", payload=Saying),
            version=lambda record: record.at,
        )
        for name in names
    )


class CRM(sdk.Connector[HouseSettings]):
    key = "crm"
    title = "CRM"
    department = sdk.Department.SALES
    ranks: ClassVar = {"*": 10}

    def base_url(self) -> str:
        return self.settings.base_url

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return _streams("accounts", "contacts", "users", "deals", "contracts", "touches", "stages")


class Desk(sdk.Connector[HouseSettings]):
    key = "desk"
    title = "Desk"
    department = sdk.Department.SUPPORT
    ranks: ClassVar = {"*": 30}

    def base_url(self) -> str:
        return self.settings.base_url

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return _streams("organizations", "users", "agents", "tickets", "comments", "metrics", "ratings")


class Bill(sdk.Connector[HouseSettings]):
    key = "bill"
    title = "Bill"
    department = sdk.Department.FINANCE
    ranks: ClassVar = {"*": 40}
    names_may_be_people = True

    def base_url(self) -> str:
        return self.settings.base_url

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return _streams("customers", "products", "subscriptions", "invoices", "charges", "refunds", "notes")


CONNECTORS: tuple[type[sdk.AnyConnector], ...] = (CRM, Desk, Bill)


class Counted:
    """The SQL statements sent while it is open."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.statements: list[str] = []

    def __enter__(self) -> Self:
        event.listen(self.database.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.database.engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _k: Any, statement: str, *_: Any) -> None:
        plain = " ".join(statement.split())
        if not plain.startswith(("BEGIN", "SELECT set_config")):
            self.statements.append(plain)

    def __len__(self) -> int:
        return len(self.statements)


@dataclass
class House:
    """A database with the three systems connected, and short ways to write and to ask."""

    database: Database
    plugins: Plugins
    settings: Settings = field(default_factory=Settings)
    runs: int = 0
    _engine: Engine | None = None

    @property
    def deriver(self) -> Deriver:
        return Deriver(self.database, declared_by(self.plugins))

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = Engine(self.database, self.plugins, self.settings)
        return self._engine

    def configured(self, **limits: Any) -> House:
        """The same house under other settings; ``graphql__max_cost=…`` sets a limit."""
        graphql = {k.removeprefix("graphql__"): v for k, v in limits.items() if k.startswith("graphql__")}
        plain = {k: v for k, v in limits.items() if not k.startswith("graphql__")}
        settings = replace(self.settings, graphql=replace(self.settings.graphql, **graphql), **plain)
        return House(self.database, self.plugins, settings)

    def tell(self, system: str, stream: str, *records: dict[str, Any], derive: bool = True) -> None:
        """These records written as one batch of that system's stream, and derived."""
        connector = self.plugins.connectors[system]
        with self.database.read() as sql:
            stored = connections.get(sql, system)
        found = next(s for s in connector(HouseSettings()).streams() if s.name == stream)
        self.runs += 1
        plain = payloads.compressor(None)
        place = Place(self.database, system, stored.id, stream, f"run_{self.runs}", None, plain, payloads.PLAIN)
        gathered = Gathered()
        raws = [json.dumps(record, default=str).encode() for record in records]
        gathered.add([sdk.Record(raw=raw) for raw in raws], None, MORNING)
        StreamWriter(place, found).write(gathered)
        if derive:
            self.deriver.drain()

    def ask(self, query: str, /, *, caller: Caller = LOCAL, **variables: Any) -> Any:
        """The data of an answer that must have no errors."""
        body = self.answer(query, caller=caller, **variables)
        assert "errors" not in body, body["errors"]
        return body["data"]

    def answer(self, query: str, /, *, caller: Caller = LOCAL, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        return self.engine.answer(Request(query, variables, caller=caller)).body

    def errors(self, query: str, /, *, caller: Caller = LOCAL, **variables: Any) -> list[dict[str, Any]]:
        """The errors of an answer that must have some."""
        errors: list[dict[str, Any]] = self.answer(query, caller=caller, **variables)["errors"]
        return errors


def hosted(*connectors: type[sdk.AnyConnector]) -> Plugins:
    """A plugin host with these connectors."""
    manager = pluggy.PluginManager("kizuna")
    manager.add_hookspecs(Hooks)
    return Plugins(manager, {connector.key: connector for connector in connectors})


@contextmanager
def house(url: str) -> Iterator[House]:
    """A fresh schema with the three systems connected."""
    database = Database(url)
    METADATA.create_all(database.engine)
    made = House(database, hosted(*CONNECTORS))
    with database.write() as sql:
        for connector in CONNECTORS:
            connections.add(sql, connector.key, connector.key, {}, {}, False, 1_000_000)
    try:
        yield made
    finally:
        database.close()


def ref(stream: str, key: str) -> dict[str, str]:
    """A reference as JSON."""
    return {"stream": stream, "id": key}


def yen(amount: int) -> dict[str, Any]:
    """Money as JSON."""
    return {"minor": amount, "currency": "JPY"}


def record(key: str, *says: Mapping[str, Any], minutes: int = 0) -> dict[str, Any]:
    """A record that says these facts, last changed so many minutes into the morning."""
    return {"id": key, "says": [dict(one) for one in says], "at": at(minutes)}


def at(minutes: int) -> str:
    """An instant so many minutes into the morning."""
    return (MORNING + timedelta(minutes=minutes)).isoformat()


def furnished(made: House, firms: int = 1, per_firm: int = 3) -> None:
    """So many firms, each known to all three systems, with so many of everything."""
    crm: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("accounts", "contacts", "deals", "contracts", "touches")
    }
    desk: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("organizations", "tickets", "comments", "metrics", "ratings")
    }
    bill: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("customers", "subscriptions", "invoices", "charges", "refunds", "notes")
    }
    made.tell(
        "crm", "users", record("u1", {"kind": "staff", "name": "Mori", "email": "mori@kizuna.example"}), derive=False
    )
    made.tell(
        "desk",
        "agents",
        record("g1", {"kind": "staff", "name": "Abe", "email": "abe@kizuna.example", "department": "support"}),
        derive=False,
    )
    made.tell("bill", "products", record("p1", {"kind": "product", "name": "Hanabi Pro"}), derive=False)
    for n in range(firms):
        _crm(crm, n, per_firm)
        _desk(desk, n, per_firm)
        _bill(bill, n, per_firm)
    for system, streams in (("crm", crm), ("desk", desk), ("bill", bill)):
        for stream, records in streams.items():
            made.tell(system, stream, *records, derive=False)
    made.deriver.drain()


def _crm(crm: dict[str, list[dict[str, Any]]], n: int, per_firm: int) -> None:
    account = {
        "kind": "account",
        "name": f"Sakura Foods {n:03} KK",
        "domains": [f"sakura{n:03}.example"],
        "industry": "Food",
        "employees": 120 + n,
        "annual_revenue": yen(5_000_000),
        "city": "Osaka",
        "postal_code": "530-0001",
        "owner": ref("users", "u1"),
        "created_at": at(-1000),
        "updated_at": at(1),
    }
    crm["accounts"].append(record(f"a{n}", account, minutes=1))
    for m in range(per_firm):
        person = {
            "kind": "person",
            "name": f"Person {n:03}-{m}",
            "emails": [f"p{m}@sakura{n:03}.example"],
            "account": ref("accounts", f"a{n}"),
        }
        deal = {
            "kind": "deal",
            "name": f"Deal {m}",
            "account": ref("accounts", f"a{n}"),
            "amount": yen(1000 * (m + 1)),
            "stage": "s1",
            "owner": ref("users", "u1"),
            "created_at": at(10 + m),
        }
        lines = [
            {
                "kind": "deal_line",
                "part": f"l{k}",
                "parent": ref("deals", f"d{n}-{m}"),
                "name": f"Line {k}",
                "quantity": "2",
            }
            for k in range(2)
        ]
        touch = {
            "kind": "engagement",
            "engagement_kind": "call",
            "title": f"Call {m}",
            "account": ref("accounts", f"a{n}"),
            "direction": "we_to_them",
            "staff": ref("users", "u1"),
            "at": at(40 + m),
        }
        contract = {"kind": "contract", "number": f"C-{m}", "account": ref("accounts", f"a{n}"), "status": "active"}
        crm["contacts"].append(record(f"c{n}-{m}", person))
        crm["deals"].append(record(f"d{n}-{m}", deal, *lines))
        crm["touches"].append(record(f"t{n}-{m}", touch))
        crm["contracts"].append(record(f"k{n}-{m}", contract))


def _desk(desk: dict[str, list[dict[str, Any]]], n: int, per_firm: int) -> None:
    organization = {
        "kind": "account",
        "name": f"Sakura Foods {n:03}",
        "domains": [f"sakura{n:03}.example"],
        "industry": "Groceries",
        "cross_references": [{"system": "crm", "id": f"a{n}"}],
        "updated_at": at(2),
    }
    desk["organizations"].append(record(f"o{n}", organization, minutes=2))
    for m in range(per_firm):
        ticket = {
            "kind": "ticket",
            "subject": f"Ticket {m}",
            "account": ref("organizations", f"o{n}"),
            "assignee": ref("agents", "g1"),
            "status": "open" if m == 0 else "solved",
            "priority": "high",
            "opened_at": at(20 + m),
            "tags": ["billing"],
        }
        comment = {
            "kind": "engagement",
            "engagement_kind": "comment",
            "title": "Re",
            "body": f"Comment on {m}",
            "parent": ref("tickets", f"z{n}-{m}"),
            "at": at(30 + m),
        }
        metrics = {"kind": "ticket_metrics", "parent": ref("tickets", f"z{n}-{m}"), "first_reply_min": 5 + m}
        rating = {
            "kind": "survey_response",
            "parent": ref("tickets", f"z{n}-{m}"),
            "score": 1.0,
            "answered_at": at(50 + m),
        }
        desk["tickets"].append(record(f"z{n}-{m}", ticket))
        desk["comments"].append(record(f"y{n}-{m}", comment))
        desk["metrics"].append(record(f"x{n}-{m}", metrics))
        desk["ratings"].append(record(f"w{n}-{m}", rating))


def _bill(bill: dict[str, list[dict[str, Any]]], n: int, per_firm: int) -> None:
    customer = {
        "kind": "account",
        "name": "Person 000-0",
        "emails": [f"billing@sakura{n:03}.example"],
        "cross_references": [{"system": "crm", "id": f"a{n}"}],
        "updated_at": at(3),
    }
    bill["customers"].append(record(f"b{n}", customer, minutes=3))
    for m in range(per_firm):
        subscription = {
            "kind": "subscription",
            "account": ref("customers", f"b{n}"),
            "status": "active",
            "currency": "JPY",
            "started_at": at(-500 + m),
            "period_ends_at": at(5000 + m),
        }
        item = {
            "kind": "subscription_item",
            "part": "i1",
            "parent": ref("subscriptions", f"s{n}-{m}"),
            "product": ref("products", "p1"),
            "quantity": "3",
            "unit_minor": "1000",
            "currency": "JPY",
        }
        discount = {
            "kind": "discount",
            "part": "x1",
            "parent": ref("subscriptions", f"s{n}-{m}"),
            "percent_off": "10",
            "duration": "forever",
        }
        invoice = {
            "kind": "invoice",
            "account": ref("customers", f"b{n}"),
            "parent": ref("subscriptions", f"s{n}-{m}"),
            "number": f"INV-{m}",
            "status": "paid",
            "total": yen(2700),
            "issued_at": at(60 + m),
        }
        line = {
            "kind": "invoice_line",
            "part": "l1",
            "parent": ref("invoices", f"v{n}-{m}"),
            "product": ref("products", "p1"),
            "amount": yen(2700),
        }
        payment = {
            "kind": "payment",
            "account": ref("customers", f"b{n}"),
            "parent": ref("invoices", f"v{n}-{m}"),
            "amount": yen(2700),
            "status": "succeeded",
            "at": at(70 + m),
        }
        refund = {
            "kind": "refund",
            "parent": ref("charges", f"h{n}-{m}"),
            "amount": yen(100),
            "status": "succeeded",
            "at": at(80 + m),
        }
        note = {"kind": "credit_note", "account": ref("customers", f"b{n}"), "amount": yen(50), "at": at(90 + m)}
        bill["subscriptions"].append(record(f"s{n}-{m}", subscription, item, discount))
        bill["invoices"].append(record(f"v{n}-{m}", invoice, line))
        bill["charges"].append(record(f"h{n}-{m}", payment))
        bill["refunds"].append(record(f"r{n}-{m}", refund))
        bill["notes"].append(record(f"n{n}-{m}", note))
