"""Placing facts: an account's facts go to its customer, a person's to where the person belongs, parts to their whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from kizuna import clock
from kizuna.storage import identity, jobs_left, placements
from kizuna.storage.instants import micros
from kizuna.storage.placements import Key, Placement

ROUNDS_MOST = 12
"""Chains of parts and wholes are at most four long; more rounds mean that records name each other in a circle."""

ORDER = {"account": 0, "person": 1, "membership": 1}

Rows = dict[Key, Placement]


@dataclass(slots=True)
class Placed:
    """Every customer and person that gained, lost or kept one of the facts looked at."""

    customers: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)

    def note(self, placed: Placement) -> None:
        """The two sides of a placement are dirty."""
        if placed.customer_id:
            self.customers.add(placed.customer_id)
        if placed.person_id:
            self.people.add(placed.person_id)


def place(
    sql: Connection, changed: Collection[int], moved: Collection[int], people: Collection[str], pending: Rows
) -> Placed:
    """The facts of ``changed`` records placed anew, and all that hang on them or on ``moved`` ones.

    The placements of ``changed`` are in the table, or ``pending`` (:func:`refreshed`). ``people`` are the persons who
    gained or lost a record: all their records are looked at, because one without an account takes the others' home.
    """
    noted = Placed()
    asked = set(changed) | set(moved)
    asked |= {rid for rids in identity.members(sql, people).values() for rid in rids}
    work = {**placements.stored(sql, asked), **_dependents(sql, asked), **pending}
    unwritten = set(pending)
    for _ in range(ROUNDS_MOST):
        if not work:
            break
        different: Rows = {}
        for wave in sorted({_order(placed) for placed in work.values()}):
            part = {key: placed for key, placed in work.items() if _order(placed) == wave}
            different.update(_resolve(sql, part, unwritten, noted))
            unwritten -= part.keys()
        work = {**_dependents(sql, {placed.rid for placed in different.values()}), **_siblings(sql, different)}
    return noted


def _siblings(sql: Connection, different: Rows) -> Rows:
    """The other records of the people whose own records found another home."""
    people = {p.person_id for p in different.values() if p.kind in ("person", "membership") and p.person_id}
    rids = {rid for members in identity.members(sql, people).values() for rid in members}
    return placements.stored(sql, rids)


def refreshed(sql: Connection, rids: Collection[int], *, defer: bool) -> tuple[Placed, set[int], set[int], Rows]:
    """The rows of these records' facts brought up to date, their places kept for the time being.

    Also says whose sides are dirty by what was there before, which accounts' contacts and whose accounts may have changed. With
    ``defer`` only accounts and people are written now; the other rows come back, to be written once, when placed.
    """
    noted = Placed()
    before = placements.stored(sql, rids)
    now = placements.fresh(sql, rids)
    for key, old in before.items():
        noted.note(old)
        if key in now:
            now[key].customer_id, now[key].person_id = old.customer_id, old.person_id
    jobs_left.note(sql, rids, before, now, micros(clock.now()))
    pending = {key: placed for key, placed in now.items() if defer and placed.kind not in ORDER}
    placements.replace(sql, rids, [placed for key, placed in now.items() if key not in pending])
    sides = [*before.values(), *now.values()]
    accounts = {p.account_rid for p in sides if p.kind in ("person", "membership", "account") and p.account_rid}
    people = {p.person_rid for p in sides if p.kind in ("person", "membership") and p.person_rid}
    accounts |= _accounts_of(sql, people)
    # What is merged away has no placement; its contacts are its winner's.
    accounts |= set(placements.winners(sql, {*accounts, *rids}).values())
    return noted, accounts, people, pending


def _accounts_of(sql: Connection, people: Collection[int]) -> set[int]:
    held = placements.stored(sql, people, "person_rid").values()
    return {p.account_rid for p in held if p.kind in ("person", "membership") and p.account_rid}


def _order(placed: Placement) -> int:
    return ORDER.get(placed.kind, 2 if placed.parent_rid is None else 3)


def _dependents(sql: Connection, rids: Collection[int]) -> Rows:
    """Everything that points to these records, or to one that was merged into them."""
    asked = set(rids) | placements.losers(sql, rids)
    found: Rows = {}
    for column in ("account_rid", "person_rid", "parent_rid"):
        found.update(placements.stored(sql, asked, column))
    return found


def _resolve(sql: Connection, work: Rows, unwritten: Collection[Key], noted: Placed) -> Rows:
    """The placements of ``work`` that changed, written; ``unwritten`` ones are written in any case."""
    finder = _Finder(sql, work.values())
    different: Rows = {}
    for key, placed in work.items():
        noted.note(placed)
        customer, person = finder.sides(placed)
        if (customer, person) != (placed.customer_id, placed.person_id):
            placed.customer_id, placed.person_id = customer, person
            noted.note(placed)
            different[key] = placed
    placements.add(sql, [placed for key, placed in work.items() if key in unwritten])
    rids = {placed.rid for key, placed in different.items() if key not in unwritten}
    if rids:
        rows = {
            **placements.stored(sql, rids),
            **{key: placed for key, placed in different.items() if placed.rid in rids},
        }
        placements.replace(sql, rids, rows.values())
    return different


class _Finder:
    """Looks up the customers and people that a set of placements points to, all at once."""

    def __init__(self, sql: Connection, work: Iterable[Placement]) -> None:
        work = list(work)
        targets = {rid for p in work for rid in (p.account_rid, p.person_rid, p.parent_rid) if rid is not None}
        self.winner = placements.winners(sql, targets)
        ends = {self.winner.get(rid, rid) for rid in targets}
        self.account = identity.memberships(sql, "account", ends)
        self.person = identity.memberships(sql, "person", ends)
        self.placed: dict[int, list[Placement]] = {}
        leading = {rid for p in work for rid in (p.person_rid, p.parent_rid) if rid is not None}
        for placed in placements.stored(sql, {self.winner.get(rid, rid) for rid in leading}).values():
            self.placed.setdefault(placed.rid, []).append(placed)
        people = {
            self.person[self.winner.get(p.rid, p.rid)] for p in work if p.kind == "person" and self._person(p.rid)
        }
        self.home = _homes(sql, people)

    def sides(self, placed: Placement) -> tuple[str | None, str | None]:
        """(customer, person) of a fact."""
        if placed.kind == "account":
            return self._account(placed.rid), None
        if placed.kind in ("person", "membership"):
            person = self._person(placed.person_rid)
            customer = self._account(placed.account_rid)
            if customer is None and placed.kind == "person":
                customer = self.home.get(person or "")
            return customer, person
        parent = self._parent(placed.parent_rid)
        person = self._person(placed.person_rid) or (parent.person_id if parent else None)
        customer = self._account(placed.account_rid) or (parent.customer_id if parent else None)
        return customer or self._home_of_record(placed.person_rid), person

    def _account(self, rid: int | None) -> str | None:
        return None if rid is None else self.account.get(self.winner.get(rid, rid))

    def _person(self, rid: int | None) -> str | None:
        return None if rid is None else self.person.get(self.winner.get(rid, rid))

    def _parent(self, rid: int | None) -> Placement | None:
        if rid is None:
            return None
        held = self.placed.get(self.winner.get(rid, rid), [])
        return min(held, key=lambda p: (p.part, p.kind), default=None)

    def _home_of_record(self, rid: int | None) -> str | None:
        """Where the person's own record stands."""
        if rid is None:
            return None
        held = self.placed.get(self.winner.get(rid, rid), [])
        return next((p.customer_id for p in held if p.kind == "person"), None)


def _homes(sql: Connection, people: Collection[str]) -> dict[str, str]:
    """Person → the customer most of the person's records name directly, the smallest id among equals."""
    members = identity.members(sql, people)
    owner = {rid: person for person, rids in members.items() for rid in rids}
    held = [
        p
        for p in placements.stored(sql, owner, "person_rid").values()
        if p.kind in ("person", "membership") and p.account_rid is not None
    ]
    ends = placements.winners(sql, {p.account_rid for p in held if p.account_rid is not None})
    accounts = identity.memberships(sql, "account", {ends.get(p.account_rid or 0, p.account_rid or 0) for p in held})
    votes: dict[str, Counter[str]] = {}
    for p in held:
        customer = accounts.get(ends.get(p.account_rid or 0, p.account_rid or 0))
        if customer is not None and p.person_rid in owner:
            votes.setdefault(owner[p.person_rid], Counter())[customer] += 1
    return {person: min(found, key=lambda c: (-found[c], c)) for person, found in votes.items()}
