"""The outbox worker: dirty records → touch → placements → customers and people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from kizuna import clock
from kizuna.derive import contacts, homes, place, profiles
from kizuna.derive.declared import Declared
from kizuna.derive.touch import touch
from kizuna.failpoints import failpoint
from kizuna.storage import identity, placements, runs
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.unify import customers, people, revenue

STEP_RECORDS = 20_000
_ONE_AT_A_TIME = 7_251_936_012  # the key of PostgreSQL's advisory lock: derivation has one worker


@dataclass(slots=True)
class Deriver:
    """Works off what became dirty. ``merged`` hears of customers that became one, after the commit."""

    database: Database
    declared: Declared = field(default_factory=Declared)
    merged: Callable[[str, str], None] = lambda _kept, _absorbed: None
    observe: Callable[[int, int], None] = lambda _done, _waiting: None

    def drain(self) -> int:
        """How many records were worked on until nothing was dirty any more."""
        total = 0
        waiting = 1
        while waiting:  # what is posted after that is for whoever posts it
            done, waiting = self._step()
            total += done
        return total

    def step(self) -> int:
        """One transaction's worth; 0 when nothing is dirty."""
        return self._step()[0]

    def _step(self) -> tuple[int, int]:
        """How many records were worked on, and how many wait."""
        now = micros(clock.now())
        with self.database.write() as sql:
            only_me(sql)
            posts, rids = runs.collect(sql, STEP_RECORDS)
            if not posts:
                return 0, 0
            failpoint("derive.begun")
            merges = derive(sql, rids, self.declared, now)
            runs.settle(sql, posts)
            failpoint("derive.written")
            waiting = runs.waiting(sql)
        failpoint("derive.committed")
        for kept, absorbed in merges:
            self.merged(kept, absorbed)
        self.observe(len(rids), waiting)
        return max(1, len(rids)), waiting


def only_me(sql: Connection) -> None:
    """No other process derives until this transaction ends (SQLite has one writer anyway)."""
    if sql.dialect.name == "postgresql":
        sql.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})


def derive(
    sql: Connection, rids: Collection[int], declared: Declared, now: int, cause: str = "records"
) -> list[tuple[str, str]]:
    """Everything that follows from a change of these records; the customers that became one (kept, absorbed)."""
    left = profiles.refresh(sql, rids, declared)
    noted, accounts, people, pending = place.refreshed(sql, rids, defer=True)
    asked = set(rids)
    by_contacts, lost_by_contacts = contacts.refresh(sql, accounts)
    parties = identity.parties(sql, asked)
    account = touch(sql, "account", parties | by_contacts, left["account"] | lost_by_contacts, now, cause)
    # A record merged away has no home of its own that could move: whoever is at one that changed is looked at.
    at_others, lost_by_homes = homes.refresh(sql, people | homes.people_at(sql, account.moved | asked))
    person = touch(sql, "person", parties | at_others, left["person"] | lost_by_homes, now, cause)
    placed = place.place(sql, asked, account.moved | person.moved, person.entities | noted.people, pending)
    dirty_customers = noted.customers | placed.customers | account.entities
    dirty_customers |= _children(sql, asked | account.moved, dirty_customers)
    dirty_people = noted.people | placed.people | person.entities
    unify(sql, dirty_customers, dirty_people, declared)
    return account.merges


def unify(sql: Connection, dirty_customers: Collection[str], dirty_people: Collection[str], declared: Declared) -> None:
    """These customers and people made anew."""
    customers.unify(sql, dirty_customers, declared.ranks)
    revenue.unify(sql, dirty_customers, declared.zone)
    people.unify(sql, dirty_people, declared.ranks)


def _children(sql: Connection, rids: Collection[int], known: Collection[str]) -> set[str]:
    """The customers whose parent record has moved, or leads to another one: their parent may be another customer now."""
    asked = set(rids) | placements.losers(sql, rids)
    return identity.claiming(sql, "parent", [str(rid) for rid in asked]) - set(known)
