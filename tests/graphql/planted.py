"""A firm of which every labelled value bears a mark of its label, wherever the API may show it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from kizuna.model.custom import FieldRule
from kizuna.model.enums import CustomForm
from kizuna.model.labels import Label
from kizuna.storage import connections, field_rules
from kizuna.storage.answers.ids import record_id
from tests.graphql.house import House
from tests.graphql.systems import at, record, ref, yen

MARKS = {
    Label.FINANCE: ("financemark", "71717171", "2071-07"),
    Label.SUPPORT: ("supportmark", "82828282", "2082-08"),
    Label.PII: ("piimark", "55557373"),
    Label.SECRET: ("secretmark",),
}
SUM = yen(71717171)
FACTS = """subscription contract credit_note deal deal_line discount engagement invoice invoice_line payment price product
    refund staff subscription_item survey_response ticket ticket_metrics""".split()
_COUNTED = re.compile(r'"[A-Za-z0-9_-]{8,}"')


def planted(made: House) -> None:
    """One firm with one of everything, all marked; a human being who buys alone; a question, a decision, a custom field."""
    with made.database.write() as sql:
        for name, form in (("tier", "text"), ("worth", "money")):
            stored = connections.get(sql, "crm")
            rule = FieldRule(path=name, entity="account", form=CustomForm(form), name=name, currency="JPY")
            field_rules.claim(sql, stored.id)
            field_rules.add(sql, stored.id, "accounts", name, rule, "tester", 0)
    _crm(made)
    _desk(made)
    _bill(made)
    made.tell(
        "desk", "tickets", {"id": "bad", "says": [{"kind": "ticket", "subject": 3}], "at": at(0), "x": "SECRETMARK"}
    )
    for wish in (
        'startSync(input: {connection: "crm"})',
        'splitRecord(input: {record: "desk/organizations/o3", reason: "PIIMARK said so"})',
        'blockEvidence(input: {kind: MAILBOX, value: "piimark.shared@kudo.example", reason: "of PIIMARK"})',
    ):
        (came,) = made.ask(f"mutation {{ {wish} {{ userErrors {{ message }} }} }}").values()
        assert came["userErrors"] == [], (wish, came)
    with made.database.write() as sql:
        sql.exec_driver_sql("""UPDATE stream SET bookmark = '{"at": "SECRETMARK"}'""")
        sql.exec_driver_sql("""UPDATE connection SET settings = '{"base_url": "SECRETMARK"}'""")


def _crm(made: House) -> None:
    account = {
        "kind": "account",
        "name": "Kudo Works",
        "domains": ["kudo.example"],
        "emails": ["piimark@kudo.example"],
        "phone": "+81 3-5555-7373",
        "street": "PIIMARK 1-2",
        "city": "Piimark-shi",
        "postal_code": "PIIMARK",
        "annual_revenue": SUM,
        "owner": ref("users", "u1"),
        "updated_at": at(1),
    }
    human = {
        "kind": "account",
        "account_kind": "person",
        "name": "Taro Piimark",
        "emails": ["taro.piimark@mail.example"],
        "corporate_number": "PIIMARK-77",
    }
    person = {
        "kind": "person",
        "name": "Hana Piimark",
        "given_name": "Hana-Piimark",
        "family_name": "Piimark",
        "emails": ["hana.piimark@kudo.example"],
        "phones": ["+81 3-5555-7373"],
        "title": "Buyer",
        "account": ref("accounts", "a1"),
    }
    deal = {
        "kind": "deal",
        "name": "Big one",
        "account": ref("accounts", "a1"),
        "person": ref("contacts", "c1"),
        "amount": SUM,
        "owner": ref("users", "u1"),
        "created_at": at(10),
    }
    line = {
        "kind": "deal_line",
        "part": "l1",
        "parent": ref("deals", "d1"),
        "unit_price": SUM,
        "list_price": SUM,
        "total": SUM,
        "discount_percent": "71.717171717",
    }
    call = {
        "kind": "engagement",
        "engagement_kind": "call",
        "title": "PIIMARK rang",
        "body": "PIIMARK asked",
        "outcome": "PIIMARK pleased",
        "account": ref("accounts", "a1"),
        "person": ref("contacts", "c1"),
        "staff": ref("users", "u1"),
        "at": at(11),
    }
    contract = {
        "kind": "contract",
        "number": "C-1",
        "account": ref("accounts", "a1"),
        "value": SUM,
        "signed_at": at(12),
    }
    staff = {"kind": "staff", "name": "Mori Piimark", "email": "mori.piimark@us.example"}
    hidden = {"hidden": "SECRETMARK"}
    made.tell("crm", "users", {**record("u1", staff), **hidden})
    custom = {"tier": "FINANCEMARK SUPPORTMARK PIIMARK", "worth": "71717171"}
    below = {"kind": "account", "name": "Kudo Below", "domains": ["below.example"], "parent": ref("accounts", "a1")}
    made.tell(
        "crm",
        "accounts",
        {**record("a1", account), **hidden, **custom},
        {**record("a2", human), **hidden},
        record("a4", below),
        record("a5", {"kind": "account", "name": "Split KK", "domains": ["split.example"]}),
    )
    made.tell(
        "crm",
        "accounts",
        record("a3", {"kind": "account", "name": "Lone Foods", "domains": ["lone.example"]}, minutes=3),
    )
    made.tell("crm", "contacts", {**record("c1", person), **hidden})
    made.tell("crm", "deals", {**record("d1", deal, line), **hidden})
    made.tell("crm", "contracts", record("k1", contract))
    made.tell("crm", "touches", record("t1", call))


def _desk(made: House) -> None:
    organization = {
        "kind": "account",
        "name": "Kudo Works Ltd",
        "domains": ["kudo.example"],
        "emails": ["other.piimark@kudo.example"],
        "annual_revenue": yen(7171717100),
        "cross_references": [{"system": "crm", "id": "a1"}],
    }
    alike = {"kind": "account", "name": "Lone Music", "domains": ["lone.example"]}
    ticket = {
        "kind": "ticket",
        "subject": "SUPPORTMARK broken",
        "number": "SUPPORTMARK-1",
        "category": "SUPPORTMARK",
        "account": ref("organizations", "o1"),
        "assignee": ref("agents", "g1"),
        "status": "open",
        "tags": ["supportmark"],
        "opened_at": at(20),
        "due_at": "2082-08-01T00:00:00Z",
    }
    comment = {
        "kind": "engagement",
        "engagement_kind": "email",
        "title": "SUPPORTMARK",
        "body": "SUPPORTMARK",
        "outcome": "SUPPORTMARK",
        "parent": ref("tickets", "z1"),
        "at": at(30),
    }
    metrics = {"kind": "ticket_metrics", "parent": ref("tickets", "z1"), "first_reply_min": 82828282}
    rating = {
        "kind": "survey_response",
        "parent": ref("tickets", "z1"),
        "label": "SUPPORTMARK",
        "comment": "SUPPORTMARK bad",
        "score": 82828282.0,
        "answered_at": at(31),
    }
    made.tell(
        "desk", "agents", record("g1", {"kind": "staff", "name": "Abe Piimark", "email": "abe.piimark@us.example"})
    )
    split = {"kind": "account", "name": "Split", "cross_references": [{"system": "crm", "id": "a5"}]}
    made.tell(
        "desk",
        "organizations",
        record("o1", organization, minutes=2),
        record("o2", alike, minutes=2),
        record("o3", split, minutes=2),
    )
    made.tell("desk", "tickets", record("z1", ticket))
    made.tell("desk", "comments", record("y1", comment))
    made.tell("desk", "metrics", record("x1", metrics))
    made.tell("desk", "ratings", record("w1", rating))


def _bill(made: House) -> None:
    customer = {
        "kind": "account",
        "name": "Kudo Works",
        "emails": ["billing.piimark@kudo.example"],
        "cross_references": [{"system": "crm", "id": "a1"}],
    }
    subscription = {
        "kind": "subscription",
        "account": ref("customers", "b0"),
        "status": "active",
        "currency": "JPY",
        "started_at": at(-500),
        "cancel_reason": "FINANCEMARK",
        "period_ends_at": "2071-07-01T00:00:00Z",
    }
    item = {
        "kind": "subscription_item",
        "part": "i1",
        "parent": ref("subscriptions", "s1"),
        "product": ref("products", "p1"),
        "price": ref("products", "q1"),
        "name": "FINANCEMARK",
        "quantity": "1",
        "unit_minor": "71717171",
        "currency": "JPY",
    }
    discount = {
        "kind": "discount",
        "part": "x1",
        "parent": ref("subscriptions", "s1"),
        "coupon": "FINANCEMARK",
        "amount_off": SUM,
    }
    invoice = {
        "kind": "invoice",
        "account": ref("customers", "b0"),
        "parent": ref("subscriptions", "s1"),
        "number": "FINANCEMARK-1",
        "status": "open",
        **dict.fromkeys(("total", "subtotal", "tax", "due", "paid", "remaining"), SUM),
        "reason": "FINANCEMARK",
        "issued_at": at(60),
        "due_at": "2071-07-02T00:00:00Z",
    }
    invoice_line = {
        "kind": "invoice_line",
        "part": "l1",
        "parent": ref("invoices", "v1"),
        "description": "FINANCEMARK",
        "product": ref("products", "p1"),
        "amount": SUM,
    }
    payment = {
        "kind": "payment",
        "account": ref("customers", "b0"),
        "parent": ref("invoices", "v1"),
        "amount": SUM,
        "refunded": SUM,
        "status": "succeeded",
        "failure": "FINANCEMARK",
        "method": "FINANCEMARK",
        "at": at(61),
    }
    refund = {"kind": "refund", "parent": ref("charges", "h1"), "amount": SUM, "reason": "FINANCEMARK", "at": at(62)}
    note = {
        "kind": "credit_note",
        "account": ref("customers", "b0"),
        "number": "FINANCEMARK",
        "amount": SUM,
        "at": at(63),
    }
    price = {"kind": "price", "product": ref("products", "p1"), "unit_minor": "71717171", "currency": "JPY"}
    made.tell("bill", "products", record("p1", {"kind": "product", "name": "Hanabi"}), record("q1", price))
    made.tell("bill", "customers", record("b0", customer))
    made.tell("bill", "subscriptions", record("s1", subscription, item, discount))
    made.tell("bill", "invoices", record("v1", invoice, invoice_line))
    made.tell("bill", "charges", record("h1", payment))
    made.tell("bill", "refunds", record("r1", refund))
    made.tell("bill", "notes", record("n1", note))


def ids(made: House) -> list[str]:
    """The ids of everything there is."""
    found: list[str] = []
    with made.database.read() as sql:
        for kind in FACTS:
            rows = sql.exec_driver_sql(f"SELECT rid, part FROM fact_{kind}").all()
            assert rows, kind
            found += [record_id(kind, rid, part) for rid, part in rows]
        found += [record_id("record", rid) for (rid,) in sql.exec_driver_sql("SELECT rid FROM source_record")]
        found += [
            key
            for table in ("customer", "person", "sync_run")
            for (key,) in sql.exec_driver_sql(f"SELECT id FROM {table}")
        ]
        for kind, table in (
            ("connection", "connection"),
            ("quarantine", "quarantine"),
            ("decision", "identity_decision"),
            ("blocked", "blocked_value"),
        ):
            rows = sql.exec_driver_sql(f"SELECT id FROM {table}").all()
            assert rows, kind
            found += [f"{kind}_{number}" for (number,) in rows]
    asked = made.ask("{ identityQueue(first: 9) { nodes { id } } identityHistory(first: 9) { nodes { id } } }")
    assert asked["identityQueue"]["nodes"]
    return found + [node["id"] for page in asked.values() for node in page["nodes"]]


def marks_in(body: Any) -> set[Label]:
    """The labels whose marks occur in an answer, also inside cursors."""
    written = json.dumps(body, ensure_ascii=False).casefold()
    for text in _COUNTED.findall(json.dumps(body)):
        word = text.strip('"')
        try:
            written += base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("utf-8", "ignore").casefold()
        except ValueError:
            continue
    plain = written.replace("-5555-", "5555").replace(",", "").replace(" ", "")
    return {label for label, marks in MARKS.items() if any(mark in written or mark in plain for mark in marks)}
