"""Errors say what the caller can mend, and nothing of what is inside."""

from __future__ import annotations

import logging

import pytest

from kizuna.graphql import Caller, Request
from tests.graphql.house import House


def test_a_fault_is_masked_behind_the_id_under_which_the_log_has_it(
    small: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("postgresql://user:secret@host/db cannot be reached")

    monkeypatch.setattr("kizuna.graphql.query.customer_id", broken)

    with caplog.at_level(logging.ERROR, "kizuna"):
        body = small.engine.answer(Request('{ customer(id: "cus_x") { id } }', request_id="req_of_this_test")).body

    error = body["errors"][0]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": "req_of_this_test"}
    assert "secret" not in str(body)
    assert any(getattr(record, "fields", {}).get("request_id") == "req_of_this_test" for record in caplog.records)


def test_a_statement_that_fails_is_logged_without_what_was_bound_to_it(
    small: House, caplog: pytest.LogCaptureFixture
) -> None:
    with small.database.write() as sql:
        sql.exec_driver_sql("ALTER TABLE email_address RENAME TO elsewhere")

    with caplog.at_level(logging.ERROR, "kizuna"):
        body = small.answer('{ customer(email: "hanako@sakura.example") { id } }')

    assert body["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert "hanako" not in caplog.text + str([record.exc_info for record in caplog.records])


def test_a_mistake_in_the_document_is_told_with_its_place(small: House) -> None:
    errors = small.errors("{\n  customers(first: 1) { nodes { nam } }\n}")

    assert errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert errors[0]["message"] == "Cannot query field 'nam' on type 'Customer'. Did you mean 'name'?"
    assert errors[0]["locations"] == [{"line": 2, "column": 33}]


def test_a_mistake_made_many_times_is_told_once_with_its_first_places(small: House) -> None:
    errors = small.errors("{ schemaVersion @a @a @a @b }")

    assert [error["message"] for error in errors] == ["Unknown directive '@a'.", "Unknown directive '@b'."]
    assert [at["column"] for at in errors[0]["locations"]] == [17, 20, 23]


def test_a_value_is_not_quoted_at_length(small: House) -> None:
    errors = small.errors(f'{{ customers(first: 1, filter: {{nobody: "{"x" * 5_000}"}}) {{ totalCount }} }}')

    assert [len(error["message"]) for error in errors] == [400]


def test_production_gives_no_hints_at_what_else_there_is(small: House) -> None:
    production = small.configured(mode="production")

    field = production.errors("{ customers(first: 1) { nodes { nam } } }")
    value = production.errors(
        "query ($k: CustomerKind) { customers(first: 1, filter: {kinds: [$k]}) { totalCount } }", k="COMPANI"
    )

    assert field[0]["message"] == "Cannot query field 'nam' on type 'Customer'."
    assert "COMPANY" not in value[0]["message"]


@pytest.mark.parametrize(
    ("mode", "switch", "answered"),
    [
        ("development", "auto", True),
        ("production", "auto", False),
        ("production", "on", True),
        ("development", "off", False),
    ],
)
def test_whether_the_schema_may_be_asked_for_itself_follows_the_settings(
    small: House, mode: str, switch: str, answered: bool
) -> None:
    configured = small.configured(mode=mode, graphql__introspection=switch)

    body = configured.answer("{ __schema { queryType { name } } }")

    assert ("errors" not in body) is answered


def test_a_question_about_the_schema_cannot_be_nested_without_end(small: House) -> None:
    deep = "{ __schema { types " + "{ fields { type " * 8 + "{ name }" + " } }" * 8 + " } }"

    errors = small.errors(deep)

    assert errors[0]["extensions"]["code"] in ("GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED")


def test_the_usual_question_of_tools_about_the_schema_is_answered(small: House) -> None:
    from graphql import get_introspection_query

    body = small.answer(get_introspection_query(input_value_deprecation=True))

    assert "errors" not in body
    assert body["data"]["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize(
    ("scopes", "query", "forbidden"),
    [
        ({"read"}, "{ schemaVersion }", False),
        (set(), "{ schemaVersion }", True),
        ({"read"}, 'mutation { startSync(input: {connection: "x"}) { userErrors { code } } }', True),
        ({"write"}, 'mutation { startSync(input: {connection: "x"}) { userErrors { code } } }', False),
        ({"write"}, 'mutation { disableConnection(input: {name: "x"}) { userErrors { code } } }', True),
        ({"admin"}, 'mutation { disableConnection(input: {name: "x"}) { userErrors { code } } }', False),
        ({"read"}, 'mutation { mergeCustomers(input: {ids: ["cus_a", "cus_b"]}) { userErrors { code } } }', True),
    ],
)
def test_a_token_may_do_what_its_scopes_say(small: House, scopes: set[str], query: str, forbidden: bool) -> None:
    body = small.answer(query, caller=Caller("token:t", frozenset(scopes)))

    codes = [error["extensions"]["code"] for error in body.get("errors", ())]
    assert codes == (["FORBIDDEN"] if forbidden else [])
