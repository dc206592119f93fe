"""Three toy systems whose records say facts outright, and short ways to write such a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec

from kizuna import sdk
from kizuna.model.facts import KINDS

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
    kinds = {**KINDS, "merged": sdk.Merged}
    return [msgspec.convert({k: v for k, v in one.items() if k != "kind"}, kinds[one["kind"]]) for one in payload.says]


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
