"""What people do in their systems, and what is true afterwards."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from kizuna.errors import ConfigError
from kizuna.sandbox import SandboxState, Served, VirtualClock, World, populate, true_movements
from kizuna.sandbox.records import Deal, Price, Subscription, Ticket
from kizuna.sandbox.verbs import (
    accounts_of,
    cancel_subscription,
    change_company,
    change_seats,
    move_deal,
    people_of,
    recurring,
    reply,
    set_ticket_status,
    start_subscription,
)
from tests.sandbox.toys import Toy


@pytest.fixture
def states(small_world: World) -> list[SandboxState]:
    toys = [Toy("rolodex", "crm"), Toy("desk", "support"), Toy("till", "billing")]
    return populate(toys, small_world, VirtualClock(small_world.now))


@pytest.fixture
def till(states: list[SandboxState]) -> SandboxState:
    return states[2]


def running(state: SandboxState) -> Subscription:
    """A subscription that is simply active."""
    return next(
        held
        for held in state.of_kind("subscription")
        if isinstance(held, Subscription)
        and held.status == "active"
        and held.coupon_id is None
        and held.paused_from is None
    )


def test_a_company_that_moves_changes_in_every_system_that_knows_it(states: list[SandboxState]) -> None:
    company = states[2].view.accounts[0].company

    changed = change_company(states, company, phone="+81311112222")

    shown = [state.find("accounts", source_id) for state in states for source_id in accounts_of(state, company)]
    assert {system for system, _ in changed} >= {"till"}
    assert all(record is not None and record.payload["phone"] == "+81311112222" for record in shown)


def test_a_person_is_found_by_the_true_id(states: list[SandboxState]) -> None:
    person = states[0].view.people[0]

    found = people_of(states[0], person.person)

    assert person.id in found


def test_a_new_subscription_is_a_true_movement_from_nothing(till: SandboxState) -> None:
    account = till.view.accounts[0]
    price = next(
        price
        for price in till.view.prices
        if price.currency == "JPY" and (price.interval, price.unit_amount) == ("month", 2400)
    )
    till.clock.advance(timedelta(hours=1))

    started = start_subscription(till, account.id, price.id, quantity=3)

    moved = [movement for movement in true_movements([till]) if movement.subscription_id == started]
    assert [(step.kind, step.before, step.after, step.true_id) for step in moved] == [
        ("start", 0, 7200, account.company)
    ]


def test_a_one_off_price_cannot_be_subscribed_to(till: SandboxState) -> None:
    once = next(price for price in till.view.prices if price.interval == "once")

    with pytest.raises(ConfigError, match="by the month or year"):
        start_subscription(till, till.view.accounts[0].id, once.id, quantity=1)


def test_more_seats_are_an_upgrade_and_fewer_a_downgrade(till: SandboxState) -> None:
    subscription = running(till)
    seats = subscription.items[0].quantity

    more = change_seats(till, subscription.id, seats + 4)
    less = change_seats(till, subscription.id, seats)

    assert (more.history[-1].kind, less.history[-1].kind) == ("upgrade", "downgrade")
    assert more.history[-1].mrr > less.history[-1].mrr == subscription.history[-1].mrr


def test_recurring_revenue_told_by_the_verbs_is_that_of_the_world(till: SandboxState) -> None:
    told = [
        (recurring(till, held), held.history[-1].mrr)
        for held in till.of_kind("subscription")
        if isinstance(held, Subscription) and held.status in {"active", "canceled"} and held.resumes_at is None
    ]

    assert len(told) > 20
    assert [pair for pair in told if pair[0] != pair[1]] == []


def test_a_cancelled_subscription_earns_nothing_and_cannot_be_changed(till: SandboxState) -> None:
    subscription = running(till)

    ended = cancel_subscription(till, subscription.id)

    assert (ended.status, ended.history[-1].mrr) == ("canceled", 0)
    with pytest.raises(ConfigError, match="start a new one"):
        change_seats(till, subscription.id, 5)


def test_a_wish_to_leave_keeps_the_revenue_until_the_period_ends(till: SandboxState) -> None:
    subscription = running(till)

    asked = cancel_subscription(till, subscription.id, at_period_end=True)

    assert (asked.status, asked.cancel_at) == ("active", subscription.period_end)
    assert asked.history[-1].mrr == subscription.history[-1].mrr


def test_an_answered_ticket_has_a_first_reply_and_a_reopened_one_is_counted(states: list[SandboxState]) -> None:
    desk = states[1]
    ticket = next(held for held in desk.of_kind("ticket") if isinstance(held, Ticket) and held.status == "closed")
    agent = desk.view.staff[0].id
    desk.clock.advance(timedelta(minutes=7))

    answered = reply(desk, ticket.id, "確認しました。", staff_id=agent)
    reopened = set_ticket_status(desk, ticket.id, "open")

    assert (answered.comments[-1].staff_id, answered.comments[-1].at) == (agent, desk.now())
    assert (reopened.reopens, reopened.solved_at) == (ticket.reopens + 1, None)


def test_a_deal_won_today_closes_today(states: list[SandboxState]) -> None:
    crm = states[0]
    deal = next(held for held in crm.of_kind("deal") if isinstance(held, Deal) and held.closed_at is None)

    won = move_deal(crm, deal.id, "won")

    assert (won.probability, won.closed_at, won.close_on) == (100, crm.now(), crm.now().date())
    with pytest.raises(ConfigError, match="negotiation"):
        move_deal(crm, deal.id, "wishful")


def test_verbs_are_called_over_http(served: Served) -> None:
    till = served.state("till")
    subscription = running(till)
    control = f"{served.endpoint('till').base_url}/_sandbox/neutral"

    answer = httpx.post(f"{control}/subscription/{subscription.id}/seats", json={"quantity": 77}).json()

    refused = httpx.post(f"{control}/subscription/{subscription.id}/seats", json={"seats": 1})
    unknown = httpx.post(f"{control}/subscription/{subscription.id}/pause", json={})
    assert answer["items"][0]["quantity"] == 77
    assert (refused.status_code, unknown.status_code) == (400, 404)


def test_records_are_found_by_any_field_over_http(served: Served) -> None:
    account = served.state("till").view.accounts[0]
    control = f"{served.endpoint('till').base_url}/_sandbox/neutral"

    found = httpx.get(f"{control}/account", params={"company": account.company}).json()["records"]

    assert account.id in [row["id"] for row in found]
    assert {row["company"] for row in found} == {account.company}


def test_prices_are_known_in_three_currencies(till: SandboxState) -> None:
    currencies = {price.currency for price in till.of_kind("price") if isinstance(price, Price)}

    assert currencies == {"JPY", "USD", "EUR"}
