"""Documents that callers name by their hash: sent once, added by an operator, and in trusted mode these alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from kizuna.cli.commands import root
from kizuna.config import GraphQLLimits, Settings
from kizuna.storage import documents
from tests.graphql.house import House
from tests.web.wire import served, token

QUERY = "query Names($n: Int!) { customers(first: $n) { nodes { name } } }"
ID = f"sha256:{hashlib.sha256(QUERY.encode()).hexdigest()}"
NAMED = {"customers": {"nodes": [{"name": "Momiji"}]}}
TRUSTING = replace(Settings(), graphql=GraphQLLimits(documents="trusted"))


def sent(client: httpx.Client, **body: object) -> httpx.Response:
    return client.post("/graphql", json={"variables": {"n": 1}, **body})


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["extensions"]["code"]


def test_a_document_that_was_sent_once_with_its_id_is_named_by_it_from_then_on_in_every_process(made: House) -> None:
    with served(made) as one:
        unknown = code(sent(one, documentId=ID))
        first = sent(one, documentId=ID, query=QUERY).json()["data"]
    with served(made) as other:
        posted = sent(other, documentId=ID).json()["data"]
        got = other.get("/graphql", params={"documentId": ID, "variables": '{"n": 1}'}).json()["data"]

    assert unknown == (404, "DOCUMENT_NOT_FOUND")
    assert first == posted == got == NAMED


@pytest.mark.parametrize("named", ["sha256:" + "0" * 64, "sha256:x", ID.upper(), ID[7:], ""])
def test_a_name_that_is_not_the_documents_is_refused(made: House, named: str) -> None:
    with served(made) as client:
        refused = code(sent(client, documentId=named, query=QUERY))

    assert refused == (400, "BAD_REQUEST")
    assert kept(made) == []


def test_only_what_was_answered_is_kept(made: House) -> None:
    wrong = "{ nobody }"

    with served(made, Settings(mode="production")) as client:
        sent(client, documentId=ID, query=QUERY)
        client.headers["authorization"] = f"Bearer {token(made)}"
        sent(client, documentId=f"sha256:{hashlib.sha256(wrong.encode()).hexdigest()}", query=wrong)

    assert kept(made) == []


def test_of_what_callers_send_the_newest_are_kept(small_memory: House) -> None:
    with served(small_memory, small_memory.settings) as client:
        for number in range(4):
            query = f"{{ a{number}: schemaVersion }}"
            sent(client, documentId=f"sha256:{hashlib.sha256(query.encode()).hexdigest()}", query=query)

    assert kept(small_memory) == ["{ a2: schemaVersion }", "{ a3: schemaVersion }"]


@pytest.fixture
def small_memory(made: House) -> House:
    return made.configured(graphql__max_sent_documents=2)


def kept(made: House) -> list[str]:
    """The documents that are kept, once whatever was under way is written."""
    with made.database.read() as sql:
        return list(sql.execute(text("SELECT document FROM api_document ORDER BY added_at")).scalars())


def test_in_trusted_mode_only_what_an_operator_added_is_answered(stamped: House, tmp_path: Path) -> None:
    command(stamped, "add", str(written(tmp_path, QUERY)))
    other = "{ schemaVersion }"

    with served(stamped, TRUSTING) as client:
        by_id = sent(client, documentId=ID).json()["data"]
        by_text = sent(client, query=QUERY).json()["data"]
        refused = code(sent(client, query=other))
        with_id = code(sent(client, query=other, documentId=f"sha256:{documents.sha256_of(other)}"))
        unknown = code(sent(client, documentId=f"sha256:{documents.sha256_of(other)}"))
        got = client.get("/graphql", params={"query": other})

    assert by_id == by_text == NAMED
    assert refused == with_id == unknown == code(got) == (403, "DOCUMENT_NOT_TRUSTED")


def test_what_a_caller_sent_before_is_not_trusted(made: House) -> None:
    with served(made) as open_to_all:
        sent(open_to_all, documentId=ID, query=QUERY)

    with served(made, TRUSTING) as client:
        refused = code(sent(client, documentId=ID))

    assert refused == (403, "DOCUMENT_NOT_TRUSTED")


def test_a_document_that_was_removed_is_not_answered_for_long(stamped: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with stamped.database.write() as sql:
        documents.trust(sql, QUERY, "names.graphql", 1)
    monkeypatch.setattr("kizuna.web.persisted.KNOWN_S", 0.0)

    with served(stamped, TRUSTING) as client:
        before = sent(client, documentId=ID).status_code
        command(stamped, "remove", ID)
        after = sent(client, documentId=ID).status_code

    assert (before, after) == (200, 403)


def written(folder: Path, document: str, name: str = "names.graphql") -> Path:
    file = folder / name
    file.write_text(document)
    return file


def command(made: House, *arguments: str) -> Result:
    url = made.database.url.render_as_string(hide_password=False)
    return CliRunner().invoke(root, ["documents", *arguments, "--database", url])


@pytest.fixture
def stamped(made: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house that commands take for one that was migrated."""
    monkeypatch.setattr("kizuna.storage.schema.require", lambda _: None)
    return made


def test_documents_are_added_listed_and_removed(stamped: House, tmp_path: Path) -> None:
    written(tmp_path, f'{{"{ID[7:]}": "{QUERY}"}}', "persisted.json")

    added = command(stamped, "add", str(tmp_path / "persisted.json"))
    listed = command(stamped, "list", "--json")
    removed = command(stamped, "remove", ID)
    again = command(stamped, "remove", ID)

    assert added.output.splitlines()[-1] == f"{ID}  persisted.json {ID[7:15]}"
    assert f'"id": "{ID}"' in listed.output
    assert removed.exit_code == 0
    assert again.exit_code != 0
    with stamped.database.read() as sql:
        actions = sql.execute(text("SELECT action FROM audit_entry ORDER BY seq")).scalars().all()
    assert actions[-2:] == ["document.add", "document.remove"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.graphql", "{ nobody }", "Cannot query field 'nobody'"),
        ("a.graphql", "{", "Syntax Error"),
        ("a.graphql", "{ " + "schemaVersion " * 600 + "}", "at most 500"),
        ("a.json", "[]", "hashes and documents"),
        ("a.json", '{"0": "{ schemaVersion }"}', "not the SHA-256"),
        ("a.json", "{", "neither text"),
    ],
)
def test_what_would_never_be_answered_is_not_added(
    stamped: House, tmp_path: Path, name: str, content: str, reason: str
) -> None:
    good = written(tmp_path, QUERY)

    refused = command(stamped, "add", str(good), str(written(tmp_path, content, name)))

    assert reason in str(refused.exception)
    assert kept(stamped) == []


def test_all_of_it_holds_on_postgresql(postgres_url: str) -> None:
    from tests.graphql.house import house

    with house(postgres_url) as one:
        with served(one) as client:
            unknown = code(sent(client, documentId=ID))
            sent(client, documentId=ID, query=QUERY)
        with served(one) as client:
            answered = sent(client, documentId=ID).json()["data"]

    assert unknown == (404, "DOCUMENT_NOT_FOUND")
    assert answered == {"customers": {"nodes": []}}
