"""What the records of customers and people say now, for unify to choose from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from kizuna.storage import direct
from kizuna.storage.bulk import among_words, exact_sum, summed, words

Said = Mapping[str, Any]
Kinds = Collection[str]
"""The kinds of facts that stand with the customers asked about: of the others nothing is asked."""


def accounts(sql: Connection, customers: Collection[str]) -> Iterator[Said]:
    """The account facts of these customers' records, with ``entity_id``, ``plugin`` and ``version``."""
    return _facts(sql, "account", customers)


def people(sql: Connection, persons: Collection[str]) -> Iterator[Said]:
    """The person facts of these persons' records, with ``entity_id``, ``plugin`` and ``version``."""
    return _facts(sql, "person", persons)


def _facts(sql: Connection, entity: str, ids: Collection[str]) -> Iterator[Said]:
    if not ids:
        return iter(())
    statement = f"""
        SELECT m.entity_id, c.plugin, r.version, f.*
        FROM membership m
        JOIN fact_{entity} f ON f.rid = m.rid AND f.part = ''
        JOIN source_record r ON r.rid = m.rid
        JOIN connection c ON c.id = r.connection_id
        WHERE m.entity = '{entity}' AND {among_words(sql, "m.entity_id")}
        ORDER BY m.entity_id, m.rid
    """
    return iter(direct.mappings(sql, statement, {"words": words(sql, ids)}))


def custom_fields(sql: Connection, entity: str, ids: Collection[str]) -> Sequence[Said]:
    """The custom fields kept of these customers' or people's records, with ``entity_id``, ``plugin`` and ``version``."""
    if not ids:
        return []
    statement = f"""
        SELECT m.entity_id, c.plugin, r.version, a.updated_at, f.rid, f.name, f.form, f.value
        FROM membership m
        JOIN fact_custom_field f ON f.rid = m.rid AND f.entity = '{entity}'
        JOIN fact_{entity} a ON a.rid = m.rid AND a.part = ''
        JOIN source_record r ON r.rid = m.rid
        JOIN connection c ON c.id = r.connection_id
        WHERE m.entity = '{entity}' AND {among_words(sql, "m.entity_id")}
        ORDER BY m.entity_id, m.rid, f.name
    """
    return direct.mappings(sql, statement, {"words": words(sql, ids)})


def customers_of(sql: Connection, persons: Collection[str]) -> dict[str, list[tuple[str, str | None, bool]]]:
    """Person → (customer, label, whether a system calls it the primary one) for every place that names both."""
    if not persons:
        return {}
    statement = f"""
        SELECT p.person_id, p.customer_id, f.label, f."primary"
        FROM placement p LEFT JOIN fact_membership f ON p.kind = 'membership' AND f.rid = p.rid AND f.part = p.part
        WHERE p.kind IN ('person', 'membership') AND p.customer_id IS NOT NULL
          AND {among_words(sql, "p.person_id")}
        ORDER BY p.person_id, p.customer_id, p.rid, p.part
    """
    found: dict[str, list[tuple[str, str | None, bool]]] = {}
    for person, customer, label, primary in direct.rows(sql, statement, {"words": words(sql, persons)}):
        found.setdefault(person, []).append((customer, label, bool(primary)))
    return found


def last_activity(sql: Connection, persons: Collection[str]) -> dict[str, int]:
    """Person → the latest moment on the timeline."""
    if not persons:
        return {}
    statement = f"""
        SELECT person_id, MAX(at) FROM placement
        WHERE at IS NOT NULL AND {among_words(sql, "person_id")} GROUP BY person_id
    """
    return dict(direct.rows(sql, statement, {"words": words(sql, persons)}))


def standing(sql: Connection, customers: Collection[str]) -> tuple[frozenset[str], dict[str, int]]:
    """The kinds of facts that stand with these customers, and customer → the latest moment on the timeline."""
    statement = f"""
        SELECT customer_id, kind, MAX(at) FROM placement
        WHERE {among_words(sql, "customer_id")} GROUP BY customer_id, kind
    """
    found = direct.rows(sql, statement, {"words": words(sql, customers)}) if customers else []
    last: dict[str, int] = {}
    for customer, _, at in found:
        if at is not None:
            last[customer] = max(at, last.get(customer, at))
    return frozenset(kind for _, kind, _ in found), last


_COUNTS = {
    "tickets": ("ticket", "1"),
    "open_tickets": ("ticket", "CASE WHEN f.status IN ('solved', 'closed') THEN 0 ELSE 1 END"),
    "deals": ("deal", "1"),
    "open_deals": ("deal", "CASE WHEN f.status = 'open' THEN 1 ELSE 0 END"),
    "subscriptions": ("subscription", "1"),
    "active_subscriptions": ("subscription", "CASE WHEN f.status IN ('active', 'past_due') THEN 1 ELSE 0 END"),
    "invoices": ("invoice", "1"),
    "unpaid_invoices": ("invoice", "CASE WHEN f.status IN ('open', 'uncollectible') THEN 1 ELSE 0 END"),
}


def counts(sql: Connection, customers: Collection[str], kinds: Kinds) -> dict[str, dict[str, int]]:
    """Customer → how many tickets, open tickets, deals, … stand with it, and ``people``."""
    found: dict[str, dict[str, int]] = {}
    by_kind: dict[str, list[str]] = {}
    for name, (kind, _) in _COUNTS.items():
        by_kind.setdefault(kind, []).append(name)
    bound = {"words": words(sql, customers)}
    for kind, names in by_kind.items():
        if kind not in kinds:
            continue
        sums = ", ".join(f"SUM({_COUNTS[name][1]})" for name in names)
        statement = f"""
            SELECT p.customer_id, {sums}
            FROM placement p JOIN fact_{kind} f ON f.rid = p.rid AND f.part = p.part
            WHERE p.kind = '{kind}' AND {among_words(sql, "p.customer_id")} GROUP BY p.customer_id
        """
        for customer, *values in direct.rows(sql, statement, bound):
            found.setdefault(customer, {}).update(zip(names, map(int, values), strict=True))
    if not {"person", "membership"}.intersection(kinds):
        return found
    statement = f"""
        SELECT customer_id, COUNT(DISTINCT person_id) FROM placement
        WHERE kind IN ('person', 'membership') AND person_id IS NOT NULL AND {among_words(sql, "customer_id")}
        GROUP BY customer_id
    """
    for customer, people_count in direct.rows(sql, statement, bound):
        found.setdefault(customer, {})["people"] = int(people_count)
    return found


_SUMS = (
    ("invoiced", "invoice", "total", "f.status IN ('open', 'paid', 'uncollectible')"),
    ("unpaid", "invoice", "remaining", "f.status IN ('open', 'uncollectible')"),
    ("paid", "payment", "amount", "f.status = 'succeeded'"),
    ("refunded", "refund", "amount", "f.status = 'succeeded'"),
    ("pipeline", "deal", "amount", "f.status = 'open'"),
    ("won", "deal", "amount", "f.status = 'won'"),
)


def sums(sql: Connection, customers: Collection[str], kinds: Kinds) -> Iterator[tuple[str, str, str, int]]:
    """(customer, measure, currency, minor units) for what was invoiced, paid, … and what stands in deals."""
    bound = {"words": words(sql, customers)}
    for measure, kind, field, counted in _SUMS:
        if kind not in kinds:
            continue
        statement = f"""
            SELECT p.customer_id, f.{field}_currency, {exact_sum(f"f.{field}_minor")}
            FROM placement p JOIN fact_{kind} f ON f.rid = p.rid AND f.part = p.part
            WHERE p.kind = '{kind}' AND {counted} AND f.{field}_currency IS NOT NULL
              AND {among_words(sql, "p.customer_id")}
            GROUP BY p.customer_id, f.{field}_currency
        """
        for customer, currency, millions, rest in direct.rows(sql, statement, bound):
            yield customer, measure, currency, summed(millions, rest)


def subscriptions(sql: Connection, customers: Collection[str]) -> Sequence[Said]:
    """The subscriptions of these customers: status, pause, currency, end of period, their record id."""
    statement = f"""
        SELECT p.customer_id, f.* FROM placement p JOIN fact_subscription f ON f.rid = p.rid AND f.part = p.part
        WHERE p.kind = 'subscription' AND {among_words(sql, "p.customer_id")} ORDER BY f.rid
    """
    return direct.mappings(sql, statement, {"words": words(sql, customers)})


def items(sql: Connection, customers: Collection[str]) -> Sequence[Said]:
    """The items of these customers' subscriptions."""
    return _parts(sql, "subscription_item", customers)


def discounts(sql: Connection, customers: Collection[str]) -> Sequence[Said]:
    """The discounts on these customers' subscriptions."""
    return _parts(sql, "discount", customers)


def _parts(sql: Connection, kind: str, customers: Collection[str]) -> Sequence[Said]:
    statement = f"""
        SELECT p.customer_id, f.* FROM placement p JOIN fact_{kind} f ON f.rid = p.rid AND f.part = p.part
        WHERE p.kind = '{kind}' AND {among_words(sql, "p.customer_id")} ORDER BY f.rid, f.part
    """
    return direct.mappings(sql, statement, {"words": words(sql, customers)})
