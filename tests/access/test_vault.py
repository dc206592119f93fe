"""The vault: what is sealed opens with its key at its place, and nowhere else."""

from __future__ import annotations

import base64
import copy
import os
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from kizuna.access import master, secrets
from kizuna.access.vault import Vault
from kizuna.errors import ConfigError
from kizuna.storage import connections
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA

VALUE = SecretStr("sk_test_vault")
KEY, NEXT = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@pytest.fixture
def vault(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    """An open vault with the connections ``crm`` and ``billing``; once on SQLite, once on PostgreSQL."""
    monkeypatch.setenv("MASTER", KEY)
    monkeypatch.delenv(master.OLD_VARIABLE, raising=False)
    database = Database(database_url)
    METADATA.create_all(database.engine)
    with database.write() as sql:
        for name in ("crm", "billing"):
            connections.add(sql, name, "toy", {}, {"token": "env:TOKEN"}, False, 0)
    yield Vault(database, "env:MASTER")
    database.close()


def stored(vault: Vault, name: str) -> StoredConnection:
    with vault.database.read() as sql:
        return connections.get(sql, name)


def put(vault: Vault, name: str, **values: str) -> None:
    with vault.database.write() as sql:
        sealed = {setting: SecretStr(value) for setting, value in values.items()}
        vault.put(sql, connections.get(sql, name), sealed)


def opened(vault: Vault, name: str, setting: str = "token") -> str:
    one = stored(vault, name)
    return secrets.resolved(one.secrets, name, vault.opener(one.id, name))[setting].get_secret_value()


def test_what_was_put_in_comes_out_and_the_reference_leads_there(vault):
    put(vault, "crm", token="s3cret", password="パスワード")

    assert (opened(vault, "crm"), opened(vault, "crm", "password")) == ("s3cret", "パスワード")
    assert stored(vault, "crm").secrets == {"token": "vault:token", "password": "vault:password"}


def test_a_secret_put_in_again_replaces_the_first(vault):
    put(vault, "crm", token="before")

    put(vault, "crm", token="after")

    assert opened(vault, "crm") == "after"


@pytest.mark.parametrize(
    "moved",
    [
        "UPDATE sealed_secret SET setting = 'token' WHERE setting = 'password'",
        "UPDATE sealed_secret SET sealed = (SELECT sealed FROM sealed_secret WHERE connection_id = 2) WHERE connection_id = 1",
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE connection_id = 2) WHERE connection_id = 1",
    ],
    ids=["to another setting", "to another connection", "the data key of another connection"],
)
def test_what_was_moved_does_not_open(vault, moved):
    put(vault, "crm", **({"password": "p"} if "password" in moved else {"token": "t"}))
    put(vault, "billing", token="b")
    with vault.database.write() as sql:
        sql.execute(text('UPDATE connection SET secrets = \'{"token": "vault:token"}\''))
        sql.execute(text(moved))

    with pytest.raises(ConfigError, match="connection crm: the secret 'token'"):
        opened(vault, "crm")


def test_the_same_value_is_sealed_differently_each_time(vault):
    put(vault, "crm", token="same", password="same")

    with vault.database.read() as sql:
        sealed = sql.execute(text("SELECT sealed FROM sealed_secret")).scalars().all()
    assert len({bytes(one) for one in sealed}) == 2


def test_a_wrong_key_is_said_in_one_sentence_and_harms_nothing(vault, monkeypatch):
    put(vault, "crm", token="s3cret")
    monkeypatch.setenv("MASTER", NEXT)

    for attempt in (lambda: opened(vault, "crm"), lambda: put(vault, "crm", token="other")):
        with pytest.raises(ConfigError, match="is sealed under the master key"):
            attempt()

    monkeypatch.setenv("MASTER", KEY)
    assert opened(vault, "crm") == "s3cret"


def test_a_rotation_that_was_interrupted_goes_on(vault, monkeypatch):
    put(vault, "crm", token="c")
    put(vault, "billing", token="b")
    with vault.database.read() as sql:
        before = sql.execute(text("SELECT connection_id, sealed FROM sealed_secret ORDER BY 1")).all()
    monkeypatch.setenv("MASTER", NEXT)
    monkeypatch.setenv(master.OLD_VARIABLE, KEY)
    interrupt_after_one(vault, monkeypatch)

    mixed = (opened(vault, "crm"), opened(vault, "billing"))
    done = vault.rotate()
    monkeypatch.delenv(master.OLD_VARIABLE)

    with vault.database.read() as sql:
        after = sql.execute(text("SELECT connection_id, sealed FROM sealed_secret ORDER BY 1")).all()
    assert mixed == ("c", "b") == (opened(vault, "crm"), opened(vault, "billing"))
    assert (done.rewrapped, done.already, done.strange) == (("billing",), ("crm",), ())
    assert [bytes(row.sealed) for row in before] == [bytes(row.sealed) for row in after]


def interrupt_after_one(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotation that dies in the transaction of the second connection."""
    real, calls = os.urandom, []

    def dying(size: int) -> bytes:
        calls.append(size)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(size)

    with monkeypatch.context() as patch:
        patch.setattr(master.os, "urandom", dying)
        with pytest.raises(KeyboardInterrupt):
            vault.rotate()


def test_no_repr_shows_a_key(vault, monkeypatch):
    monkeypatch.setenv(master.OLD_VARIABLE, NEXT)
    ring = master.ring("env:MASTER")

    shown = f"{ring!r} {vault!r} {copy.copy(ring.current)!s}"

    assert not any(word in shown for word in (KEY, NEXT, repr(ring.current.key)))


def test_a_secret_that_is_not_there_is_asked_for(vault):
    one = stored(vault, "crm")

    with pytest.raises(ConfigError, match="set it with `kizuna secrets set crm token`"):
        vault.opener(one.id, "crm")("token")
