"""Webhooks as wake-up hints: whether a delivery is genuine, and which records it tells us to read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

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
    """Something happened to a record: read it again. ``event`` is the id by which a repetition is known.

    ``deleted``: it is gone, or the reason (``sdk.ERASED``) where the vendor tells one.

    ``at`` is when it happened by the vendor's clock, where the delivery says so. ``parent`` is the id of the record it hangs
    on, where it can be read only by way of that.
    """

    stream: str
    id: str
    event: str
    deleted: bool | str = False
    at: datetime | None = None
    parent: str | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that tells a vendor its delivery was taken. ``status`` is one of the two hundreds."""

    content_type: str
    body: bytes
    status: int = 200


class WebhookSetup(msgspec.Struct, frozen=True, kw_only=True):
    """What a person enters at the vendor.

    ``events`` are the vendor's own names of what to subscribe to, ``where`` is the place to enter them, ``proof`` says in a
    sentence where the secret comes from. ``ending`` stands behind the URL, for vendors that prove themselves by it.
    """

    events: tuple[str, ...]
    where: str
    proof: str
    ending: str = ""


class Webhooks(Protocol):
    """How a vendor's deliveries are verified and read; both are pure.

    One that has :class:`Replying`'s method too says what the vendor is answered, one with :class:`Explained`'s what a
    person enters there.
    """

    def genuine(self, delivery: Delivery, secrets: Sequence[SecretStr]) -> bool:
        """Whether the signature over the raw body matches one of the active secrets and is fresh."""
        ...

    def hints(self, delivery: Delivery) -> Sequence[Hint]:
        """The records to read again. Raises PayloadError when the body is not what the vendor documents."""
        ...


@runtime_checkable
class Replying(Protocol):
    """Webhooks of a vendor that takes no status for an answer."""

    def reply(self, delivery: Delivery) -> Reply | None:
        """What answers a delivery that was kept, a repetition too; None when the status is enough. Pure."""
        ...


@runtime_checkable
class Explained(Protocol):
    """Webhooks that say how they are set up at the vendor."""

    def setup(self) -> WebhookSetup:
        """What to enter there. Pure."""
        ...


@runtime_checkable
class Placed(Protocol):
    """Webhooks of a vendor whose deliveries may concern accounts that this connection does not read."""

    def elsewhere(self, delivery: Delivery) -> str | None:
        """Which one a delivery concerns, in the vendor's own word, where it is not the one that is read; else None. Pure.

        Nothing is read for such a delivery: it is counted, and listed with that word.
        """
        ...
