"""Tokens of departments over HTTP: what they read, which cursors are theirs, what changes answer them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from kizuna.access import tokens
from kizuna.config import Settings
from kizuna.graphql import execute
from kizuna.graphql.context import WRITE, Caller
from kizuna.model.labels import ALL, Label
from tests.graphql.firms import furnished
from tests.graphql.house import House
from tests.graphql.systems import record
from tests.graphql.test_plugin_fields import Declared, plugged, told
from tests.web.wire import asked, served

PAGE = """query ($after: String) { customers(first: 1, after: $after, sort: {by: MRR, currency: "JPY", descending: true}) {
    edges { cursor } pageInfo { startCursor endCursor } nodes { id } } }"""


def token(house: House, role: str, *labels: str) -> str:
    with house.database.write() as sql:
        return tokens.create(sql, role, role=role, labels=labels).get_secret_value()


def test_a_department_reads_what_its_token_may(small: House) -> None:
    furnished(small)
    ask = "{ viewer { role } customers(first: 1) { nodes { money { measure } ticketCount } } }"

    with served(small, Settings(mode="production")) as client:
        answers = {
            name: asked(client, ask, secret).json()
            for name, secret in (
                ("support", token(small, "support")),
                ("more", token(small, "support", "finance")),
                ("external", token(small, "external")),
            )
        }

    seen = {name: one["data"]["customers"]["nodes"][0] for name, one in answers.items()}
    assert {name: (one["money"] is not None, one["ticketCount"]) for name, one in seen.items()} == {
        "support": (False, 3),
        "more": (True, 3),
        "external": (False, None),
    }
    assert [hidden["field"] for hidden in answers["support"]["extensions"]["masked"]] == ["Customer.money"]
    assert "masked" not in answers["more"]["extensions"]


def test_a_token_that_is_expired_or_taken_back_is_told_so_with_a_code(small: House) -> None:
    with small.database.write() as sql:
        ended = tokens.create(sql, "old", ("read",), datetime(2020, 1, 1, tzinfo=UTC)).get_secret_value()
        taken = tokens.create(sql, "taken").get_secret_value()
        sql.execute(text("UPDATE api_token SET revoked_at = 1 WHERE name = 'taken'"))

    with served(small, Settings(mode="production")) as client:
        refused = [asked(client, "{ schemaVersion }", secret) for secret in (ended, taken)]

    assert [one.status_code for one in refused] == [401, 401]
    assert [one.json()["errors"][0]["extensions"]["code"] for one in refused] == ["UNAUTHENTICATED"] * 2


def test_a_tokens_cursor_holds_nothing_that_can_be_read_and_leads_on(small: House) -> None:
    furnished(small, firms=2)
    secret = token(small, "finance")

    with served(small, Settings(mode="production")) as client:
        page = asked(client, PAGE, secret).json()["data"]["customers"]
        after = page["pageInfo"]["endCursor"]
        second = asked(client, PAGE, secret, after=after).json()["data"]["customers"]

    written = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
    assert page["edges"][0]["cursor"] == after == page["pageInfo"]["startCursor"]
    assert b"mrr" not in written
    assert b"cus_" not in written
    assert second["nodes"] != page["nodes"]
    assert len(second["nodes"]) == 1


def test_a_cursor_is_good_for_who_may_read_the_same_and_for_nobody_else(small: House) -> None:
    furnished(small, firms=2)
    ask = PAGE.replace(', sort: {by: MRR, currency: "JPY", descending: true}', "")

    with served(small, Settings(mode="production")) as client:
        mine = asked(client, ask, token(small, "finance")).json()["data"]["customers"]["pageInfo"]["endCursor"]
        alike = asked(client, ask, token(small, "sales"), after=mine).json()
        other = asked(client, ask, token(small, "support"), after=mine).json()

    assert len(alike["data"]["customers"]["nodes"]) == 1
    assert other["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("labels", "seen"), [(None, None), ((), "MOMIJI"), (("support",), "MOMIJI"), (("finance", "support"), None)]
)
def test_a_plugins_field_is_for_who_may_read_what_it_declares(
    fresh: House, labels: tuple[str, ...] | None, seen: str | None
) -> None:
    told(fresh)
    told_labels = {} if labels is None else {"labels": labels}
    declared: Any = SimpleNamespace(
        name="shout",
        type="String",
        description="The name, loud.",
        function=lambda row, _: str(row["name"]).upper(),
        **told_labels,
    )
    reader = Caller("token:t", labels=frozenset({Label.SUPPORT, Label.PII}))

    body = execute(
        fresh.database, plugged(loud=[declared]), "{ customers(first: 1) { nodes { shout } } }", caller=reader
    )

    assert body["data"] == {"customers": {"nodes": [{"shout": seen}]}}


def test_a_plugin_with_a_label_that_there_is_not_is_set_aside(fresh: House) -> None:
    told(fresh)
    host = plugged(loud=[Declared("shout", "String", "Loud.", lambda *_: "x", ("money",))])

    body = execute(fresh.database, host, "{ customers(first: 1) { nodes { id } } }")

    assert "errors" not in body
    assert "has the label 'money'; take those of finance, pii, secret, support" in host.broken[0].reason


def test_what_a_change_answers_is_masked_alike(fresh: House) -> None:
    furnished(fresh, firms=2)
    ids = [node["id"] for node in fresh.ask("{ customers(first: 2) { nodes { id } } }")["customers"]["nodes"]]
    change = """mutation ($ids: [ID!]!) { mergeCustomers(input: {ids: $ids, confirmed: true}) {
        result { customers { id email money { measure } tickets(first: 1) { totalCount } } } userErrors { message } } }"""

    body = fresh.answer(change, caller=Caller("token:t", frozenset({WRITE}), "external", frozenset()), ids=ids)

    (customer,) = body["data"]["mergeCustomers"]["result"]["customers"]
    assert (customer["email"], customer["money"], customer["tickets"]) == (None, None, None)
    assert [one["field"] for one in body["extensions"]["masked"]] == [
        "Customer.email",
        "Customer.money",
        "Customer.tickets",
    ]


def test_what_stands_against_a_decision_is_not_quoted_to_who_may_not_read_it(fresh: House) -> None:
    for n in range(2):
        account = {"kind": "account", "name": f"Firm {n}", "domains": [f"f{n}.example"]}
        fresh.tell("crm", "accounts", record(f"a{n}", account))
    ids = [node["id"] for node in fresh.ask("{ customers(first: 2) { nodes { id } } }")["customers"]["nodes"]]
    change = "mutation ($ids: [ID!]!) { mergeCustomers(input: {ids: $ids}) { userErrors { code message } } }"
    writer = Caller("token:t", frozenset({WRITE}), "external", ALL - {Label.PII})

    plain, masked = (
        fresh.ask(change, caller=caller, ids=ids)["mergeCustomers"]["userErrors"][0]
        for caller in (Caller("token:u", frozenset({WRITE})), writer)
    )

    assert plain["code"] == masked["code"] == "CONTRADICTION"
    assert "f0.example" in plain["message"]
    assert masked["message"] == "A guard or an earlier decision stands against it; the reason has the label `pii`."
