"""API tokens: shown once, kept as a digest, good for what they say and as long as they say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from kizuna import clock
from kizuna.access import tokens
from kizuna.errors import ConfigError
from kizuna.storage import tokens as stored
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    METADATA.create_all(made.engine)
    yield made
    made.close()


def test_a_token_is_known_by_whom_it_stands_for(database: Database) -> None:
    with database.write() as sql:
        made = tokens.create(sql, "reports", ("read", "write"))

    with database.read() as sql:
        holder = tokens.holder(sql, made.get_secret_value())

    assert holder is not None
    assert holder.name == "reports"
    assert holder.scopes == {"read", "write"}
    assert made.get_secret_value().startswith(f"kz_{holder.token_id}_")
    assert len(made.get_secret_value().split("_")[2]) == 64


def test_nothing_that_is_kept_opens_anything(database: Database) -> None:
    with database.write() as sql:
        secret = tokens.create(sql, "reports").get_secret_value().split("_")[2]

    with database.read() as sql:
        kept = str(
            [
                list(row)
                for table in ("api_token", "kizuna_state")
                for row in sql.execute(text(f"SELECT * FROM {table}"))
            ]
        )

    assert secret not in kept


def test_a_token_is_not_shown_by_accident(database: Database) -> None:
    with database.write() as sql:
        made = tokens.create(sql, "reports")

    assert "kz_" not in f"{made!r} {made}"


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: t + "0",
        lambda t: t.upper(),
        lambda t: t.split("_", 1)[1],
        lambda t: "",
        lambda t: "kz__",
        lambda t: t.replace("_", "-"),
    ],
)
def test_a_token_that_is_a_little_different_is_none(database: Database, change: object) -> None:
    with database.write() as sql:
        made = tokens.create(sql, "reports").get_secret_value()

    with database.read() as sql:
        assert tokens.holder(sql, change(made)) is None  # type: ignore[operator]


def test_one_tokens_secret_does_not_fit_another(database: Database) -> None:
    with database.write() as sql:
        one, two = (tokens.create(sql, name).get_secret_value().split("_") for name in ("a", "b"))

    with database.read() as sql:
        assert tokens.holder(sql, f"kz_{one[1]}_{two[2]}") is None


def test_a_token_ends_when_it_says_or_when_it_is_taken_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    with database.write() as sql:
        brief = tokens.create(sql, "brief", expires_at=now + timedelta(hours=1)).get_secret_value()
        ended = tokens.create(sql, "ended", expires_at=now).get_secret_value()
        taken = tokens.create(sql, "taken").get_secret_value()
        first = stored.revoke(sql, taken.split("_")[1], 5)
        again = stored.revoke(sql, taken.split("_")[1], 6)

    with database.read() as sql:
        standing = [tokens.holder(sql, one) is not None for one in (brief, ended, taken)]

    assert standing == [True, False, False]
    assert (first, again) == (True, False)


@pytest.mark.parametrize("scopes", [(), ("root",), ("read", "everything")])
def test_only_known_scopes_are_given(database: Database, scopes: tuple[str, ...]) -> None:
    with database.write() as sql, pytest.raises(ConfigError, match="read, write, admin"):
        tokens.create(sql, "x", scopes)


def test_the_pepper_is_made_once(database: Database) -> None:
    with database.write() as sql:
        first = stored.keep_pepper(sql, "one")
        second = stored.keep_pepper(sql, "two")

    assert (first, second) == ("one", "one")


def test_a_token_reads_what_its_role_may_and_what_it_was_given_besides(database: Database) -> None:
    with database.write() as sql:
        plain = tokens.create(sql, "all")
        desk = tokens.create(sql, "desk", role="support")
        more = tokens.create(sql, "more", role="support", labels=["finance"])

    with database.read() as sql:
        may = [tokens.holder(sql, one.get_secret_value()) for one in (plain, desk, more)]

    assert [sorted(one.labels) for one in may if one] == [
        ["finance", "pii", "secret", "support"],
        ["pii", "support"],
        ["finance", "pii", "support"],
    ]
    assert [one.role for one in may if one] == ["everything", "support", "support"]


def test_a_role_that_is_not_known_reads_nothing_that_is_labelled(database: Database) -> None:
    with database.write() as sql:
        made = tokens.create(sql, "desk", role="support")
        sql.execute(text("UPDATE api_token SET role = 'of a later version'"))

    with database.read() as sql:
        holder = tokens.holder(sql, made.get_secret_value())

    assert holder is not None
    assert holder.labels == frozenset()


@pytest.mark.parametrize(
    ("role", "labels", "told"),
    [("suport", [], "did you mean 'support'"), ("support", ["money"], "finance, support, pii, secret")],
)
def test_only_known_roles_and_labels_are_given(database: Database, role: str, labels: list[str], told: str) -> None:
    with database.write() as sql, pytest.raises(ConfigError, match=told):
        tokens.create(sql, "x", role=role, labels=labels)
