"""Customers who pay something again and again, planted one by one, and what is asked about them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kizuna.access.roles import ROLES
from kizuna.graphql import Caller
from kizuna.metrics.rates import Rate
from kizuna.model.money import exponent
from kizuna.storage import rates
from tests.graphql.house import House
from tests.graphql.systems import record, ref

START = "2025-01-10T00:00:00+00:00"
VALUE = """query ($key: MetricKey!, $asOf: Date, $since: Date, $knownAt: DateTime, $policy: String, $currency: String) {
    metric(key: $key, asOf: $asOf, since: $since, knownAt: $knownAt, policy: $policy, currency: $currency) {
        key value unit currency reason coverage policy asOf since figures { name value } excluded { id reason }
        rates { currency to day rate provider }
        rows(first: 100) { totalCount nodes { figures { name value } reason day customer { name } records { sourceId } } }
    } }"""
SUPPORT = Caller("token:helpdesk", role="support", labels=ROLES["support"])


def firm(made: House, name: str) -> None:
    """A customer of the billing system."""
    account = {"kind": "account", "name": f"{name} Works", "domains": [f"{name}.example"]}
    made.tell("bill", "customers", record(name, account), derive=False)


def sell(
    made: House,
    name: str,
    amount: str,
    currency: str = "JPY",
    *,
    key: str | None = None,
    quantity: str = "1",
    discount: dict[str, Any] | None = None,
    item: dict[str, Any] | None = None,
    minutes: int = 0,
    **more: Any,
) -> None:
    """A subscription of that firm at so much a month, in major units."""
    own = key or f"s-{name}"
    subscription = {
        "kind": "subscription",
        "account": ref("customers", name),
        "status": "active",
        "currency": currency,
        "started_at": START,
        **more,
    }
    line = {
        "kind": "subscription_item",
        "part": "i1",
        "parent": ref("subscriptions", own),
        "quantity": quantity,
        "unit_minor": format(Decimal(amount).scaleb(exponent(currency)), "f"),
        "currency": currency,
        **(item or {}),
    }
    off = {"kind": "discount", "part": "x1", "parent": ref("subscriptions", own), **(discount or {})}
    made.tell("bill", "subscriptions", record(own, subscription, line, *([off] if discount else []), minutes=minutes))


def sold(made: House, name: str, amount: str, currency: str = "JPY", **more: Any) -> None:
    """A firm and its subscription."""
    firm(made, name)
    sell(made, name, amount, currency, **more)


def rated(made: House, *given: Rate) -> None:
    """These rates loaded."""
    with made.database.write() as sql:
        rates.load(sql, given, 1)


def metric(made: House, key: str, as_of: str = "2026-06-30", **wish: Any) -> dict[str, Any]:
    """The answer about a metric."""
    found: dict[str, Any] = made.ask(VALUE, key=key.upper(), asOf=as_of, **wish)["metric"]
    return found


def figures(told: dict[str, Any]) -> dict[str, Decimal]:
    """Name → figure."""
    return {one["name"]: Decimal(one["value"]) for one in told["figures"]}
