"""Who asks again with the tag of an answer is told in a word that nothing has changed, and never when something has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kizuna.config import Settings
from kizuna.graphql import Engine
from tests.graphql.conftest import DATABASES
from tests.graphql.house import Counted, House, house
from tests.graphql.systems import record
from tests.web.wire import served, token

QUERY = "query ($n: Int! = 5) { customers(first: $n) { nodes { name } } }"


@pytest.fixture(params=DATABASES)
def either(request: pytest.FixtureRequest) -> Iterator[House]:
    """A house with one firm, on either database."""
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    with house(url) as one:
        firm(one, "a1", "Momiji")
        yield one


def firm(made: House, key: str, name: str) -> None:
    made.tell("crm", "accounts", record(key, {"kind": "account", "name": name, "domains": [f"{key}.example"]}))


def got(client: httpx.Client, tag: str | None = None, query: str = QUERY, **headers: str) -> httpx.Response:
    shown = {"if-none-match": tag} if tag else {}
    return client.get("/graphql", params={"query": query}, headers=shown | headers)


def kept(client: httpx.Client, **headers: str) -> tuple[httpx.Response, httpx.Response]:
    """An answer, and that to who asks with its tag; PostgreSQL counts what other databases of the server write, too."""
    for _ in range(100):
        first = got(client, **headers)
        again = got(client, first.headers["etag"], **headers)
        if again.status_code == 304:
            break
    return first, again


def names(response: httpx.Response) -> list[str]:
    return [node["name"] for node in response.json()["data"]["customers"]["nodes"]]


def test_an_answer_that_still_stands_is_not_sent_again(either: House) -> None:
    with served(either) as client:
        first, again = kept(client)

    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Authorization, Accept"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_whatever_is_written_makes_another_answer_of_it(either: House) -> None:
    with served(either) as client:
        before = got(client)
        firm(either, "a2", "Sakura")
        after = got(client, before.headers["etag"])
        with either.database.write() as sql:
            sql.exec_driver_sql("UPDATE connection SET state = 'disabled' WHERE name = 'crm'")
        once_more = got(client, after.headers["etag"])

    assert names(after) == ["Momiji", "Sakura"]
    assert once_more.status_code == 200


def test_what_is_written_while_an_answer_is_made_is_not_missed(either: House, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Engine.answer

    def slow(self: Engine, *arguments: Any) -> Any:
        response = answer(self, *arguments)
        monkeypatch.undo()
        firm(either, "a2", "Sakura")
        return response

    with served(either) as client:
        monkeypatch.setattr(Engine, "answer", slow)
        before = got(client)
        after = got(client, before.headers["etag"])

    assert names(before) == ["Momiji"]
    assert names(after) == ["Momiji", "Sakura"]


def test_a_tag_is_good_for_the_same_caller_and_the_same_question_only(
    made: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.web.callers.Callers.note_use", lambda *_: None)
    one, other = ({"authorization": f"Bearer {token(made)}"} for _ in range(2))

    with served(made) as client:
        tag = got(client, **one).headers["etag"]
        same = [got(client, tag, **one), got(client, f'"x", {tag.removeprefix("W/")}', **one)]
        different = [
            got(client, tag),
            got(client, tag, **other),
            got(client, tag, QUERY + " ", **one),
            got(client, tag, accept="application/graphql-response+json", **one),
            got(client, "*", **one),
            client.get("/graphql", params={"query": QUERY, "variables": '{"n": 1}'}, headers={"if-none-match": tag}),
        ]

    assert [response.status_code for response in same] == [304] * 2
    assert [response.status_code for response in different] == [200] * 6


def test_who_may_no_longer_ask_is_refused_whatever_they_have_kept(made: House) -> None:
    with served(made, Settings(mode="production")) as client:
        secret = {"authorization": f"Bearer {token(made)}"}
        tag = got(client, **secret).headers["etag"]
        with made.database.write() as sql:
            sql.exec_driver_sql("UPDATE api_token SET revoked_at = 1")
        refused = got(client, tag, **secret)

    assert refused.status_code == 401


def test_only_whole_answers_to_get_may_be_kept(made: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(made) as client:
        posted = client.post("/graphql", json={"query": QUERY})
        invalid = got(client, query="{ nobody }")
        with monkeypatch.context() as broken:
            broken.setattr("kizuna.graphql.query.customer_id", lambda *_: 1 / 0)
            partial = got(client, query='{ customer(id: "x") { id } schemaVersion }')

    for response in (posted, invalid, partial):
        assert "etag" not in response.headers
        assert response.headers["cache-control"] == "no-store"


def test_an_answer_that_still_stands_asks_the_tables_nothing(made: House) -> None:
    with served(made) as client:
        tag = kept(client)[0].headers["etag"]
        with Counted(made.database) as counted:
            got(client, tag)

    assert len(counted) == 0


def test_every_process_knows_the_tags_of_the_others_on_postgresql(postgres_url: str) -> None:
    with house(postgres_url) as one, served(one) as client, served(one) as other:
        for _ in range(100):
            again = got(other, got(client).headers["etag"])
            if again.status_code == 304:
                break

    assert again.status_code == 304
