"""A question that takes too long is broken off, inside the database too."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.graphql.house import House

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
}


@pytest.fixture
def endless(fresh: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house in which looking for a customer never ends."""

    def search(sql: Any, *_: Any) -> None:
        sql.execute(text(ENDLESS[sql.dialect.name]))

    monkeypatch.setattr("kizuna.graphql.query.customer_id", search)
    return fresh.configured(graphql__request_timeout_s=0.5, graphql__statement_timeout_s=0.3)


def test_a_statement_without_end_is_broken_off(endless: House) -> None:
    errors = endless.errors('{ customer(id: "x") { id } }')

    assert errors[0]["extensions"]["code"] == "TIMEOUT"
    assert "database" in errors[0]["message"]


def test_the_connection_is_as_good_as_new_afterwards(endless: House) -> None:
    endless.errors('{ customer(id: "x") { id } }')

    answers = [endless.ask("{ customers(first: 1) { totalCount } }") for _ in range(3)]

    assert answers == [{"customers": {"totalCount": 0}}] * 3


def test_what_stands_beside_it_is_answered_or_told_why_not(endless: House) -> None:
    body = endless.answer('{ a: customer(id: "x") { id } b: customers(first: 1) { totalCount } }')

    codes = {error["path"][0]: error["extensions"]["code"] for error in body["errors"]}
    assert codes["a"] == "TIMEOUT"
    assert codes.get("b") in (None, "ABORTED", "TIMEOUT")
    assert "INTERNAL_ERROR" not in codes.values()


def test_a_statement_may_not_use_up_the_time_of_the_whole_request(endless: House) -> None:
    patient = endless.configured(graphql__request_timeout_s=60.0, graphql__statement_timeout_s=0.3)

    body = patient.answer('{ a: customer(id: "x") { id } b: customers(first: 1) { totalCount } }')

    codes = {error["path"][0]: error["extensions"]["code"] for error in body["errors"]}
    # PostgreSQL gives up the whole transaction with the statement.
    expected = {"a": "TIMEOUT", "b": "ABORTED"} if endless.database.dialect == "postgresql" else {"a": "TIMEOUT"}
    assert codes == expected


def test_a_query_cannot_write_on_postgresql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.graphql.house import house

    def write(sql: Any, *_: Any) -> None:
        sql.execute(text("DELETE FROM connection"))

    with house(postgres_url) as made:
        monkeypatch.setattr("kizuna.graphql.query.customer_id", write)
        errors = made.errors('{ customer(id: "x") { id } }')
        left = made.ask("{ connections { name } }")["connections"]

    assert errors[0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert len(left) == 3
