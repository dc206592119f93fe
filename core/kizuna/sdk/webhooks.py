"""Webhooks as wake-up hints: whether a delivery is genuine, and which records it tells us to read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from pydantic import SecretStr


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the webhook URL, raw. Header names are in lower case; ``url`` is the public one."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened to a record: read it again. ``event`` is the id by which a repetition is known."""

    stream: str
    id: str
    event: str
    deleted: bool = False


class Webhooks(Protocol):
    """How a vendor's deliveries are verified and read; both are pure."""

    def genuine(self, delivery: Delivery, secrets: Sequence[SecretStr]) -> bool:
        """Whether the signature over the raw body matches one of the active secrets and is fresh."""
        ...

    def hints(self, delivery: Delivery) -> Sequence[Hint]:
        """The records to read again. Raises PayloadError when the body is not what the vendor documents."""
        ...
