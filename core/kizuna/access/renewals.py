"""Secrets that a vendor replaces when they are used: used by one worker at a time, and the new ones never lost.

A refresh token that rotates serves once; a vendor who sees it a second time may revoke all that came of it. So a worker
takes the connection's turn in the database before it uses the token, and reads the one that stands then: another worker,
in whatever process, may have renewed it meanwhile. What the vendor gives is held in memory until the database has it on
disk, and nothing that came with it is used before.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kizuna import clock, log
from kizuna.access import master, secrets
from kizuna.access.vault import Unkept, Vault
from kizuna.errors import ConfigError, KizunaError, TransientError, UnknownName
from kizuna.storage import connections
from kizuna.storage import secrets as kept
from kizuna.storage.connections import StoredConnection
from kizuna.storage.instants import micros

TURN_US = 180_000_000
"""After that a turn has passed: its worker died. A token request takes a minute at most."""
WAIT_TRIES = 120
LOOK_EVERY_S = 0.25
PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Between tries to keep what was renewed; a locked database is waited for in each try besides."""
_log = log.named(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to renew, what stood when it was taken, and the master key that will seal what is renewed."""

    connection_id: int
    holder: str
    standing: Mapping[str, tuple[str | None, bytes | None]] = field(repr=False)
    ring: master.Ring = field(repr=False)
    values: dict[str, SecretStr] = field(default_factory=dict)


@dataclass(slots=True)
class Renewals:
    """The renewals of one connection's secrets, as the line to its vendor asks for them: a `kizuna.sdk.auth.Keeper`."""

    vault: Vault
    name: str
    _turn: Turn | None = None

    @asynccontextmanager
    async def turn(self, settings: Collection[str]) -> AsyncIterator[Mapping[str, SecretStr]]:
        """The right to renew these secrets, with what is kept of them now.

        Raises ConfigError when there is no master key to keep new ones with, TransientError while another worker renews.
        """
        turn = await self._mine(frozenset(settings))
        self._turn = turn
        try:
            yield turn.values
        finally:
            self._turn = None
            if self.name not in self.vault.unkept:
                await asyncio.shield(asyncio.to_thread(self._end, turn))

    async def keep(self, values: Mapping[str, SecretStr]) -> None:
        """The renewed secrets are on disk. Raises TransientError when they are not: they are held, and kept later."""
        turn = self._turn
        assert turn is not None, "secrets are renewed within a turn"
        self.vault.unkept[self.name] = Unkept(values, turn.holder, turn.standing, turn.ring)
        for pause_s in PAUSES_S:
            try:
                await asyncio.to_thread(kept_now, self.vault, self.name)
                return
            except TransientError as error:
                _log.warning(str(error), connection=self.name)
                await asyncio.sleep(pause_s)
        await asyncio.to_thread(kept_now, self.vault, self.name)

    async def _mine(self, settings: frozenset[str]) -> Turn:
        holder = uuid.uuid4().hex
        for _ in range(WAIT_TRIES):
            turn = await self._taking(settings, holder)
            if turn is not None:
                return turn
            await asyncio.sleep(LOOK_EVERY_S)
        raise TransientError(
            f"connection {self.name}: another worker is renewing its {_listed(settings)}; it is tried again, and when that "
            "worker is gone its turn passes after three minutes."
        )

    async def _taking(self, settings: frozenset[str], holder: str) -> Turn | None:
        """The turn, None while it is another's. A turn that was taken for somebody who has gone meanwhile is given back."""
        taking = asyncio.ensure_future(asyncio.to_thread(self._taken, settings, holder))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            turn = await taking
            if turn is not None:
                await asyncio.to_thread(self._end, turn)
            raise

    def _taken(self, settings: frozenset[str], holder: str) -> Turn | None:
        """The turn, None while it is another's."""
        kept_now(self.vault, self.name)
        ring = self._ring(settings)
        with self.vault.database.write() as sql:
            stored = connections.get(sql, self.name)
            self.vault.data_key(sql, ring, stored, micros(clock.now()))
            if not kept.take_turn(sql, stored.id, holder, TURN_US):
                return None
            standing = _standing(sql, connections.get(sql, self.name), settings)  # not before the turn is ours
        turn = Turn(stored.id, holder, standing, ring)
        references = {setting: place for setting, (place, _) in standing.items() if place is not None}
        try:
            opener = self.vault.opener(stored.id, self.name)
            turn.values.update(secrets.resolved(references, self.name, opener))
        except ConfigError:
            self._end(turn)
            raise
        return turn

    def _ring(self, settings: frozenset[str]) -> master.Ring:
        try:
            return master.ring(self.vault.key_reference)
        except ConfigError as error:
            why = str(error)
            raise ConfigError(
                f"connection {self.name}: its {_listed(settings)} may be replaced whenever it is used, and the new one is kept "
                f"in the vault: {why[0].lower()}{why[1:]}"
            ) from error

    def _end(self, turn: Turn) -> None:
        try:
            with self.vault.database.write() as sql:
                kept.end_turn(sql, turn.connection_id, turn.holder)
        except SQLAlchemyError as error:
            _log.warning(f"a turn to renew passes by itself ({type(error).__name__})", connection=self.name)


def kept_now(vault: Vault, name: str) -> None:
    """What was renewed for the connection, if anything is held, is on disk, and the turn is over.

    What somebody set anew meanwhile stands, and the renewed is forgotten. Raises TransientError when the database cannot
    take it now: it is still held.
    """
    unkept = vault.unkept.get(name)
    if unkept is None:
        return
    try:
        with vault.database.write(durable=True) as sql:
            stored = connections.get(sql, name)
            kept.data_key(sql, stored.id, held=True)  # nobody sets a secret between the look and the writing
            if _standing(sql, connections.get(sql, name), unkept.replaces) == unkept.replaces:
                _put(vault, sql, stored, unkept)
            kept.end_turn(sql, stored.id, unkept.holder)
    except UnknownName:
        _log.warning("a secret was renewed for a connection that is no longer there", connection=name)
    except SQLAlchemyError as error:
        raise TransientError(
            f"connection {name}: the vendor renewed its {_listed(unkept.values)}, which the database does not take now "
            f"({type(error).__name__}); it is held in memory and tried again, so keep this process until it is kept."
        ) from error
    vault.unkept.pop(name, None)


def _put(vault: Vault, sql: Connection, stored: StoredConnection, unkept: Unkept) -> None:
    """Under the master key that was there when the turn was taken, else under the one that has replaced it."""
    try:
        vault.put(sql, stored, unkept.values, unkept.ring)
    except ConfigError:
        vault.put(sql, stored, unkept.values, master.ring(vault.key_reference))


def keep_all(vault: Vault) -> None:
    """The last try before a process ends; what cannot be kept is told in the log, by name."""
    for name in list(vault.unkept):
        try:
            kept_now(vault, name)
        except KizunaError as error:
            _log.error("a renewed secret is lost; authorise the connection anew", error, connection=name)


def _standing(
    sql: Connection, stored: StoredConnection, settings: Collection[str]
) -> dict[str, tuple[str | None, bytes | None]]:
    """Setting → the reference that stands in the connection, and the sealed bytes where it leads to the vault."""
    found: dict[str, tuple[str | None, bytes | None]] = {}
    for setting in settings:
        place = stored.secrets.get(setting)
        kind, _, at = (place or "").partition(":")
        found[setting] = (place, kept.sealed(sql, stored.id, at) if kind == "vault" else None)
    return found


def _listed(settings: Collection[str]) -> str:
    return ", ".join(sorted(settings))
