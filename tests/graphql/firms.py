"""Firms that all three toy systems know, with some of everything."""

from __future__ import annotations

from typing import Any

from tests.graphql.house import House
from tests.graphql.systems import at, record, ref, yen


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
