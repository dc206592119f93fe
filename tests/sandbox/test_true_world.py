"""The world behind the sandboxes: the same for one seed, credible in its proportions, full of known traps."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import phonenumbers
import pytest

from kizuna.errors import ConfigError
from kizuna.sandbox import World
from kizuna.sandbox.world.registry import corporate_number

FINGERPRINT = """
import hashlib, msgspec, sys
from kizuna.sandbox import World, observe, usual_profile
world = World(seed=11, companies=80)
profiles = [usual_profile(role, role, lambda kind, number: f"{kind}{number}") for role in ("crm", "marketing", "support", "billing")]
digest = hashlib.sha256()
for view in observe(world, profiles).values():
    for record in view.records():
        digest.update(msgspec.json.encode(record))
print(digest.hexdigest())
"""


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=7, companies=1200)


def encoded(world: World, company: int) -> bytes:
    """All that is true of one company."""
    ledger = world.ledger_of(company)
    return msgspec.json.encode(
        [
            world.companies[company],
            world.people_at(company),
            ledger.subscriptions,
            ledger.invoices,
            ledger.charges,
            world.deals_of(company),
            world.contracts_of(company),
            world.tickets_of(company),
            world.activities_of(company),
        ]
    )


def test_one_seed_gives_one_world_in_every_process() -> None:
    def fingerprint(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", FINGERPRINT], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    first, second = fingerprint("1"), fingerprint("2")

    assert first == second


def test_another_seed_gives_another_world() -> None:
    one, other = World(seed=1, companies=20), World(seed=2, companies=20)

    assert [company.name for company in one.companies] != [company.name for company in other.companies]


def test_more_companies_leave_the_earlier_ones_as_they_were() -> None:
    small, large = World(seed=5, companies=40), World(seed=5, companies=120)

    changed = [number for number in range(40) if small.companies[number] != large.companies[number]]
    billed = [number for number in range(40) if small.ledger_of(number).invoices != large.ledger_of(number).invoices]

    assert (changed, billed) == ([], [])


def test_asking_in_another_order_changes_nothing() -> None:
    forwards, backwards = World(seed=5, companies=30), World(seed=5, companies=30)

    first = [encoded(forwards, number) for number in range(30)]
    second = [encoded(backwards, number) for number in reversed(range(30))]

    assert first == second[::-1]


def test_a_world_too_small_or_too_short_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one company"):
        World(companies=0)
    with pytest.raises(ConfigError, match="120 days"):
        World(start=datetime(2026, 1, 1, tzinfo=UTC), now=datetime(2026, 2, 1, tzinfo=UTC))


def test_nearly_half_the_companies_are_japanese(world: World) -> None:
    countries = Counter(company.country for company in world.companies)

    assert 0.40 < countries["JP"] / len(world.companies) < 0.50
    assert set(countries) == {"JP", "US", "GB", "DE", "FR"}


def test_japanese_names_carry_their_legal_form_in_front_or_behind(world: World) -> None:
    names = [company.name for company in world.companies if company.legal_form == "株式会社"]
    behind = sum(1 for name in names if name.endswith("株式会社"))

    assert 0.25 < behind / len(names) < 0.5


def test_names_do_not_repeat_but_by_intent(world: World) -> None:
    repeated = [name for name, count in Counter(company.name for company in world.companies).items() if count > 1]
    intended = {company.name for company in world.companies if "same_name" in company.traps}

    assert set(repeated) == intended


def test_the_check_digit_of_a_corporate_number_is_the_published_one() -> None:
    # The number of the National Tax Agency (国税庁) itself, https://www.houjin-bangou.nta.go.jp/
    assert corporate_number("000012050002") == "7000012050002"


def test_every_japanese_company_but_one_person_firms_has_a_corporate_number_of_its_own(world: World) -> None:
    numbers = [
        company.corporate_number for company in world.companies if company.country == "JP" and company.segment != "sole"
    ]

    assert None not in numbers
    assert len(set(numbers)) == len(numbers)
    assert all(number == corporate_number(number[1:]) for number in numbers if number is not None)


def test_telephone_numbers_are_possible_ones(world: World) -> None:
    impossible = [
        company.phone
        for company in world.companies
        if not phonenumbers.is_possible_number(phonenumbers.parse(company.phone))
    ]

    assert impossible == []


def test_a_domain_belongs_to_one_company_or_to_one_group(world: World) -> None:
    owners: dict[str, set[int]] = {}
    for company in world.companies:
        for domain in company.domains:
            owners.setdefault(domain, set()).add(company.number)

    shared = {domain: held for domain, held in owners.items() if len(held) > 1}

    assert shared
    assert all(_one_group(world, held) for held in shared.values())


def _one_group(world: World, numbers: set[int]) -> bool:
    heads = {number if world.companies[number].parent is None else world.companies[number].parent for number in numbers}
    return len(heads) == 1


def test_every_trap_is_present(world: World) -> None:
    traps = Counter(trap for company in world.companies for trap in company.traps)

    assert set(traps) == {"same_brand", "same_name", "group", "shared_office", "shared_host", "sole", "free_mail"}
    assert min(traps.values()) >= 5


def test_a_shared_office_serves_several_companies(world: World) -> None:
    clients = Counter(company.office[1] for company in world.companies if company.office is not None)

    assert max(clients.values()) >= 3


def test_people_change_jobs_and_some_hold_two(world: World) -> None:
    moved = [person for person in world.people.values() if len(person.employments) == 2]
    left = [person for person in moved if person.employments[0].until is not None]

    assert len(moved) > 50
    assert 0 < len(left) < len(moved)


def test_shared_mailboxes_and_free_mail_users_exist(world: World) -> None:
    mailboxes = [person for person in world.people.values() if person.kind == "mailbox"]
    hosts = Counter(person.private_email.split("@")[1] for person in world.people.values() if person.private_email)
    written = Counter(job.email for person in world.people.values() for job in person.employments if job.email)

    assert len(mailboxes) > 100
    assert {"docomo.ne.jp", "yahoo.co.jp", "gmail.com"} <= set(hosts)
    assert max(written.values()) >= 3


def test_subscriptions_have_an_ordered_past_that_explains_the_present(world: World) -> None:
    subscriptions = [held for number in range(world.size) for held in world.ledger_of(number).subscriptions]

    kinds = {change.kind for held in subscriptions for change in held.history}
    disordered = [held.id for held in subscriptions if any(a.at > b.at for a, b in pairwise(held.history))]
    wrong = [held.id for held in subscriptions if (held.status == "canceled") != (held.history[-1].kind == "cancel")]

    assert kinds == {
        *("start", "trial_start", "trial_end", "upgrade", "downgrade", "pause", "resume"),
        *("past_due", "recovered", "cancel_request", "cancel", "discount_end"),
    }
    assert (disordered, wrong) == ([], [])


def test_recurring_revenue_is_what_the_items_cost_a_month(world: World) -> None:
    prices = {price.id: price for price in world.prices}
    plain = [
        held
        for number in range(world.size)
        for held in world.ledger_of(number).subscriptions
        if held.status == "active" and held.coupon_id is None and held.paused_from is None
    ]
    months = {("month", 1): 1, ("month", 3): 3, ("year", 1): 12}

    def monthly(price_id: str, quantity: int) -> float:
        price = prices[price_id]
        return price.unit_amount * quantity / months[(price.interval, price.interval_count)]

    wrong = [
        held.id
        for held in plain
        if abs(held.history[-1].mrr - sum(monthly(item.price_id, item.quantity) for item in held.items)) > 0.5
    ]

    assert len(plain) > 300
    assert wrong == []


def test_invoices_add_up_and_paid_ones_were_charged(world: World) -> None:
    ledgers = [world.ledger_of(number) for number in range(world.size)]
    invoices = [invoice for ledger in ledgers for invoice in ledger.invoices]
    charged = {charge.invoice_id for ledger in ledgers for charge in ledger.charges if charge.status == "succeeded"}

    wrong = [invoice.id for invoice in invoices if invoice.total != invoice.subtotal - invoice.discount + invoice.tax]
    uncharged = [invoice.id for invoice in invoices if invoice.amount_paid > 0 and invoice.id not in charged]

    assert (wrong, uncharged) == ([], [])
    assert {invoice.status for invoice in invoices} >= {"paid", "open", "void", "uncollectible"}
    assert {invoice.currency for invoice in invoices} == {"JPY", "USD", "EUR"}


def test_services_done_once_are_invoiced_beside_the_subscription(world: World) -> None:
    manual = [
        invoice
        for number in range(world.size)
        for invoice in world.ledger_of(number).invoices
        if invoice.reason == "manual"
    ]
    once = {price.id for price in world.prices if price.interval == "once"}

    assert len(manual) > 20
    assert all(invoice.subscription_id is None for invoice in manual)
    assert {line.price_id for invoice in manual for line in invoice.lines} <= once


def test_nothing_that_happened_lies_in_the_future(world: World) -> None:
    late = [
        record.id
        for number in range(world.size)
        for record in (
            *world.ledger_of(number).invoices,
            *world.ledger_of(number).subscriptions,
            *world.deals_of(number),
            *world.tickets_of(number),
            *world.activities_of(number),
        )
        if not world.now - timedelta(days=3000) < record.created_at <= record.updated_at <= world.now
    ]

    assert late == []


def test_a_sold_subscription_has_a_won_deal_and_deals_pass_their_stages_in_order(world: World) -> None:
    deals = [deal for number in range(world.size) for deal in world.deals_of(number)]
    disordered = [deal.id for deal in deals if any(a.at > b.at for a, b in pairwise(deal.history))]
    unsold = [
        number
        for number in range(world.size)
        if world.ledger_of(number).subscriptions and not any(deal.stage == "won" for deal in world.deals_of(number))
    ]

    assert (disordered, unsold) == ([], [])
    assert {deal.kind for deal in deals} == {"new", "renewal", "upsell", "cross_sell"}


def test_tickets_carry_replies_ratings_and_reopenings(world: World) -> None:
    tickets = [ticket for number in range(world.size) for ticket in world.tickets_of(number)]
    scores = {ticket.rating.score for ticket in tickets if ticket.rating is not None}

    assert scores == {"good", "bad", "offered"}
    assert any(ticket.reopens for ticket in tickets)
    assert {ticket.status for ticket in tickets} >= {"new", "open", "pending", "solved", "closed"}
    assert any(not comment.public for ticket in tickets for comment in ticket.comments)


@pytest.mark.nightly
def test_twenty_thousand_companies_can_be_made() -> None:
    world = World(seed=7, companies=20_000, richness=0.2)

    repeated = Counter(company.name for company in world.companies)

    assert len(world.companies) == 20_000
    assert len(repeated) > 18_000
