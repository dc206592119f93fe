"""Customer → Account, and Person where Stripe knows the individual's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from kizuna import sdk
from kizuna_stripe.mapping import tax_ids
from kizuna_stripe.mapping.amounts import code
from kizuna_stripe.mapping.discounts import customer_discount
from kizuna_stripe.mapping.times import at
from kizuna_stripe.payloads import Address, Customer, Discount

_SYSTEM_ID = re.compile(r"([a-z][a-z0-9_]*)_id", re.IGNORECASE)

# `salesforce_account_id` is Salesforce's id of the account; `account_id` alone names no system.
_ACCOUNT_WORDS = frozenset("account client company customer org organisation organization tenant".split())

# Ids of other things than accounts, whatever the system: `hubspot_deal_id`, `user_id`.
_OTHER_THINGS = frozenset(
    "affiliate app campaign cart charge contact contract deal employee external group internal invoice lead legacy "
    "member merchant order owner parent payment person plan price product profile project quote record referral seller "
    "session site store subscription team ticket transaction user vendor visitor workspace".split()
)


def customer(payload: Customer) -> Iterator[sdk.Said]:
    """The account that is billed; its name is the business's where Stripe has one, else the customer's.

    A deleted customer says nothing any more.
    """
    if payload.deleted:
        return
    emails = tuple(filter(None, [sdk.text(payload.email)]))
    address = payload.address or Address()
    yield sdk.Account(
        name=sdk.text(payload.business_name) or sdk.text(payload.name),
        account_kind=sdk.AccountKind.COMPANY,
        emails=emails,
        phone=sdk.text(payload.phone),
        street=_street(address),
        city=sdk.text(address.city),
        state=sdk.text(address.state),
        postal_code=sdk.text(address.postal_code),
        country=sdk.text(address.country),
        corporate_number=tax_ids.corporate_number(payload.tax_ids.data if payload.tax_ids else ()),
        description=sdk.text(payload.description),
        currency=code(payload.currency),
        created_at=at(payload.created),
        cross_references=cross_references(payload.metadata or {}),
    )
    individual = sdk.text(payload.individual_name)
    if individual:
        yield sdk.Person(
            name=individual,
            emails=emails,
            phones=tuple(filter(None, [sdk.text(payload.phone)])),
            account=sdk.Ref("customers", payload.id),
            language=next(iter(payload.preferred_locales or ()), None),
            created_at=at(payload.created),
        )
    if isinstance(payload.discount, Discount):
        yield from customer_discount(payload.discount, payload.id)


def cross_references(metadata: Mapping[str, Any]) -> tuple[sdk.CrossRef, ...]:
    """The ids in other systems that metadata keys such as ``salesforce_id`` or ``hubspot_company_id`` name."""
    named = ((_system(key), value) for key, value in metadata.items())
    found = ((system, sdk.text(value)) for system, value in named if system and isinstance(value, str))
    return tuple(sdk.CrossRef(system, source_id) for system, source_id in found if source_id)


@lru_cache(maxsize=4096)  # one account's customers have the same few keys
def _system(key: str) -> str | None:
    """The system of whose accounts a metadata key gives the id, if it does."""
    matched = _SYSTEM_ID.fullmatch(key.strip())
    if matched is None:
        return None
    words = matched.group(1).lower().split("_")
    if words[-1] in _ACCOUNT_WORDS:
        words.pop()
    return None if not words or words[-1] in _OTHER_THINGS else "_".join(words)


def _street(address: Address) -> str | None:
    lines = (sdk.text(address.line1), sdk.text(address.line2))
    return ", ".join(line for line in lines if line) or None
