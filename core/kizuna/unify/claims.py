"""From a record's fact to its claims: which attributes it speaks on, in words that can be compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kizuna.identity import normalise
from kizuna.unify.survivorship import Claim

Said = Mapping[Any, Any]
Ranks = Mapping[str, Mapping[str, int]]
"""Connector key → attribute → rank; ``*`` stands for every attribute it does not name."""

DEFAULT_RANK = 50

_ACCOUNT_WORDS = (
    "name",
    "phone",
    "industry",
    "employees",
    "street",
    "city",
    "state",
    "postal_code",
    "country",
    "corporate_number",
    "category",
    "lifecycle_stage",
)
_PERSON_WORDS = ("name", "given_name", "family_name", "title", "department", "role", "country", "language")


def account_claims(said: Said, ranks: Ranks) -> Iterator[Claim]:
    """Everything an account record claims of its customer."""
    make = _maker(said, ranks)
    yield from (make(word, said[word]) for word in _ACCOUNT_WORDS if _told(said[word]))
    hosts = [host for text in json.loads(said["domains"]) for host in normalise.domains_in(text)]
    addresses = [address for text in json.loads(said["emails"]) for address in normalise.emails_in(text)]
    yield from (make("domain", host, n) for n, host in enumerate(_once(hosts)))
    yield from (make("email", address, n) for n, address in enumerate(_once(addresses)))
    if said["annual_revenue_minor"] is not None:
        yield make("annual_revenue", f"{said['annual_revenue_minor']} {said['annual_revenue_currency']}")
    if said["owner_rid"] is not None:
        yield make("owner", said["owner_rid"])
    if said["parent_rid"] is not None:
        yield make("parent", said["parent_rid"])


def person_claims(said: Said, ranks: Ranks) -> Iterator[Claim]:
    """Everything a person record claims of its person."""
    make = _maker(said, ranks)
    yield from (make(word, said[word]) for word in _PERSON_WORDS if _told(said[word]))
    addresses = [address for text in json.loads(said["emails"]) for address in normalise.emails_in(text)]
    yield from (make("email", address, n) for n, address in enumerate(_once(addresses)))
    yield from (make("phone", phone, n) for n, phone in enumerate(_once(json.loads(said["phones"]))))
    yield make("active", "true" if said["active"] else "false")


def custom_claim(said: Said, ranks: Ranks) -> Claim:
    """What one record says in a custom field; the attribute is ``custom:`` and its name, so that none is taken for another."""
    return _maker(said, ranks)(f"custom:{said['name']}", said["value"])


def _maker(said: Said, ranks: Ranks) -> Callable[..., Claim]:
    system = said["plugin"]
    trusted = ranks.get(system, {})
    observed_at = said["updated_at"] if said["updated_at"] is not None else said["version"]

    def make(attribute: str, value: Any, n: int = 0) -> Claim:
        rank = trusted.get(attribute, trusted.get("*", DEFAULT_RANK))
        return Claim(
            attribute=attribute,
            value=str(value),
            system=system,
            rid=said["rid"],
            n=n,
            rank=rank,
            observed_at=observed_at,
        )

    return make


def _told(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))
