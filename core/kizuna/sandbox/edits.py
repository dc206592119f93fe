"""Random edits of a running sandbox, by seed: what users of that system would do all day."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from kizuna.sandbox.records import Account, Deal, Person, Record, Subscription, Ticket
from kizuna.sandbox.seeds import between, pick, stream_of
from kizuna.sandbox.seeing.slips import slipped
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.verbs import cancel_subscription, change_seats, move_deal, reply, set_ticket_status
from kizuna.sandbox.world.stage import STAGES

Edit = tuple[str, str, str]


def random_edits(state: SandboxState, seed: object, count: int) -> list[Edit]:
    """Make ``count`` edits and say what was done: verb, kind and native id of each.

    The same seed on the same state makes the same edits. The clock is not moved.
    """
    return [edit for turn in range(count) if (edit := _edit(state, stream_of(seed, "edit", turn))) is not None]


def _edit(state: SandboxState, rng: Random) -> Edit | None:
    with state.lock:
        draw = rng.random()
        for share, act in _ACTS:
            if draw < share:
                return act(state, rng) or change_account(state, rng)
            draw -= share
        return change_account(state, rng)


def _any(state: SandboxState, rng: Random, kind: str) -> Record | None:
    found = state.of_kind(kind)
    return pick(rng, found) if found else None


def change_account(state: SandboxState, rng: Random) -> Edit | None:
    """A new phone number, name or size."""
    account = _any(state, rng, "account")
    if not isinstance(account, Account):
        return None
    fields: dict[str, Any] = pick(
        rng,
        (
            {"phone": f"+8131{between(rng, 1000000, 9999999)}"},
            {"name": slipped(rng, account.name)},
            {"employees": between(rng, 1, 5000)},
            {"description": f"edited {between(rng, 1, 99999)}"},
        ),
    )
    state.change("account", account.id, **fields)
    return ("change", "account", account.id)


def change_person(state: SandboxState, rng: Random) -> Edit | None:
    """Another title, another number, or gone from the account."""
    person = _any(state, rng, "person")
    if not isinstance(person, Person):
        return None
    fields: dict[str, Any] = pick(
        rng,
        (
            {"title": f"Manager {between(rng, 1, 99)}"},
            {"mobile": f"+8190{between(rng, 10000000, 99999999)}"},
            {"account_id": None},
        ),
    )
    state.change("person", person.id, **fields)
    return ("change", "person", person.id)


def delete_person(state: SandboxState, rng: Random) -> Edit | None:
    """Someone tidies up."""
    person = _any(state, rng, "person")
    if person is None:
        return None
    state.delete("person", person.id)
    return ("delete", "person", person.id)


def delete_account(state: SandboxState, rng: Random) -> Edit | None:
    """An account is thrown away."""
    account = _any(state, rng, "account")
    if account is None or len(state.of_kind("account")) < 3:
        return None
    state.delete("account", account.id)
    return ("delete", "account", account.id)


def merge_accounts(state: SandboxState, rng: Random) -> Edit | None:
    """Someone finds two copies of one company and merges them."""
    by_company: dict[str, list[str]] = {}
    for record in state.of_kind("account"):
        if isinstance(record, Account):
            by_company.setdefault(record.company, []).append(record.id)
    doubled = [ids for ids in by_company.values() if len(ids) > 1]
    if not doubled:
        return None
    winner, loser = pick(rng, doubled)[:2]
    state.merge("account", winner, loser)
    return ("merge", "account", winner)


def copy_account(state: SandboxState, rng: Random) -> Edit | None:
    """Someone enters a company that is there already: a new record of the same true company."""
    account = _any(state, rng, "account")
    if not isinstance(account, Account):
        return None
    source_id, number = state.fresh("account")
    twin = msgspec.structs.replace(
        account, id=source_id, number=number, phone=None, references=(), created_at=state.now(), updated_at=state.now()
    )
    state.create(twin)
    return ("create", "account", source_id)


def copy_person(state: SandboxState, rng: Random) -> Edit | None:
    """A person is entered once more."""
    person = _any(state, rng, "person")
    if not isinstance(person, Person):
        return None
    source_id, number = state.fresh("person")
    twin = msgspec.structs.replace(
        person, id=source_id, number=number, mobile=None, references=(), created_at=state.now(), updated_at=state.now()
    )
    state.create(twin)
    return ("create", "person", source_id)


def change_work(state: SandboxState, rng: Random) -> Edit | None:
    """Seats are added or taken away; a deal moves on; a ticket is answered; or something gets another title."""
    if state.records["subscription"]:
        return _change_subscription(state, rng)
    draw = rng.random()
    if draw < 0.3 and state.records["ticket"]:
        return _change_ticket(state, rng)
    if draw < 0.5 and state.records["deal"]:
        deal = _any(state, rng, "deal")
        if isinstance(deal, Deal):
            move_deal(state, deal.id, pick(rng, STAGES))
            return ("change", "deal", deal.id)
    kind, field = pick(rng, (("deal", "name"), ("ticket", "subject"), ("activity", "subject")))
    record = _any(state, rng, kind)
    if record is None:
        return None
    state.change(kind, record.id, **{field: f"{getattr(record, field)} #{between(rng, 1, 9999)}"})
    return ("change", kind, record.id)


def _change_subscription(state: SandboxState, rng: Random) -> Edit | None:
    subscription = _any(state, rng, "subscription")
    if not isinstance(subscription, Subscription) or subscription.ended_at is not None:
        return None
    if rng.random() < 0.15:
        cancel_subscription(state, subscription.id, at_period_end=rng.random() < 0.5)
    else:
        change_seats(state, subscription.id, max(1, subscription.items[0].quantity + pick(rng, (-2, -1, 1, 2, 5))))
    return ("change", "subscription", subscription.id)


def _change_ticket(state: SandboxState, rng: Random) -> Edit | None:
    ticket = _any(state, rng, "ticket")
    if not isinstance(ticket, Ticket):
        return None
    if rng.random() < 0.5:
        reply(state, ticket.id, f"再度ご確認ください。 ({between(rng, 1, 999)})")
    else:
        set_ticket_status(state, ticket.id, pick(rng, ("open", "pending", "solved")))
    return ("change", "ticket", ticket.id)


_ACTS: tuple[tuple[float, Callable[[SandboxState, Random], Edit | None]], ...] = (
    (0.34, change_account),
    (0.22, change_person),
    (0.20, change_work),
    (0.07, copy_person),
    (0.06, copy_account),
    (0.04, delete_person),
    (0.02, delete_account),
    (0.05, merge_accounts),
)
