"""Events of other accounts than the one that is read: never followed, and told of once for each account of the feed's.

Deliveries of them are counted at the door. What tells of those in the feed is a record that the engine sets aside, under the account's name, with the reason that stands here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kizuna import sdk

MARK = "account "
"""Begins the id of what is told of an account: no id of Stripe's has a space."""


def account_of(account: str | None, context: str | None) -> str | None:
    """The account where an event happened, None where it names none.

    A context may lead through an organisation to the account, which stands at its end.
    Source: https://docs.stripe.com/context (read 2026-05).
    """
    return account or (context or "").rpartition("/")[2] or None


def foreign(happened_in: str | None, read: str | None) -> bool:
    """Whether an event that happened in one account is about nothing of the account that is read."""
    return happened_in is not None and happened_in != read


def named(account: str) -> str:
    """The id under which that account is told of."""
    return MARK + account


def told(name: str, events: int) -> sdk.Record:
    """What is to be set aside under that id; ``events`` is how many the feed showed in this pass."""
    return sdk.Record(raw=msgspec.json.encode({"id": name, "events": events}))


def own_id(record: Any) -> str:
    """The object's id. Raises PayloadError for what is told of another account."""
    found = str(record.id)
    if found.startswith(MARK):
        raise sdk.PayloadError(
            f"stripe: events of {found.removeprefix(MARK)} arrive here and are not followed; make a connection whose setting "
            "account names it, or take it off this endpoint"
        )
    return found
