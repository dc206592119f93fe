"""Which customers, and in which order: the conditions and orders of the list of customers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from kizuna.model.money import MICRO, money
from kizuna.storage.answers.reading import Condition
from kizuna.storage.answers.shape import EARLIEST, Order
from kizuna.storage.bulk import among_words, words
from kizuna.storage.golden import held

WORDS = {
    "kinds": "k.customer_kind",
    "domains": "k.domain",
    "countries": "k.country",
    "industries": "k.industry",
    "categories": "k.category",
    "lifecycle_stages": "k.lifecycle_stage",
}
BOUNDS = {
    "open_tickets_at_least": "k.open_tickets >=",
    "last_activity_since": "k.last_activity_at >=",
    "renews_since": "k.next_renewal_at >=",
    "renews_until": "k.next_renewal_at <",
    "parent_id": "k.parent_id =",
}
SWITCHES = {
    "has_open_tickets": "k.open_tickets > 0",
    "has_active_subscription": "k.active_subscriptions > 0",
    "has_unpaid_invoices": "k.unpaid_invoices > 0",
    "has_parent": "k.parent_id IS NOT NULL",
}
ORDERS: Mapping[str, str] = {
    "last_activity": f"COALESCE(k.last_activity_at, {EARLIEST})",
    "next_renewal": f"COALESCE(k.next_renewal_at, {-EARLIEST})",
    "first_seen": f"COALESCE(k.first_seen_at, {EARLIEST})",
    "open_tickets": "k.open_tickets",
    "people": "k.people",
}
MEASURES = ("mrr", "invoiced", "paid", "unpaid", "pipeline", "won")
NAME = "k.sort_name"


def order_of(key: str, *, descending: bool, name: str = NAME) -> Order:
    """The order of that name, by which ``name`` is the one to sort by; customers without the value stand where the smallest (the latest renewal) would.

    Customers without a name stand last in both directions: downwards the empty name does so by itself.
    """
    if key == "name":
        called = "name" if name == NAME else "public_name"
        last = () if descending else (f"CASE WHEN {name} = '' THEN 1 ELSE 0 END",)
        return Order(called, (*last, name, "k.id"), descending)
    value = "COALESCE(cm.micro, 0)" if key in MEASURES else ORDERS[key]
    return Order(key, (value, "k.id"), descending)


def through_of(key: str, currency: str | None) -> tuple[str, list[Condition]]:
    """The join that an order by money needs, with what it binds."""
    if key not in MEASURES:
        return "", []
    join = "LEFT JOIN customer_money cm ON cm.customer_id = k.id AND cm.measure = :sort_measure AND cm.currency = :sort_currency"
    return join, [Condition("", {"sort_measure": key, "sort_currency": (currency or "").upper()})]


def conditions(sql: Connection, given: Mapping[str, Any], called: str = NAME) -> list[Condition]:
    """The conditions that the given wishes make; a wish that is None makes none. ``called`` is the name that is looked in."""
    wishes = {name: value for name, value in given.items() if value is not None}
    found: list[Condition] = []
    for name, expression in WORDS.items():
        if name in wishes:
            found.append(Condition(among_words(sql, expression, name), {name: words(sql, map(str, wishes[name]))}))
    for name, comparison in BOUNDS.items():
        if name in wishes:
            found.append(Condition(f"{comparison} :{name}", {name: wishes[name]}))
    for name, condition in SWITCHES.items():
        if name in wishes:
            found.append(Condition(condition if wishes[name] else f"NOT ({condition})"))
    return [*found, *_by_systems(wishes), *_by_custom_fields(sql, wishes), *_others(wishes, called), *_by_money(wishes)]


def _by_systems(wishes: Mapping[str, Any]) -> list[Condition]:
    found = []
    for name, word in (("systems", "LIKE"), ("missing_systems", "NOT LIKE")):
        for n, system in enumerate(wishes.get(name, ())):
            found.append(Condition(f"k.systems {word} :{name}{n} ESCAPE '!'", {f"{name}{n}": f'%"{escaped(system)}"%'}))
    return found


def _by_custom_fields(sql: Connection, wishes: Mapping[str, Any]) -> list[Condition]:
    found = []
    for n, (name, values) in enumerate(wishes.get("custom_fields", ())):
        held = f"""SELECT 1 FROM custom_value v WHERE v.entity_id = k.id AND v.name = :custom_name{n} AND v.winner
                   AND {among_words(sql, "v.value", f"custom_values{n}")}"""
        bound = {f"custom_name{n}": name, f"custom_values{n}": words(sql, values)}
        found.append(Condition(f"EXISTS ({held})", bound))
    return found


def _others(wishes: Mapping[str, Any], called: str) -> list[Condition]:
    found = []
    if "name_contains" in wishes:
        like = f"%{escaped(wishes['name_contains'])}%"
        found.append(Condition(f"{called} LIKE :name_contains ESCAPE '!'", {"name_contains": like}))
    if "no_activity_since" in wishes:
        quiet = "(k.last_activity_at IS NULL OR k.last_activity_at < :no_activity_since)"
        found.append(Condition(quiet, {"no_activity_since": wishes["no_activity_since"]}))
    if "conflict_on" in wishes:
        held = "SELECT 1 FROM claim q WHERE q.entity_id = k.id AND q.attribute = :conflict_on AND q.conflict"
        found.append(Condition(f"EXISTS ({held})", {"conflict_on": str(wishes["conflict_on"])}))
    return found


def _by_money(wishes: Mapping[str, Any]) -> list[Condition]:
    wish = wishes.get("money")
    if wish is None:
        return []
    currency = wish["currency"].upper()
    sums = """COALESCE((SELECT b.micro FROM customer_money b WHERE b.customer_id = k.id
              AND b.measure = :money_measure AND b.currency = :money_currency), 0)"""
    found = [Condition("", {"money_measure": str(wish["measure"]), "money_currency": currency})]
    for name, comparison in (("at_least", ">="), ("at_most", "<=")):
        if wish.get(name) is not None:
            found.append(
                Condition(f"{sums} {comparison} :money_{name}", {f"money_{name}": held(micro(wish[name], currency))})
            )
    return found if len(found) > 1 else []


def micro(amount: str, currency: str) -> int:
    """An amount in major units as millionths of a minor unit. Raises ValueError when it is no number."""
    exact = money(Decimal(amount), currency)
    assert exact is not None
    return exact.minor * MICRO


def escaped(text: str) -> str:
    """The text as LIKE takes it literally, with ``!`` as the escape."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
