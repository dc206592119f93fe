"""A refresh token that serves once: used by one worker at a time, and the next one is never lost."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import event, text

from kizuna import sdk
from kizuna.access import renewals, secrets
from kizuna.access.master import OLD_VARIABLE
from kizuna.access.renewals import Renewals
from kizuna.access.vault import Vault
from kizuna.errors import AuthError, ConfigError, TransientError
from kizuna.sdk.transport import Transport
from kizuna.storage import connections
from kizuna.storage.database import Database
from kizuna.storage.tables import METADATA
from tests.support.toys import Toy, ToySettings

TOKEN_URL = "https://login.example/token"


class Vendor:
    """Takes each refresh token once; whoever shows a spent one has everything revoked, as the strictest vendors do."""

    def __init__(self) -> None:
        self.generation, self.asked, self.revoked = 1, 0, False
        self.uses: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) != TOKEN_URL:
            self.uses.append(request.headers["authorization"].removeprefix("Bearer "))
            return httpx.Response(200, json={})
        self.asked += 1
        await asyncio.sleep(0.05)  # long enough for a second worker to ask at the same time
        if parse_qs(request.content.decode())["refresh_token"][0] != f"r{self.generation}" or self.revoked:
            self.revoked = True
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.generation += 1
        return httpx.Response(200, json={"access_token": f"a{self.generation}", "refresh_token": f"r{self.generation}"})


class Desk(Toy):
    def auth(self) -> sdk.FetchedToken:
        form = {"grant_type": "refresh_token", "refresh_token": sdk.SecretStr("r1")}
        return sdk.FetchedToken(TOKEN_URL, form, "desk", rotating={"refresh_token": "renewal"})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewals, "PAUSES_S", (0.0,))
    monkeypatch.setattr(renewals, "LOOK_EVERY_S", 0.01)
    monkeypatch.setenv("MASTER", base64.b64encode(bytes(32)).decode())
    monkeypatch.setenv("RENEWAL", "r1")


@pytest.fixture
def vaults(database_url: str) -> Iterator[tuple[Vault, Vault]]:
    """Two workers' vaults over one database with the connection ``desk``; once on SQLite, once on PostgreSQL."""
    databases = Database(database_url), Database(database_url)
    METADATA.create_all(databases[0].engine)
    with databases[0].write() as sql:
        connections.add(sql, "desk", "toy", {}, {"renewal": "env:RENEWAL"}, False, 0)
    yield Vault(databases[0], "env:MASTER"), Vault(databases[1], "env:MASTER")
    for database in databases:
        database.close()


@pytest.fixture
def sqlite_vault(sqlite_url: str) -> Iterator[Vault]:
    """A vault on SQLite that waits half a second for a locked database."""
    database = Database(sqlite_url)
    METADATA.create_all(database.engine)
    event.listen(database.engine, "begin", lambda sql: sql.exec_driver_sql("PRAGMA busy_timeout=500"), insert=True)
    with database.write() as sql:
        connections.add(sql, "desk", "toy", {}, {"renewal": "env:RENEWAL"}, False, 0)
    yield Vault(database, "env:MASTER")
    database.close()


async def ask(vendor: Vendor, vault: Vault) -> None:
    http = httpx.MockTransport(vendor)
    keeper = Renewals(vault, "desk")
    async with Transport(Desk(ToySettings()), http=http, keeper=keeper, paced=False, attempts=1) as line:
        await line.send(sdk.Ask(path="/firms"))


def kept(vault: Vault) -> str:
    with vault.database.read() as sql:
        stored = connections.get(sql, "desk")
    return secrets.resolved(stored.secrets, "desk", vault.opener(stored.id, "desk"))["renewal"].get_secret_value()


def test_two_workers_who_renew_at_once_use_each_token_once(vaults):
    vendor = Vendor()

    async def both() -> None:
        await asyncio.gather(*(ask(vendor, vault) for vault in vaults))

    asyncio.run(both())

    assert (vendor.revoked, sorted(vendor.uses)) == (False, ["a2", "a3"])
    assert [kept(vault) for vault in vaults] == ["r3", "r3"]


def test_a_worker_waits_for_the_turn_of_another_and_takes_it_over_when_it_has_passed(vaults, monkeypatch):
    vendor, (mine, others) = Vendor(), vaults
    monkeypatch.setattr(renewals, "WAIT_TRIES", 2)

    async def dies_in_its_turn() -> None:
        dying = Renewals(others, "desk").turn(["renewal"])
        await dying.__aenter__()
        with pytest.raises(TransientError, match="another worker is renewing its renewal"):
            await ask(vendor, mine)
        with mine.database.write() as sql:
            sql.execute(text("UPDATE data_key SET renewing_until = 1"))
        await ask(vendor, mine)

    asyncio.run(dies_in_its_turn())

    assert (vendor.asked, vendor.uses, kept(mine)) == (1, ["a2"], "r2")


def test_a_turn_taken_for_somebody_who_has_gone_is_given_back(vaults, monkeypatch):
    vendor, (mine, others) = Vendor(), vaults
    taken = Renewals._taken

    def slowly(self: Renewals, *asked: object) -> object:
        time.sleep(0.2)
        return taken(self, *asked)

    monkeypatch.setattr(Renewals, "_taken", slowly)

    async def leaves_while_it_is_taken() -> None:
        leaving = asyncio.ensure_future(Renewals(others, "desk").turn(["renewal"]).__aenter__())
        await asyncio.sleep(0.05)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await ask(vendor, mine)

    monkeypatch.setattr(renewals, "WAIT_TRIES", 2)
    asyncio.run(leaves_while_it_is_taken())

    assert (vendor.uses, kept(mine)) == (["a2"], "r2")


def test_without_a_master_key_the_token_is_not_used_at_all(vaults, monkeypatch):
    vendor = Vendor()
    monkeypatch.delenv("MASTER")

    with pytest.raises(ConfigError) as refused:
        asyncio.run(ask(vendor, vaults[0]))

    assert str(refused.value) == (
        "connection desk: its renewal may be replaced whenever it is used, and the new one is kept in the vault: the vault's "
        "master key is to come from env:MASTER, where there is none; set it (`openssl rand -base64 32` makes one), or say in "
        "the setting vault_key where it is."
    )
    assert vendor.asked == 0


def test_a_master_key_that_vanishes_during_the_renewal_does_no_harm(vaults, monkeypatch):
    class Vanishing(Vendor):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            with suppress(KeyError):
                monkeypatch.delenv("MASTER")
            return await super().__call__(request)

    asyncio.run(ask(Vanishing(), vaults[0]))

    monkeypatch.setenv("MASTER", base64.b64encode(bytes(32)).decode())
    assert kept(vaults[0]) == "r2"


def test_a_master_key_that_is_replaced_during_the_renewal_does_no_harm(vaults, monkeypatch):
    class Rotating(Vendor):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            monkeypatch.setenv("MASTER", base64.b64encode(b"\1" * 32).decode())
            monkeypatch.setenv(OLD_VARIABLE, base64.b64encode(bytes(32)).decode())
            vaults[1].rotate()
            return await super().__call__(request)

    asyncio.run(ask(Rotating(), vaults[0]))

    monkeypatch.delenv(OLD_VARIABLE)
    assert kept(vaults[0]) == "r2"
    assert vaults[0].unkept == {}


def test_what_an_administrator_sets_during_the_renewal_stands(vaults):
    class Meanwhile(Vendor):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            with vaults[1].database.write() as sql:
                vaults[1].put(sql, connections.get(sql, "desk"), {"renewal": SecretStr("set by hand")})
            return await super().__call__(request)

    asyncio.run(ask(Meanwhile(), vaults[0]))

    assert kept(vaults[0]) == "set by hand"


def test_what_a_locked_database_does_not_take_is_held_and_kept_before_anything_is_asked(sqlite_vault):
    locked = sqlite3.connect(sqlite_vault.database.url.database, isolation_level=None)

    class Locking(Vendor):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            if not self.asked:
                locked.execute("BEGIN IMMEDIATE")
            return await super().__call__(request)

    vendor = Locking()
    with pytest.raises(TransientError, match="held in memory and tried again"):
        asyncio.run(ask(vendor, sqlite_vault))
    used_before = list(vendor.uses)
    locked.execute("ROLLBACK")
    locked.close()
    asyncio.run(ask(vendor, sqlite_vault))

    assert (used_before, vendor.uses, vendor.revoked) == ([], ["a3"], False)
    assert kept(sqlite_vault) == "r3"


def test_a_process_keeps_what_it_holds_before_it_ends(sqlite_vault):
    locked = sqlite3.connect(sqlite_vault.database.url.database, isolation_level=None)

    async def renewed() -> None:
        keeper = Renewals(sqlite_vault, "desk")
        async with keeper.turn(["renewal"]):
            locked.execute("BEGIN IMMEDIATE")
            with pytest.raises(TransientError):
                await keeper.keep({"renewal": SecretStr("r2")})

    asyncio.run(renewed())
    locked.execute("ROLLBACK")
    locked.close()

    renewals.keep_all(sqlite_vault)

    assert kept(sqlite_vault) == "r2"


def test_the_loop_goes_on_while_the_database_is_waited_for(sqlite_vault):
    locked = sqlite3.connect(sqlite_vault.database.url.database, isolation_level=None, check_same_thread=False)

    async def released_by_the_loop() -> None:
        keeper = Renewals(sqlite_vault, "desk")
        async with keeper.turn(["renewal"]):
            locked.execute("BEGIN IMMEDIATE")
            keeping = asyncio.ensure_future(keeper.keep({"renewal": SecretStr("r2")}))
            await asyncio.sleep(0)
            locked.execute("ROLLBACK")
            await keeping

    asyncio.run(released_by_the_loop())
    locked.close()

    assert kept(sqlite_vault) == "r2"


def test_a_renewed_secret_outlasts_a_power_cut_on_sqlite(sqlite_vault):
    told: list[str] = []
    event.listen(
        sqlite_vault.database.engine,
        "commit",
        lambda sql: told.append(sql.connection.driver_connection.execute("PRAGMA synchronous").fetchone()[0]),
    )

    async def renewed() -> None:
        keeper = Renewals(sqlite_vault, "desk")
        async with keeper.turn(["renewal"]):
            told.clear()
            await keeper.keep({"renewal": SecretStr("r2")})

    asyncio.run(renewed())

    assert told[0] == 2
    with sqlite_vault.database.engine.connect() as sql:
        assert sql.exec_driver_sql("PRAGMA synchronous").scalar_one() == 1


def test_a_spent_token_asks_for_a_person(vaults):
    vendor = Vendor()
    vendor.generation = 7

    with pytest.raises(AuthError, match="invalid_grant"):
        asyncio.run(ask(vendor, vaults[0]))
