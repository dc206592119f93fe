"""Every attack is answered cleanly by a real server in production mode, and the server answers on."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type
from sqlalchemy import text

from kizuna.config import Settings
from tests.graphql.house import House, house
from tests.graphql.systems import record
from tests.web.attacks import EXECUTED, INJECTIONS, Attack, attacks
from tests.web.wire import asked, served, token

QUERY = "{ customers(first: 1) { nodes { name } } }"
NAMED = {"customers": {"nodes": [{"name": "Momiji"}]}}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with one firm, on SQLite."""
    with house(f"sqlite:///{tmp_path_factory.mktemp('attacked') / 'kizuna.db'}") as one:
        one.tell("crm", "accounts", record("a1", {"kind": "account", "name": "Momiji", "domains": ["momiji.example"]}))
        yield one


@pytest.fixture(scope="module")
def client(attacked: House) -> Iterator[httpx.Client]:
    """A client of its server whose token may read."""
    with served(attacked, Settings(mode="production")) as one:
        one.headers["authorization"] = f"Bearer {token(attacked)}"
        yield one


@pytest.mark.parametrize("attack", list(attacks()), ids=lambda attack: attack.name)
def test_each_attack_is_answered_cleanly(
    client: httpx.Client, attack: Attack, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.request(attack.method, attack.path, content=attack.body, headers=attack.headers)

    body = response.json()
    first = (body.get("errors") or [{"message": "", "extensions": {"code": EXECUTED}}])[0]
    assert (response.status_code, first["extensions"]["code"]) == (attack.status, attack.code)
    assert first["extensions"].get("limit") == attack.limit
    assert len(first["message"]) < 500
    assert "Traceback" not in response.text
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
    assert asked(client, QUERY).json()["data"] == NAMED


@pytest.mark.parametrize("attack", [one for one in attacks() if one.limit], ids=lambda attack: attack.name)
def test_whoever_is_refused_learns_the_limit_its_value_and_what_was_asked(client: httpx.Client, attack: Attack) -> None:
    told = client.post("/graphql", content=attack.body, headers=attack.headers).json()

    extensions = told["errors"][0]["extensions"]
    assert isinstance(extensions["allowed"], int)
    assert isinstance(extensions["requested"], int)
    assert str(extensions["allowed"]) in told["errors"][0]["message"].replace(",", "")
    # What is too long to be read has no cost.
    unread = ("document length", "tokens", "digits", "fields", "directives", "definitions", "repetition")
    assert attack.limit in unread or extensions["cost"] == told["extensions"]["cost"]["requested"]


def questions(schema: GraphQLSchema) -> Iterator[tuple[str, str, list[str]]]:
    """Each field of the root that takes texts: its name, its variables, and how they are given."""
    assert schema.query_type
    for name, field in schema.query_type.fields.items():
        texts, given = [], []
        for key, argument in field.args.items():
            type_ = get_named_type(argument.type)
            if type_.name in ("String", "ID"):
                texts.append(key)
                listed = str(argument.type).startswith("[")
                given.append(f"{key}: {'[$v]' if listed else '$v'}")
            elif key == "first":
                given.append("first: 1")
            elif isinstance(type_, GraphQLInputObjectType):
                words = [k for k, f in type_.fields.items() if str(f.type).rstrip("!") in ("String", "ID", "[String!]")]
                if words:
                    texts.append(key)
                    given.append(f"{key}: {{{', '.join(f'{word}: $v' for word in words)}}}")
        if texts:
            yield name, ", ".join(given), texts


def test_no_text_of_a_question_reaches_the_database_as_sql(attacked: House, client: httpx.Client) -> None:
    schema = attacked.engine.api.core
    before = tables(attacked)
    tried = 0

    for name, given, _ in questions(schema):
        for words in INJECTIONS:
            answer = asked(client, f"query ($v: String!) {{ {name}({given}) {{ __typename }} }}", v=words).json()
            answered_as_id = asked(client, f"query ($v: ID!) {{ {name}({given}) {{ __typename }} }}", v=words).json()
            for body in (answer, answered_as_id):
                codes = {error["extensions"]["code"] for error in body.get("errors", ())}
                tried += body.get("data") is not None
                assert codes <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "FORBIDDEN"}, (name, body)
                assert "syntax" not in str(body).casefold().replace("syntaxerror", "")

    assert tried >= 16  # the others refuse such words before they ask
    assert tables(attacked) == before


def tables(made: House) -> list[tuple[str, int]]:
    """Each table with how many rows it has."""
    with made.database.read() as sql:
        names = sql.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).scalars().all()
        return [(name, sql.exec_driver_sql(f'SELECT COUNT(*) FROM "{name}"').scalar_one()) for name in names]
