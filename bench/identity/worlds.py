"""Worlds of the sandbox's own generator as four usual systems see them, with the words they are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from bench.identity.records import RecordSet
from bench.identity.vocabulary import spoken
from kizuna.identity.mailboxes import domain_of
from kizuna.identity.profile import (
    EMAIL_DOMAIN_IS_OWN,
    NAME_MAY_BE_PERSON,
    AccountProfile,
    PersonProfile,
    account_profile,
    person_profile,
)
from kizuna.sandbox import World, usual_profile
from kizuna.sandbox.seeing import observe

ROLES = ("crm", "marketing", "support", "billing")


class Seen:
    """What four usual systems hold of a world, and whom each record truly is."""

    def __init__(self, seed: int, companies: int, words: str = "usual") -> None:
        self.name = f"world {seed}" + ("" if words == "usual" else f", {words} words")
        self.accounts: list[AccountProfile] = []
        self.people: list[PersonProfile] = []
        self.truth: dict[int, str] = {}
        self.account_of: dict[int, int] = {}  # person → the account that a system files them under
        usual = [usual_profile(role, role, lambda kind, number, key=role: f"{key}-{kind}-{number}") for role in ROLES]
        with spoken(words):
            for source, (system, view) in enumerate(observe(World(seed=seed, companies=companies), usual).items()):
                self._take(source, system, view)

    def _take(self, source: int, system: str, view: Any) -> None:
        addresses: dict[str, list[str | None]] = defaultdict(list)
        at: dict[int, str | None] = {}
        for contact in view.people:
            addresses[contact.account_id] += [contact.email, *contact.other_emails]
            rid = self._rid(contact.person)
            at[rid] = contact.account_id
            self.people.append(
                person_profile(
                    rid=rid,
                    source=source,
                    system=system,
                    source_id=contact.id,
                    name=contact.name,
                    given_name=contact.given,
                    family_name=contact.family,
                    emails=(contact.email, *contact.other_emails),
                    phones=(contact.phone, contact.mobile),
                    cross_references=[(reference.system, reference.id) for reference in contact.references],
                )
            )
        rids: dict[str, int] = {}
        for held in view.accounts:
            billing = system == "billing"
            rids[held.id] = self._rid(held.company)
            self.accounts.append(
                account_profile(
                    rid=rids[held.id],
                    source=source,
                    system=system,
                    source_id=held.id,
                    name=held.name,
                    domains=(held.domain, held.website, *held.other_domains),
                    emails=(held.email,),
                    contact_emails=addresses[held.id],
                    phones=(held.phone,),
                    street=held.address.street,
                    city=held.address.city,
                    postal_code=held.address.postcode,
                    corporate_number=held.corporate_number or held.vat_number,
                    cross_references=[(reference.system, reference.id) for reference in held.references],
                    traits={EMAIL_DOMAIN_IS_OWN} | ({NAME_MAY_BE_PERSON} if billing else set()),
                    country=held.address.country,
                    is_person=held.kind == "person" and not billing,
                )
            )
        self.account_of |= {rid: rids[account] for rid, account in at.items() if account in rids}

    def _rid(self, true_id: str) -> int:
        rid = len(self.truth) + 1
        self.truth[rid] = true_id
        return rid

    def account_set(self) -> RecordSet:
        """The accounts, and for peers what our normalisers make of them."""
        columns = {
            "name": "name",
            "domain": "exact",
            "email": "exact",
            "phone": "exact",
            "place": "exact",
            "number": "exact",
        }
        rows = {
            one.rid: {
                "name": one.name.core if one.name else None,
                "domain": _first(one.domains or one.email_domains or one.contact_domains),
                "email": _first(one.emails or one.contacts),
                "phone": _first(one.phones),
                "place": _first(one.places),
                "number": one.corporate_number,
            }
            for one in self.accounts
        }
        goal = "auto: precision .998, recall .90, mixed 0"
        return RecordSet(
            f"{self.name}: accounts", "account", self.accounts, self._true(self.accounts), columns, rows, goal=goal
        )

    def people_set(self, customers: Iterable[Collection[int]]) -> RecordSet:
        """The people, each at the customer that their account belongs to."""
        home = {rid: f"cus_{min(members)}" for members in customers for rid in members}
        at = {rid: home[account] for rid, account in self.account_of.items()}
        people = [
            msgspec.structs.replace(one, customers=frozenset({at[one.rid]} if one.rid in at else ()))
            for one in self.people
        ]
        columns = {"name": "name", "email": "email", "domain": "exact", "phone": "exact", "customer": "exact"}
        rows = {
            one.rid: {
                "name": " ".join(sorted(one.name.words)) if one.name else None,
                "email": _first(one.emails),
                "domain": next((domain_of(address) for address in sorted(one.emails)), None),
                "phone": _first(one.phones),
                "customer": _first(one.customers),
            }
            for one in people
        }
        goal = "precision .995, F1 .98"
        return RecordSet(f"{self.name}: people", "person", people, self._true(people), columns, rows, goal=goal)

    def _true(self, profiles: Iterable[AccountProfile | PersonProfile]) -> dict[int, str]:
        return {one.rid: self.truth[one.rid] for one in profiles}


def _first(values: Iterable[str]) -> str | None:
    return min(values, default=None)
