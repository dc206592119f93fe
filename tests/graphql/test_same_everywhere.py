"""The same question has the same answer on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.graphql.firms import furnished
from tests.graphql.house import house
from tests.graphql.systems import record

WHOLE = (Path(__file__).parent / "whole_customer.graphql").read_text(encoding="utf-8")
QUESTIONS = (
    "{ customers(first: 9, sort: {by: LAST_ACTIVITY, descending: true}) { totalCount edges { cursor node { id name } } } }",
    "{ customers(first: 2, sort: {by: NEXT_RENEWAL}) { pageInfo { endCursor hasNextPage } nodes { name systems } } }",
    '{ customers(last: 2, sort: {by: MRR, currency: "JPY"}) { nodes { name money { measure money { amount } } } } }',
    '{ search(query: "s", first: 50) { matched text customer { name } person { name } } }',
    "{ identityQueue(first: 50) { totalCount nodes { id bits reason explanation { verdict bits sentences areTogether } } } }",
    """{ customers(first: 9) { nodes { provenance { field value system rule conflict observedAt
       alternatives { value system trustRank } } records(first: 9) { nodes { says { field value stands } } } } } }""",
    "{ customers(first: 9) { nodes { people(first: 9) { nodes { id name email active places { isPrimary labels } } } } } }",
    "{ connections { name state streams { name records kinds } } }",
)


@pytest.mark.postgres
def test_sqlite_and_postgresql_answer_alike(sqlite_url: str, postgres_url: str) -> None:
    answers: list[list[Any]] = []
    for url in (sqlite_url, postgres_url):
        with house(url) as made:
            furnished(made, firms=3, per_firm=2)
            made.tell(
                "crm",
                "accounts",
                record("x1", {"kind": "account", "name": "株式会社さくら", "domains": ["sakura.example"]}),
            )
            made.tell("desk", "organizations", record("x2", {"kind": "account", "name": "Ärzte GmbH", "country": "DE"}))
            body = [made.ask(WHOLE, domain="sakura001.example"), *(made.ask(question) for question in QUESTIONS)]
            answers.append(without(body, "fetchedAt"))

    one, two = answers

    assert one == two


def without(answer: Any, name: str) -> Any:
    """The answer without what must differ."""
    if isinstance(answer, dict):
        return {key: without(value, name) for key, value in answer.items() if key != name}
    return [without(one, name) for one in answer] if isinstance(answer, list) else answer
