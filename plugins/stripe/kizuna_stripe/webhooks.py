"""Stripe's webhooks: the signature over the raw body, and the objects to read again.

Source: https://docs.stripe.com/webhooks#verify-manually (read 2026-05).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kizuna import sdk
from kizuna_stripe.elsewhere import foreign
from kizuna_stripe.events import FEEDS, LEDGER_FEEDS, Event, Feed, delivered, subjects

TOLERANCE_S = 300


@dataclass(frozen=True, slots=True)
class StripeWebhooks:
    """Verifies ``Stripe-Signature`` and turns an event into hints, about the ledger too where that is read.

    ``account`` is the connected account that is read, ``live`` whether the key is one of the live mode (None: it does not
    say): an event of another account or of the other mode is about objects that this connection does not read. Such an
    event is counted, with the account's name, and nothing is read for it.
    """

    ledger: bool = False
    account: str | None = None
    live: bool | None = None

    def genuine(self, delivery: sdk.Delivery, secrets: Sequence[sdk.SecretStr]) -> bool:
        """Whether one ``v1`` signature matches one of the secrets and was made within 300 seconds of now.

        During the rotation of a secret Stripe signs with both, hence several ``v1``; other schemes (``v0``) prove nothing.
        """
        signed_at, signatures = _parts(delivery.headers.get("stripe-signature", ""))
        # A time to come is refused too: whoever got hold of such a delivery could send it again until then.
        if signed_at is None or abs(delivery.received_at.timestamp() - signed_at) > TOLERANCE_S:
            return False
        signed = f"{signed_at}.".encode() + delivery.body
        expected = [hmac.digest(_key(secret), signed, "sha256").hex().encode() for secret in secrets]
        return any(hmac.compare_digest(good, given) for good in expected for given in signatures)

    def hints(self, delivery: sdk.Delivery) -> Sequence[sdk.Hint]:
        """The objects to read again; empty for an event about something that is not read."""
        event = _event(delivery)
        if self._elsewhere(event) is not None:
            return ()
        at = sdk.epoch(event.created) if event.created else None
        return [
            sdk.Hint(stream=subject.collection, id=subject.id, event=event.id, deleted=subject.deleted, at=at)
            for subject in subjects(event, self.feeds())
        ]

    def elsewhere(self, delivery: sdk.Delivery) -> str | None:
        """The other account an event happened in, or the mode where that is the other one."""
        return self._elsewhere(_event(delivery))

    def setup(self) -> sdk.WebhookSetup:
        """An endpoint with these events; its secret is shown once it is made."""
        return sdk.WebhookSetup(
            events=tuple(sorted({name for feed in self.feeds() for name in feed.types})),
            where="Developers → Webhooks → Add destination",
            proof="Take the signing secret (whsec_…) that Stripe shows for the endpoint.",
        )

    def _elsewhere(self, event: Event) -> str | None:
        happened_in = event.happened_in()
        if happened_in is not None and foreign(happened_in, self.account):
            return happened_in
        if None not in (event.livemode, self.live) and event.livemode != self.live:
            return "live mode" if event.livemode else "test mode"  # that mode's endpoint is another one
        return None

    def feeds(self) -> tuple[Feed, ...]:
        """What events are read of."""
        return (*FEEDS, *LEDGER_FEEDS) if self.ledger else FEEDS


def _event(delivery: sdk.Delivery) -> Event:
    """The event. Raises PayloadError where the body is none."""
    try:
        return delivered(delivery.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PayloadError("stripe: the delivery is no event; check that the URL belongs to Stripe") from error


def _parts(header: str) -> tuple[int | None, list[bytes]]:
    """The time of signing and the ``v1`` signatures."""
    signed_at: int | None = None
    signatures: list[bytes] = []
    for element in header.split(","):
        name, _, value = element.strip().partition("=")
        if name == "t" and value.isascii() and value.isdigit():
            signed_at = int(value)
        elif name == "v1":
            signatures.append(value.encode())
    return signed_at, signatures


def _key(secret: sdk.SecretStr) -> bytes:
    return secret.get_secret_value().encode()
