"""A small world told by three toy systems, written through the real write path, for the API to answer about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any, Self

import pluggy
from sqlalchemy import event

from kizuna import sdk
from kizuna.config import Settings
from kizuna.derive import Deriver
from kizuna.derive.declared import declared_by
from kizuna.graphql import LOCAL, Caller, Engine, Request
from kizuna.plugins import Plugins
from kizuna.sdk import Hooks
from kizuna.storage import connections, payloads
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA
from kizuna.sync.commit import Place
from kizuna.sync.writer import Gathered, StreamWriter
from tests.graphql.systems import CONNECTORS, MORNING, HouseSettings


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
        return Deriver(self.database, declared_by(self.plugins, UTC))

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
