"""What was authorised and not captured: Stripe may have made a refund of it, which gives nothing back.

A capture of a part, or the end of an authorisation, made a refund (counted in ``amount_refunded``) until the version
called basil and makes none since. Nothing in a charge says which of the two was so: its refunds tell.
Source: https://docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow
(read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kizuna_stripe.pages import Rest
from kizuna_stripe.payment_payloads import Charge, Refund, RefundedCharge, RefundOf


class _Captured(msgspec.Struct):
    id: str
    amount: int | None = None
    amount_captured: int | None = None
    amount_refunded: int | None = None
    captured: bool | None = None


_CAPTURED = msgspec.json.Decoder(_Captured)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class RefundsOf(Rest):
    """The refunds of a charge, which Stripe shows only when asked for, where its release may be counted among them."""

    def needed(self, raw: bytes | msgspec.Raw) -> str | None:
        """The charge's id when as much was refunded as was not captured, or more."""
        try:
            found = _CAPTURED.decode(raw)
        except msgspec.DecodeError:
            return None  # the engine sets the record aside
        uncaptured = released_amount(found)
        return found.id if uncaptured and (found.amount_refunded or 0) >= uncaptured else None

    def cut(self, _raw: bytes | msgspec.Raw) -> bool:
        """Never: a charge without its refunds is a charge all the same."""
        return False

    def joined(self, raw: bytes, entries: Sequence[msgspec.Raw]) -> bytes:
        """The charge with its refunds in it."""
        fields = _FIELDS.decode(raw)
        fields["refunds"] = msgspec.Raw(msgspec.json.encode({"data": entries, "has_more": False}))
        return msgspec.json.encode(fields)


REFUNDS = RefundsOf("refunds", "/v1/refunds", (("charge", "{id}"),))


def captured_whole(raw: msgspec.Raw) -> bool:
    """Whether an event shows all of the charge: not where its refunds must be seen."""
    return REFUNDS.needed(raw) is None


def released_amount(charge: Charge | RefundedCharge | _Captured) -> int:
    """Minor units that were authorised and not captured, of a charge that was captured; else 0."""
    if not charge.captured or charge.amount is None or charge.amount_captured is None:
        return 0
    return max(0, charge.amount - charge.amount_captured)


def release_of(charge: Charge | RefundedCharge) -> RefundOf | None:
    """The refund that released what was not captured: the first of just that amount, as it is made with the capture."""
    uncaptured, refunds = released_amount(charge), charge.refunds
    if not uncaptured or refunds is None or refunds.has_more:
        return None
    alike = [one for one in refunds.data if one.amount == uncaptured and one.status == "succeeded"]
    return min(alike, key=lambda one: one.created or 0, default=None)


def moved(charge: Charge) -> tuple[int | None, int | None]:
    """Minor units that were taken, and of these what was given back; of an authorisation its amount.

    Where the refunds are not known, only more refunded than captured proves that the release is counted there.
    """
    uncaptured, refunded = released_amount(charge), charge.amount_refunded
    if not uncaptured:
        return charge.amount, refunded
    captured = charge.amount_captured
    if refunded is None or captured is None:
        return captured, refunded
    counted = release_of(charge) is not None or refunded > captured
    return captured, max(0, refunded - uncaptured) if counted else refunded


def only_releases(refund: Refund) -> bool:
    """Whether the refund ends an authorisation, of which no money had been taken."""
    if refund.reason == "expired_uncaptured_charge":
        return True
    if not isinstance(refund.charge, RefundedCharge):
        return False
    release = release_of(refund.charge)
    return refund.charge.captured is False or (release is not None and release.id == refund.id)
