"""No customer is two companies: the sandbox's worlds, seen by four systems and resolved in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from random import Random

import msgspec
import pytest

from kizuna.identity.answering import Look, Vector
from kizuna.identity.batch import candidates, resolve
from kizuna.identity.keys import stats_of
from kizuna.identity.profile import AccountProfile, PersonProfile, account_profile, person_profile
from kizuna.identity.rules import evidence
from kizuna.identity.training import Observed, looks, vector_of
from kizuna.sandbox import World, usual_profile
from kizuna.sandbox.seeing import observe

ROLES = ("crm", "marketing", "support", "billing")


class Seen:
    """What four usual systems hold of a world, as identity sees it, and whom each record truly is."""

    def __init__(self, seed: int, companies: int) -> None:
        self.accounts: list[AccountProfile] = []
        self.people: list[PersonProfile] = []
        self.truth: dict[int, str] = {}
        self.accounts_of: dict[int, int] = {}  # person → the account it is at
        usual = [usual_profile(role, role, lambda kind, number, key=role: f"{key}-{kind}-{number}") for role in ROLES]
        for source, (system, view) in enumerate(observe(World(seed=seed, companies=companies), usual).items()):
            self._take(source, system, view)

    def _take(self, source, system, view) -> None:
        addresses = defaultdict(list)
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
        for held in view.accounts:
            billing = system == "billing"
            self.accounts.append(
                account_profile(
                    rid=self._rid(held.company),
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
                    traits={"email_domain_is_own"} | ({"name_may_be_person"} if billing else set()),
                    country=held.address.country,
                    is_person=held.kind == "person" and not billing,
                )
            )
        rids = {account.own[1]: account.rid for account in self.accounts if account.source == source}
        self.accounts_of |= {rid: rids[account] for rid, account in at.items() if account in rids}

    def _rid(self, true_id: str) -> int:
        rid = len(self.truth) + 1
        self.truth[rid] = true_id
        return rid


def customers_of(seen: Seen, clusters: Iterable[tuple[int, ...]]) -> list[PersonProfile]:
    """The people, each at the customer that their account belongs to."""
    home = {rid: f"cus_{members[0]}" for members in clusters for rid in members}
    at = {rid: {home[account]} for rid, account in seen.accounts_of.items()}
    return [msgspec.structs.replace(one, customers=frozenset(at.get(one.rid, ()))) for one in seen.people]


def observed(profiles: list[AccountProfile] | list[PersonProfile]) -> Observed:
    """What training sees of a world that is held in memory."""
    by_rid = {profile.rid: profile for profile in profiles}
    stats, drawn = stats_of(profiles), Random(1)
    pairs: Counter[Look] = Counter()
    for a, b in sorted(candidates(profiles)):
        pairs[looks(by_rid[a], by_rid[b], stats)] += 1

    def pick(groups: list[list[int]]) -> Counter[Vector]:
        several = [group for group in groups if len(group) > 1]
        twos = [drawn.sample(drawn.choice(several), 2) for _ in range(5_000 if several else 0)]
        return Counter(vector_of(evidence(by_rid[a], by_rid[b], stats)) for a, b in twos)

    at: dict[str, list[int]] = defaultdict(list)
    for profile in profiles:
        for customer in getattr(profile, "customers", ()):
            at[customer].append(profile.rid)
    sources = Counter(profile.source for profile in profiles)
    return Observed(pairs, pick([sorted(by_rid)]), pick(list(at.values())), {}, max(sources.values()))


def mixed(clusters: Iterable[tuple[int, ...]], truth: dict[int, str]) -> list[tuple[int, ...]]:
    return [members for members in clusters if len({truth[rid] for rid in members}) > 1]


def recall(clusters: Iterable[tuple[int, ...]], truth: dict[int, str], rids: Iterable[int]) -> float:
    found = sum(
        count * (count - 1) for members in clusters for count in Counter(truth[rid] for rid in members).values()
    )
    return found / sum(count * (count - 1) for count in Counter(truth[rid] for rid in rids).values())


@pytest.mark.parametrize("seed", [1, 7, 11, 12, 13])
def test_no_customer_and_no_person_is_two_in_a_small_world(seed: int) -> None:
    seen = Seen(seed, companies=150)

    customers = resolve(seen.accounts).clusters
    people = resolve(customers_of(seen, customers)).clusters

    assert mixed(customers, seen.truth) == mixed(people, seen.truth) == []
    assert recall(customers, seen.truth, (account.rid for account in seen.accounts)) >= 0.82
    assert recall(people, seen.truth, (person.rid for person in seen.people)) >= 0.80


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 7, 11, 12, 13, 22, 23, 24, 25, 26])
def test_no_customer_is_two_companies_in_a_world_of_two_thousand(seed: int) -> None:
    seen = Seen(seed, companies=2_000)

    customers = resolve(seen.accounts).clusters
    people = resolve(customers_of(seen, customers)).clusters

    assert mixed(customers, seen.truth) == mixed(people, seen.truth) == []
    assert recall(customers, seen.truth, (account.rid for account in seen.accounts)) >= 0.86
    assert recall(people, seen.truth, (person.rid for person in seen.people)) >= 0.86
