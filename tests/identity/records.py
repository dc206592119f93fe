"""Accounts and people of four imaginary systems, as short as a test needs them."""

from __future__ import annotations

from itertools import count
from typing import Any

from kizuna.identity.profile import AccountProfile, PersonProfile, account_profile, person_profile

CRM, MARKETING, DESK, BILLING = 1, 2, 3, 4
SYSTEMS = {CRM: "crm", MARKETING: "marketing", DESK: "desk", BILLING: "billing"}
BILLING_TRAITS = ("name_may_be_person", "email_domain_is_own")

_numbers = count(1)


def account(source: int, name: str | None = None, **values: Any) -> AccountProfile:
    """An account of the system with the next free record id."""
    rid = values.pop("rid", None) or next(_numbers)
    traits = BILLING_TRAITS if source == BILLING else ()
    system = SYSTEMS[source]
    return account_profile(
        rid=rid, source=source, system=system, source_id=f"{system}-{rid}", name=name, traits=traits, **values
    )


def person(source: int, name: str | None = None, **values: Any) -> PersonProfile:
    """A person of the system with the next free record id."""
    rid = values.pop("rid", None) or next(_numbers)
    system = SYSTEMS[source]
    return person_profile(rid=rid, source=source, system=system, source_id=f"{system}-{rid}", name=name, **values)
