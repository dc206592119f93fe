"""All systems look at one world: a view each, with references between their records."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kizuna.sandbox.profile import SystemProfile
from kizuna.sandbox.records import CrossReference, Person
from kizuna.sandbox.seeds import share_of, stream_of
from kizuna.sandbox.seeing.accounts import account, account_number, known
from kizuna.sandbox.seeing.dependants import Translation
from kizuna.sandbox.seeing.leads import leads_of
from kizuna.sandbox.seeing.persons import people_of
from kizuna.sandbox.views import SystemView
from kizuna.sandbox.world import TruePerson, World

_STAFF = {
    "crm": ("account_executive", "csm", "finance", "support_agent"),
    "marketing": ("account_executive", "csm", "marketing", "support_agent"),
    "support": ("support_agent", "csm"),
    "billing": (),
}
# The share of tickets, deals and activities each role also holds.
_TICKETS = {"crm": 0.12, "marketing": 0.10, "support": 1.0, "billing": 0.0}
_DEALS = {"crm": 1.0, "marketing": 0.6, "support": 0.0, "billing": 0.0}
_ACTIVITIES = {"crm": 0.65, "marketing": 0.5, "support": 0.0, "billing": 0.0}


def observe(world: World, profiles: Sequence[SystemProfile]) -> dict[str, SystemView]:
    """What each system holds, by its key; the same for the same world and profiles."""
    order = list(profiles)
    copies = known(world, order)
    views = {profile.key: _view(world, profile, copies[profile.key]) for profile in order}
    for profile in order:
        _refer(world, profile, order, views)
    return views


def _view(world: World, profile: SystemProfile, copies: dict[int, int]) -> SystemView:
    view = SystemView(profile)
    _catalogue(world, profile, view)
    for number, count in copies.items():
        company = world.companies[number]
        parent = company.parent
        parent_id = None
        if parent is not None and parent in copies and profile.role in {"crm", "marketing"}:
            parent_id = profile.native_id("account", account_number(parent, 0))
        accounts = [account(world, profile, company, copy, parent_id) for copy in range(count)]
        view.accounts.extend(accounts)
        account_ids = [held.id for held in accounts]
        people = people_of(world, profile, number, account_ids)
        view.people.extend(person for _, person in people)
        _hang(world, view, number, account_ids, people)
    return view


def _catalogue(world: World, profile: SystemProfile, view: SystemView) -> None:
    wanted = _STAFF[profile.role]
    view.staff.extend(
        msgspec.structs.replace(member, id=profile.native_id("staff", member.number))
        for member in world.staff
        if member.role in wanted
    )
    if profile.role == "support":
        return
    view.products.extend(
        msgspec.structs.replace(product, id=profile.native_id("product", product.number)) for product in world.products
    )
    view.prices.extend(
        msgspec.structs.replace(
            price,
            id=profile.native_id("price", price.number),
            product_id=profile.native_id("product", int(price.product_id)),
        )
        for price in world.prices
    )
    if profile.role == "billing":
        view.coupons.extend(
            msgspec.structs.replace(coupon, id=profile.native_id("coupon", coupon.number)) for coupon in world.coupons
        )


def _hang(
    world: World, view: SystemView, company: int, account_ids: list[str], people: list[tuple[TruePerson, Person]]
) -> None:
    """Put what the role owns onto the accounts and people."""
    profile, role = view.profile, view.profile.role
    rng = stream_of(world.seed, profile.key, "dependants", company)
    person_ids: dict[int, str] = {}
    for true, person in people:
        person_ids.setdefault(true.number, person.id)
    translate = Translation(profile, rng, account_ids, person_ids, profile.orphan_rate)
    if role == "billing":
        books = translate.ledger(world.ledger_of(company))
        view.subscriptions.extend(books.subscriptions)
        view.invoices.extend(books.invoices)
        view.charges.extend(books.charges)
        view.refunds.extend(books.refunds)
        view.credit_notes.extend(books.credit_notes)
        return
    share = _TICKETS[role]
    view.tickets.extend(
        translate.ticket(ticket) for ticket in world.tickets_of(company) if share == 1.0 or rng.random() < share
    )
    if role == "support":
        return
    share = _DEALS[role]
    deals = [translate.deal(deal) for deal in world.deals_of(company) if share == 1.0 or rng.random() < share]
    view.deals.extend(deals)
    held = {deal.number for deal in deals}
    for activity in world.activities_of(company):
        if rng.random() < _ACTIVITIES[role]:
            about = activity.deal_id is not None and int(activity.deal_id) in held
            view.activities.append(translate.activity(activity, with_deals=about))
    if role == "crm":
        view.contracts.extend(translate.contract(contract) for contract in world.contracts_of(company))
        view.leads.extend(leads_of(world, profile, company, account_ids, person_ids, deals))


def _refer(world: World, profile: SystemProfile, profiles: list[SystemProfile], views: dict[str, SystemView]) -> None:
    """Write other systems' ids onto this system's records."""
    targets = [
        (other, rate)
        for other in profiles
        for role, rate in profile.references.items()
        if other.role == role and other is not profile
    ]
    if not targets:
        return
    view = views[profile.key]
    for other, rate in targets:
        accounts, people = _first_accounts(views[other.key]), _first_people(views[other.key])
        for place, held in enumerate(view.accounts):
            target = accounts.get(held.company)
            if target is not None and share_of(world.seed, profile.key, other.key, "quotes", held.number) < rate:
                reference = CrossReference(other.key, target)
                view.accounts[place] = msgspec.structs.replace(held, references=(*held.references, reference))
        for place, contact in enumerate(view.people):
            target = people.get((contact.person, contact.number // 4))
            if (
                target is not None
                and share_of(world.seed, profile.key, other.key, "cites", contact.number) < rate * 0.8
            ):
                reference = CrossReference(other.key, target)
                view.people[place] = msgspec.structs.replace(contact, references=(*contact.references, reference))


def _first_accounts(view: SystemView) -> dict[str, str]:
    found: dict[str, str] = {}
    for held in view.accounts:
        found.setdefault(held.company, held.id)
    return found


def _first_people(view: SystemView) -> dict[tuple[str, int], str]:
    """The first record of each person in each job."""
    found: dict[tuple[str, int], str] = {}
    for contact in view.people:
        found.setdefault((contact.person, contact.number // 4), contact.id)
    return found
