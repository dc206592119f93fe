"""Salesforce ids: 15 case-sensitive characters, or 18 with a suffix that makes them safe to fold."""

from __future__ import annotations

from kizuna import sdk

_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

STREAM_OF_PREFIX = {
    "001": "Account",
    "003": "Contact",
    "00Q": "Lead",
    "006": "Opportunity",
    "00k": "OpportunityLineItem",
    "01t": "Product2",
    "500": "Case",
    "00T": "Task",
    "00U": "Event",
    "005": "User",
    "800": "Contract",
    "801": "Order",
    "802": "OrderItem",
    "02i": "Asset",
    "02s": "EmailMessage",
    "00a": "CaseComment",
    "00K": "OpportunityContactRole",
    "008": "OpportunityHistory",
    "01J": "OpportunityStage",
    "07k": "AccountContactRelation",
    "012": "RecordType",
}
"""The first three characters of an id name its object; only objects that are streams here are listed."""


def full_id(value: str) -> str:
    """The 18-character form of an id; anything that has not 15 characters is given back as it is.

    The suffix holds one letter for each five characters: bit k is set where character k is an upper-case letter.
    """
    if len(value) != 15:
        return value
    chunks = (value[start : start + 5] for start in (0, 5, 10))
    return value + "".join(
        _SUFFIX[sum(1 << place for place, char in enumerate(chunk) if "A" <= char <= "Z")] for chunk in chunks
    )


def ref(stream: str, value: str | None) -> sdk.Ref | None:
    """A reference to a record of ``stream``, None without an id."""
    return sdk.Ref(stream, full_id(value)) if value else None


def ref_of_kind(value: str | None, *streams: str) -> sdk.Ref | None:
    """A reference from a polymorphic field (owner, who, what), None when its prefix means none of ``streams``."""
    if not value:
        return None
    stream = STREAM_OF_PREFIX.get(value[:3])
    return sdk.Ref(stream, full_id(value)) if stream in streams and stream is not None else None


def staff(owner_id: str | None) -> sdk.Ref | None:
    """The user who owns a record, None when a queue owns it."""
    return ref_of_kind(owner_id, "User")
