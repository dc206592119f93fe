"""The vault: secrets of connections, sealed in the database.

Each connection has a data key; it seals the connection's secrets, and is itself wrapped under the master key, which comes
from the environment or a file. What is sealed is bound to its connection and setting: moved elsewhere it does not open.
A database that is copied or restored without the master key holds no secret that can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr
from sqlalchemy import Connection

from kizuna import clock
from kizuna.access import master
from kizuna.access.master import MasterKey, Ring, Sealed
from kizuna.errors import ConfigError
from kizuna.storage import connections
from kizuna.storage import secrets as kept
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.storage.secrets import WrappedKey

Opener = Callable[[str], SecretStr]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to: connections re-wrapped, already under the new key, and under a key that is not there."""

    rewrapped: tuple[str, ...]
    already: tuple[str, ...]
    strange: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unkept:
    """Renewed secrets on their way into the vault, whose turn it is, and what they replace: references and sealed bytes."""

    values: Mapping[str, SecretStr]
    holder: str
    replaces: Mapping[str, tuple[str | None, bytes | None]] = field(repr=False)
    ring: Ring = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vault:
    """The vault of one database; ``key_reference`` says where the master key is, which is looked for when it is needed."""

    database: Database
    key_reference: str
    unkept: dict[str, Unkept] = field(default_factory=dict, repr=False, compare=False)
    """Connection → what the vendor renewed and the database could not take yet."""

    def put(
        self, sql: Connection, stored: StoredConnection, values: Mapping[str, SecretStr], ring: Ring | None = None
    ) -> None:
        """The secrets sealed, and the connection's references led to them. Raises ConfigError, and nothing is changed."""
        self.seal(sql, stored, values, ring)
        # As it is now that the data key is held: others may have been faster.
        standing = connections.get(sql, stored.name)
        references = {**standing.secrets, **{setting: f"vault:{setting}" for setting in values}}
        connections.configure(sql, stored.id, standing.settings, references, micros(clock.now()))

    def seal(
        self, sql: Connection, stored: StoredConnection, values: Mapping[str, SecretStr], ring: Ring | None = None
    ) -> None:
        """The secrets sealed under their names, for whoever refers to them. Raises ConfigError, and nothing is changed."""
        now = micros(clock.now())
        data_key = self.data_key(sql, ring or master.ring(self.key_reference), stored, now)
        for setting, value in values.items():
            plain = value.get_secret_value().encode()
            kept.keep_sealed(sql, stored.id, setting, master.lock(data_key, plain, _secret_at(stored.id, setting)), now)

    def opener(self, connection_id: int, name: str) -> Opener:
        """What opens a secret of that connection by its setting. It raises ConfigError in one sentence."""

        def opened(setting: str) -> SecretStr:
            where = f"connection {name}: the secret {setting!r}"
            with self.database.read() as sql:
                wrapped, sealed = kept.data_key(sql, connection_id), kept.sealed(sql, connection_id, setting)
            if wrapped is None or sealed is None:
                raise ConfigError(f"{where} is not in the vault; set it with `kizuna secrets set {name} {setting}`.")
            data_key = _unwrapped(master.ring(self.key_reference), wrapped, where)
            try:
                return SecretStr(master.unlock(data_key, sealed, _secret_at(connection_id, setting)).decode())
            except Sealed as error:
                raise ConfigError(
                    f"{where} was altered in the database or moved there from elsewhere; set it anew with "
                    f"`kizuna secrets set {name} {setting}`."
                ) from error

        return opened

    def require_key(self) -> None:
        """Raises ConfigError when there is no master key to seal with."""
        master.ring(self.key_reference)

    def rotate(self) -> Rotated:
        """Every data key wrapped under the current master key, each in a transaction of its own: it may be interrupted."""
        ring = master.ring(self.key_reference)
        with self.database.read() as sql:
            names = {one.id: one.name for one in connections.all_of(sql)}
            waiting = [key.connection_id for key in kept.data_keys(sql)]
        told: dict[str, list[str]] = {"rewrapped": [], "already": [], "strange": []}
        for connection_id in waiting:
            with self.database.write() as sql:
                told[_rewrap(sql, ring, connection_id)].append(names.get(connection_id, f"#{connection_id}"))
        return Rotated(tuple(told["rewrapped"]), tuple(told["already"]), tuple(told["strange"]))

    def data_key(self, sql: Connection, ring: Ring, stored: StoredConnection, at: int) -> bytes:
        """The connection's data key, made when it has none. Raises ConfigError when the ring does not open it."""
        wrapped = kept.data_key(sql, stored.id, held=True)
        if wrapped is None:
            wrapped = kept.keep_data_key(sql, _wrapped(ring.current, stored.id, master.new_key()), at)
        return _unwrapped(ring, wrapped, f"connection {stored.name}: its data key")


def _rewrap(sql: Connection, ring: Ring, connection_id: int) -> str:
    """What became of a data key: ``rewrapped``, ``already`` right, or ``strange``."""
    wrapped = kept.data_key(sql, connection_id, held=True)
    if wrapped is None or wrapped.master_id == ring.current.id:
        return "already"
    try:
        data_key = _unwrapped(ring, wrapped, "")
    except ConfigError:
        return "strange"
    kept.rewrap(sql, _wrapped(ring.current, connection_id, data_key), micros(clock.now()))
    return "rewrapped"


def _wrapped(key: MasterKey, connection_id: int, data_key: bytes) -> WrappedKey:
    return WrappedKey(connection_id, key.id, master.lock(key.key, data_key, _key_at(connection_id)))


def _unwrapped(ring: Ring, wrapped: WrappedKey, where: str) -> bytes:
    key = ring.named(wrapped.master_id)
    if key is None:
        raise ConfigError(
            f"{where} is sealed under the master key {wrapped.master_id}, and the one given is {ring.current.id}; give that "
            f"key (in {master.OLD_VARIABLE} while it is being replaced)."
        )
    try:
        return master.unlock(key.key, wrapped.wrapped, _key_at(wrapped.connection_id))
    except Sealed as error:
        raise ConfigError(
            f"{where} cannot be opened: the data key of the connection was altered in the database; restore it from a "
            "backup, or remove it with `kizuna secrets remove` and set the secrets anew."
        ) from error


def _key_at(connection_id: int) -> bytes:
    return f"kizuna data key of connection {connection_id}".encode()


def _secret_at(connection_id: int, setting: str) -> bytes:
    return f"kizuna secret of connection {connection_id}: {setting}".encode()
