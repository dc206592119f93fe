"""What four systems see of one world: gaps, slips, duplicates and references that hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

import pytest

from kizuna.sandbox import SystemView, World, observe
from kizuna.sandbox.words.work import FREE_MAIL, SITE_HOSTS
from tests.sandbox.toys import plain_profile

NOT_THEIR_OWN = {host for hosts in FREE_MAIL.values() for host in hosts.split()} | set(SITE_HOSTS.split())


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=7, companies=1000)


@pytest.fixture(scope="module")
def views(world: World) -> dict[str, SystemView]:
    return observe(
        world,
        [
            plain_profile("rolodex", "crm"),
            plain_profile("mailer", "marketing"),
            plain_profile("desk", "support"),
            plain_profile("till", "billing"),
        ],
    )


@pytest.mark.parametrize(("system", "share"), [("rolodex", 0.85), ("mailer", 0.80), ("desk", 0.55), ("till", 0.60)])
def test_each_system_knows_its_share_of_the_companies(views: dict[str, SystemView], system: str, share: float) -> None:
    known = len({account.company for account in views[system].accounts}) / 1000

    assert abs(known - share) < 0.06


def test_every_company_is_known_somewhere(world: World, views: dict[str, SystemView]) -> None:
    known = {account.company for view in views.values() for account in view.accounts}

    assert known == {company.id for company in world.companies}


@pytest.mark.parametrize("system", ["rolodex", "mailer", "desk", "till"])
def test_a_few_companies_are_held_twice_by_one_system(views: dict[str, SystemView], system: str) -> None:
    held = Counter(account.company for account in views[system].accounts)
    twice = sum(1 for count in held.values() if count == 2)

    assert 0.02 < twice / len(held) < 0.12
    assert max(held.values()) == 2


@pytest.mark.parametrize("system", ["rolodex", "mailer", "desk", "till"])
def test_ids_are_unique_within_a_kind(views: dict[str, SystemView], system: str) -> None:
    ids = Counter((type(record).__name__, record.id) for record in views[system].records())

    assert [key for key, count in ids.items() if count > 1] == []


@pytest.mark.parametrize(("system", "share"), [("mailer", 0.40), ("desk", 0.30), ("till", 0.35)])
def test_references_point_to_records_of_the_same_company_and_exist(
    views: dict[str, SystemView], system: str, share: float
) -> None:
    targets = {account.id: account.company for account in views["rolodex"].accounts}
    referring = [(account, reference) for account in views[system].accounts for reference in account.references]

    wrong = [account.id for account, reference in referring if targets.get(reference.id) != account.company]

    assert wrong == []
    assert abs(len(referring) / len(views[system].accounts) - share * 0.88) < 0.08


def test_references_between_people_name_the_same_person(views: dict[str, SystemView]) -> None:
    targets = {person.id: person.person for person in views["rolodex"].people}
    referring = [(person, reference) for person in views["mailer"].people for reference in person.references]

    assert referring
    assert all(targets[reference.id] == person.person for person, reference in referring)


@pytest.mark.parametrize("system", ["rolodex", "mailer", "desk", "till"])
def test_what_a_record_refers_to_is_in_the_same_view(views: dict[str, SystemView], system: str) -> None:
    view = views[system]
    held = {
        "account_id": {account.id for account in view.accounts},
        "parent_id": {account.id for account in view.accounts},
        "person_id": {person.id for person in view.people},
        "owner_id": {member.id for member in view.staff},
        "staff_id": {member.id for member in view.staff},
        "deal_id": {deal.id for deal in view.deals},
        "product_id": {product.id for product in view.products},
        "price_id": {price.id for price in view.prices},
        "coupon_id": {coupon.id for coupon in view.coupons},
        "subscription_id": {subscription.id for subscription in view.subscriptions},
        "invoice_id": {invoice.id for invoice in view.invoices},
        "charge_id": {charge.id for charge in view.charges},
        "converted_account_id": {account.id for account in view.accounts},
        "converted_person_id": {person.id for person in view.people},
        "latest_invoice_id": {invoice.id for invoice in view.invoices},
    }

    def dangling(record: object) -> list[str]:
        named = [(field, getattr(record, field, None)) for field in held]
        return [
            f"{record!r:.60} {field}" for field, target in named if target is not None and target not in held[field]
        ]

    found = [text for record in view.records() for text in dangling(record)]
    nested = [text for whole in (*view.deals, *view.invoices) for line in whole.lines for text in dangling(line)] + [
        text for ticket in view.tickets for comment in ticket.comments for text in dangling(comment)
    ]

    assert (found, nested) == ([], [])


def test_names_differ_between_systems_but_mostly_agree(world: World, views: dict[str, SystemView]) -> None:
    true = {company.id: company.name for company in world.companies}
    agreeing = {
        key: sum(1 for held in view.accounts if held.name == true[held.company]) / len(view.accounts)
        for key, view in views.items()
    }

    assert all(0.45 < share < 0.9 for share in agreeing.values())


def test_billing_is_sometimes_opened_in_a_persons_name(world: World, views: dict[str, SystemView]) -> None:
    people = {person.name for person in world.people.values()}
    personal = [account for account in views["till"].accounts if account.name in people]

    assert 0.05 < len(personal) / len(views["till"].accounts) < 0.3
    assert any(account.kind == "person" for account in personal)


def test_placeholders_and_domains_turn_up_in_the_name_field() -> None:
    world = World(seed=7, companies=1500, richness=0.1)
    names = [account.name for account in observe(world, [plain_profile("rolodex", "crm")])["rolodex"].accounts]

    assert any(name in {"test", "n/a", "0000", "テスト", "-", "unknown", "TBD", "未設定"} for name in names)
    assert any("." in name and " " not in name and name.islower() for name in names)


def test_most_true_pairs_can_be_proved_and_a_shared_domain_alone_is_often_wrong(views: dict[str, SystemView]) -> None:
    records = [(key, account) for key, view in views.items() for account in view.accounts]
    keys = [
        exact_keys(views[system], system, position)
        for system in views
        for position in range(len(views[system].accounts))
    ]
    holders: dict[str, set[str]] = defaultdict(set)
    for (_, account), own in zip(records, keys, strict=True):
        for key in own:
            holders[key].add(account.company)
    by_company: dict[str, list[set[str]]] = defaultdict(list)
    for (_, account), own in zip(records, keys, strict=True):
        by_company[account.company].append({key for key in own if len(holders[key]) == 1})

    pairs = [bool(one & other) for group in by_company.values() for one, other in combinations(group, 2)]
    ambiguous = [key for key, companies in holders.items() if len(companies) > 1]

    assert 0.6 < sum(pairs) / len(pairs) < 0.95
    assert len(ambiguous) > 20


def exact_keys(view: SystemView, system: str, position: int) -> set[str]:
    """What proves who an account is: its own id, ids it quotes, its domain, addresses, corporate number."""
    account = view.accounts[position]
    emails = {account.email} - {None}
    domains = {account.domain, *(email.split("@")[1] for email in emails if email)} - {None} - NOT_THEIR_OWN
    return {
        f"{system}:{account.id}",
        *(f"{reference.system}:{reference.id}" for reference in account.references),
        *(f"domain:{domain}" for domain in domains),
        *(f"mail:{email}" for email in emails),
        *([f"number:{account.corporate_number}"] if account.corporate_number else []),
    }
