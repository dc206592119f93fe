"""One customer from the accounts of its cluster: claims, winners, counts, money."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from kizuna.model.enums import SubscriptionStatus
from kizuna.model.money import MICRO
from kizuna.storage import golden, identity, members, placements
from kizuna.unify import custom
from kizuna.unify.claims import Ranks, Said, account_claims
from kizuna.unify.recurring import monthly_micro
from kizuna.unify.survivorship import Claim, Judged, folded, judged, surviving

Row = dict[str, Any]


def unify(sql: Connection, customers: Collection[str], ranks: Ranks) -> None:
    """The rows of these customers made anew from the facts that stand now; one without records vanishes."""
    said: dict[str, list[Said]] = defaultdict(list)
    for account in members.accounts(sql, customers):
        said[account["entity_id"]].append(account)
    fates = {key: judged([c for s in facts for c in account_claims(s, ranks)]) for key, facts in said.items()}
    parents = _parents(sql, fates)
    kinds, last = members.standing(sql, customers)
    counts = members.counts(sql, customers, kinds)
    money, renewals = _money(sql, customers, kinds)
    rows = [
        {**_row(key, facts, fates[key]), **_zeros(), **counts.get(key, {})}
        | {"parent_id": _other(parents.get(key), key), "last_activity_at": last.get(key)}
        | {"next_renewal_at": renewals.get(key)}
        for key, facts in said.items()
    ]
    kept = [row for row in money if row["customer_id"] in said]
    emails = [
        {"address": address, "entity_id": key, "entity": "customer"}
        for key, found in fates.items()
        for address in sorted({f.claim.value for f in found if f.claim.attribute == "email"})
    ]
    golden.replace_customers(sql, customers, rows, kept, emails)
    golden.replace_claims(
        sql, customers, [r for key, found in fates.items() for r in claim_rows("customer", key, found)]
    )
    custom.unify(sql, "account", customers, ranks)


def claim_rows(entity: str, key: str, fates: Iterable[Judged]) -> Iterable[tuple[Any, ...]]:
    """The claims of one customer or person as rows (golden.CLAIM_COLUMNS)."""
    for fate in fates:
        c = fate.claim
        yield (
            *(key, c.attribute, c.rid, c.n, entity, c.value, c.system, c.rank, c.observed_at),
            *(fate.winner, fate.conflict),
        )


def _row(key: str, facts: list[Said], fates: list[Judged]) -> Row:
    won = surviving(fates)
    minor, _, currency = won["annual_revenue"].value.partition(" ") if "annual_revenue" in won else ("", "", "")
    name = _text(won, "name")
    words = ("domain", "email", "phone", "industry", "street", "city", "state", "postal_code", "country")
    more = ("corporate_number", "category", "lifecycle_stage")
    return {
        "id": key,
        "customer_kind": "person" if all(s["account_kind"] == "person" for s in facts) else "company",
        "name": name,
        "sort_name": folded(name or ""),
        **{word: _text(won, word) for word in (*words, *more)},
        "employees": int(won["employees"].value) if "employees" in won else None,
        "annual_revenue_minor": int(minor) if minor else None,
        "annual_revenue_currency": currency or None,
        "owner_rid": int(won["owner"].value) if "owner" in won else None,
        "systems": json.dumps(sorted({s["plugin"] for s in facts})),
        "records": len(facts),
        "first_seen_at": min((s["created_at"] for s in facts if s["created_at"] is not None), default=None),
    }


def _zeros() -> Row:
    names = ("people", "tickets", "open_tickets", "deals", "open_deals", "subscriptions", "active_subscriptions")
    return dict.fromkeys((*names, "invoices", "unpaid_invoices"), 0)


def _text(won: Mapping[str, Claim], attribute: str) -> str | None:
    return won[attribute].value if attribute in won else None


def _other(parent: str | None, key: str) -> str | None:
    """No customer stands above itself: two records of one group may have become one."""
    return None if parent == key else parent


def _parents(sql: Connection, fates: Mapping[str, list[Judged]]) -> dict[str, str]:
    """Customer → the customer its winning parent record belongs to."""
    named = {key: int(won["parent"].value) for key, found in fates.items() if "parent" in (won := surviving(found))}
    through = placements.winners(sql, set(named.values()))
    ends = {key: through.get(rid, rid) for key, rid in named.items()}
    homes = identity.memberships(sql, "account", set(ends.values()))
    return {key: homes[rid] for key, rid in ends.items() if rid in homes}


def _money(sql: Connection, customers: Collection[str], kinds: Collection[str]) -> tuple[list[Row], dict[str, int]]:
    """Money by customer, measure and currency; and the next end of a period of a subscription that counts."""
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    for customer, measure, currency, minor in members.sums(sql, customers, kinds):
        totals[customer, measure, currency] += minor * MICRO
    items = _by_rid(members.items(sql, customers) if "subscription_item" in kinds else ())
    reductions = _by_rid(members.discounts(sql, customers) if "discount" in kinds else ())
    renewals: dict[str, int] = {}
    for said in members.subscriptions(sql, customers) if "subscription" in kinds else ():
        status = SubscriptionStatus(said["status"])
        lines = items.get(said["rid"], [])
        charged = [line["currency"] for line in (said, *lines) if line["currency"]]
        less = reductions.get(said["rid"]) or _of_account(reductions, said, charged)
        micro = monthly_micro(said, lines, less, charged[0].upper()) if charged else 0
        if micro:
            totals[said["customer_id"], "mrr", charged[0].upper()] += micro
        ends = _period_end(said, lines)
        if ends is not None and status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE):
            renewals[said["customer_id"]] = min(ends, renewals.get(said["customer_id"], ends))
    rows = [
        {"customer_id": customer, "measure": measure, "currency": currency, **golden.sum_of(micro)}
        for (customer, measure, currency), micro in sorted(totals.items())
    ]
    return rows, renewals


def _of_account(reductions: Mapping[int, list[Said]], said: Said, charged: Sequence[str]) -> list[Said]:
    """What its account has taken off, for a subscription without a discount of its own; amounts only in its currency."""
    currency = charged[0].upper() if charged else None
    return [
        line
        for line in reductions.get(said["account_rid"], ())
        if line["amount_off_minor"] is None or (line["amount_off_currency"] or "").upper() == currency
    ]


def _by_rid(parts: Sequence[Said]) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = defaultdict(list)
    for part in parts:
        found[part["rid"]].append(part)
    return found


def _period_end(said: Said, lines: list[Said]) -> int | None:
    ends = [said["period_ends_at"], *(line["period_ends_at"] for line in lines)]
    return min((end for end in ends if end is not None), default=None)
