"""The master key of the vault: 32 bytes that never stand in the database, told apart by a fingerprint."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from kizuna.access import secrets
from kizuna.errors import ConfigError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
OLD_VARIABLE: Final = "KIZUNA_MASTER_KEY_OLD"


class Sealed(Exception):
    """What was to be opened was sealed under another key or for another place, or was altered."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key and its fingerprint, which tells nothing of the key."""

    key: bytes = field(repr=False)
    id: str

    @classmethod
    def of(cls, text: SecretStr, where: str) -> Self:
        """The key written in base64. Raises ConfigError without repeating it."""
        try:
            key = base64.b64decode(text.get_secret_value().strip().translate(_STANDARD), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise ConfigError(
                f"The master key from {where} is not 32 bytes in base64; make one with `openssl rand -base64 32`."
            )
        return cls(key, hmac.new(key, b"kizuna master key", hashlib.sha256).hexdigest()[:12])


_STANDARD: Final = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Ring:
    """The master key and, while it is being replaced, the one before."""

    current: MasterKey
    old: MasterKey | None = None

    def named(self, master_id: str) -> MasterKey | None:
        """The key of that fingerprint."""
        return next((key for key in (self.current, self.old) if key is not None and key.id == master_id), None)


def ring(reference: str) -> Ring:
    """The keys as the environment has them now. Raises ConfigError when there is none, or one is malformed."""
    try:
        found = secrets.resolved({"master key": reference}, "vault")["master key"]
    except ConfigError as error:
        raise ConfigError(
            f"The vault's master key is to come from {reference}, where there is none; set it (`openssl rand -base64 32` "
            "makes one), or say in the setting vault_key where it is."
        ) from error
    old = os.environ.get(OLD_VARIABLE)
    return Ring(MasterKey.of(found, reference), MasterKey.of(SecretStr(old), OLD_VARIABLE) if old else None)


def new_key() -> bytes:
    """A random key."""
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def lock(key: bytes, value: bytes, place: bytes) -> bytes:
    """The value sealed for that place by AES-256-GCM, its nonce in front."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, place)


def unlock(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """What was sealed for that place. Raises Sealed."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
    except (InvalidTag, ValueError) as error:
        raise Sealed from error
