"""The versions of subscriptions and contracts, and what was invoiced for them: of which dated revenue is made."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from kizuna.metrics import contract_history, history
from kizuna.metrics.dated import Subscription
from kizuna.metrics.history import Version
from kizuna.metrics.reconstruction import Billed
from kizuna.model.money import exponent
from kizuna.model.refs import record_id
from kizuna.storage import direct
from kizuna.storage.bulk import among, among_words, numbers, words
from kizuna.storage.instants import moment

PART = 2_000

# Of invoices as they were known at an instant: their status, what is joined for it, and which they are. One that was
# voided since was issued before, or its date keeps it out: so it was to be paid then.
_KNOWN_THEN = (
    "CASE WHEN i.status = 'void' AND r.known_at > :known THEN 'open' ELSE i.status END",
    "JOIN source_record r ON r.rid = i.rid",
    """ AND COALESCE(i.issued_at, i.created_at) <= :known
        AND COALESCE((SELECT MIN(v.known_at) FROM source_version v WHERE v.rid = i.rid), r.known_at) <= :known""",
)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A record that speaks of an agreement, and whose it is."""

    rid: int
    kind: str
    customer: str
    account: int | None


def dated(
    sql: Connection, zone: tzinfo, customers: Collection[str] | None = None, known_at: int | None = None
) -> Iterator[Subscription]:
    """The agreements of these customers (None: of all) over their lives, as they were known at an instant (µs)."""
    placed = _placed(sql, customers)
    for start in range(0, len(placed), PART):
        yield from _dated(sql, placed[start : start + PART], zone, known_at)


def _placed(sql: Connection, customers: Collection[str] | None) -> list[_Placed]:
    if customers is not None and not customers:
        return []
    narrowed = "" if customers is None else f" AND {among_words(sql, 'customer_id')}"
    statement = f"""
        SELECT rid, kind, customer_id, account_rid FROM placement
        WHERE kind IN ('subscription', 'contract') AND part = '' AND customer_id IS NOT NULL{narrowed}
        ORDER BY customer_id, rid
    """
    bound = {} if customers is None else {"words": words(sql, customers)}
    return [_Placed(*row) for row in direct.rows(sql, statement, bound)]


def _dated(sql: Connection, placed: list[_Placed], zone: tzinfo, known_at: int | None) -> Iterator[Subscription]:
    subscriptions = [one for one in placed if one.kind == "subscription"]
    accounts = {one.account for one in subscriptions if one.account is not None}
    versions = _versions(sql, {one.rid for one in placed}, known_at)
    of_accounts = _versions(sql, accounts, known_at, kinds=("discount",))
    billed = _billed(sql, {one.rid for one in subscriptions}, known_at)
    for one in placed:
        said = versions.get(one.rid, [])
        if one.kind == "contract":
            found = contract_history.contract(str(one.rid), one.customer, said, zone)
        else:
            of_account = of_accounts.get(one.account or 0, [])
            lines = billed.get(one.rid, [])
            found = history.subscription(str(one.rid), one.customer, said, zone, of_account=of_account, billed=lines)
        if found is not None:
            yield found


def _versions(
    sql: Connection,
    rids: Collection[int],
    known_at: int | None,
    kinds: Collection[str] = ("subscription", "subscription_item", "discount", "contract"),
) -> dict[int, list[Version]]:
    if not rids:
        return {}
    known = "" if known_at is None else " AND h.known_at <= :known"
    named = ", ".join(f"'{kind}'" for kind in kinds)
    statement = f"""
        SELECT h.rid, h.kind, h.part, h.version_no, h.valid_from, h.body, c.name
        FROM fact_history h JOIN source_record r ON r.rid = h.rid JOIN connection c ON c.id = r.connection_id
        WHERE {among(sql, "h.rid")} AND h.kind IN ({named}){known}
    """
    bound = {"rids": numbers(sql, rids)} | ({} if known_at is None else {"known": known_at})
    found: dict[int, list[Version]] = defaultdict(list)
    for rid, kind, part, number, valid_from, body, connection in direct.rows(sql, statement, bound):
        said = None if body is None else _with_records(json.loads(body), connection)
        found[rid].append(Version(kind, part, number, moment(valid_from), said, f"{rid}/{number}"))
    return found


def _with_records(said: dict[str, Any], connection: str) -> dict[str, Any]:
    """The same with the ids of records, as the tables know them, in place of the vendor's ids of product and price."""
    for name in ("product", "price"):
        if said.get(name):
            said[name] = {"id": str(record_id(connection, said[name]["stream"], said[name]["id"]))}
    return said


def _billed(sql: Connection, rids: Collection[int], known_at: int | None) -> dict[int, list[Billed]]:
    """Subscription → the lines of its invoices; of an instant those of invoices that were known then.

    What a line says is what its invoice says today: of what was learned later only that an invoice was voided is not
    read back. Whose subscription it is, is what is known today, too.
    """
    if not rids:
        return {}
    status, learned, known = ("i.status", "", "") if known_at is None else _KNOWN_THEN
    statement = f"""
        SELECT i.parent_rid, l.rid, l.subscription_item, l.product_rid, l.price_rid, l.quantity, l.amount_minor,
               l.amount_currency, l.discount_minor, l.period_starts_at, l.period_ends_at, l.proration, {status}, i.attempts,
               COALESCE(i.created_at, i.issued_at)
        FROM placement p
        JOIN fact_invoice i ON i.rid = p.rid AND i.part = ''
        JOIN fact_invoice_line l ON l.rid = i.rid
        {learned}
        WHERE p.kind = 'invoice' AND {among(sql, "p.parent_rid")}{known}
          AND l.amount_minor IS NOT NULL AND l.period_starts_at IS NOT NULL AND l.period_ends_at IS NOT NULL
        ORDER BY l.period_starts_at, l.rid, l.part
    """
    bound = {"rids": numbers(sql, rids)} | ({} if known_at is None else {"known": known_at})
    found: dict[int, list[Billed]] = defaultdict(list)
    for (
        subscription,
        rid,
        item,
        product,
        price,
        quantity,
        minor,
        currency,
        off,
        since,
        until,
        proration,
        status,
        attempts,
        billed_at,
    ) in direct.rows(sql, statement, bound):
        line = Billed(
            item=item or "",
            product="" if product is None else str(product),
            price="" if price is None else str(price),
            quantity=Decimal(quantity) if quantity is not None else Decimal(1),
            amount=Decimal(minor).scaleb(-exponent(currency)),
            discount=None if off is None else Decimal(off).scaleb(-exponent(currency)),
            currency=currency,
            starts_at=moment(since),
            ends_at=moment(until),
            proration=bool(proration),
            status=status,
            attempts=attempts or 0,
            billed_at=None if billed_at is None else moment(billed_at),
            source=f"{rid}/",
        )
        found[subscription].append(line)
    return found
