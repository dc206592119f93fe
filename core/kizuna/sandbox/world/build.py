"""The true world: everything derived from one seed, made when it is first asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property

from kizuna.errors import ConfigError
from kizuna.sandbox.records import Activity, Contract, Coupon, Deal, Price, Product, StaffMember, Ticket
from kizuna.sandbox.seeds import share_of, stream_of
from kizuna.sandbox.world import catalogue
from kizuna.sandbox.world.billing import Ledger
from kizuna.sandbox.world.commerce import ledger
from kizuna.sandbox.world.companies import CompanyBuilder
from kizuna.sandbox.world.people import PeopleBuilder
from kizuna.sandbox.world.selling import Desk
from kizuna.sandbox.world.serving import tickets
from kizuna.sandbox.world.touching import activities
from kizuna.sandbox.world.truth_values import TrueCompany, TruePerson

# The present of a world when none is given: worlds of one seed are then the same whenever they are made.
USUAL_NOW = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
USUAL_YEARS = 4


class World:
    """What is true, of ``companies`` companies from ``start`` until ``now``; the same for the same arguments, always.

    References between records are decimal numbers (of companies, people, staff …) written as strings; a view turns them
    into a system's own ids. ``richness`` scales how many tickets and activities there are.
    """

    def __init__(
        self,
        seed: int = 7,
        companies: int = 2000,
        *,
        start: datetime | None = None,
        now: datetime | None = None,
        richness: float = 1.0,
    ) -> None:
        self.seed, self.size, self.richness = seed, companies, richness
        self.now = (now or USUAL_NOW).astimezone(UTC).replace(microsecond=0)
        self.start = (start or self.now - timedelta(days=round(365.25 * USUAL_YEARS))).astimezone(UTC)
        if companies < 1 or self.now - self.start < timedelta(days=120):
            raise ConfigError(
                f"A world needs at least one company and 120 days; got {companies} companies and {(self.now - self.start).days} days."
            )
        self._ledgers: dict[int, Ledger] = {}
        self._desks: dict[int, Desk] = {}
        self._tickets: dict[int, list[Ticket]] = {}
        self._activities: dict[int, list[Activity]] = {}

    @cached_property
    def companies(self) -> list[TrueCompany]:
        """The true companies, each at the place of its number."""
        return CompanyBuilder(self.seed, self.start, self.now).build(self.size)

    @cached_property
    def _people(self) -> PeopleBuilder:
        builder = PeopleBuilder(self.seed, self.now)
        builder.build(self.companies)
        return builder

    @property
    def people(self) -> dict[int, TruePerson]:
        """The true people by number."""
        return self._people.people

    def people_at(self, company: int) -> list[TruePerson]:
        """Everyone who works or worked at a company, its first contact first, shared mailboxes last."""
        return [self._people.people[number] for number in self._people.at_company[company]]

    @cached_property
    def staff(self) -> list[StaffMember]:
        """Us."""
        return catalogue.staff(self.seed, self.start, self.now)

    @cached_property
    def products(self) -> list[Product]:
        """What we sell."""
        return catalogue.products(self.start)

    @cached_property
    def prices(self) -> list[Price]:
        """What it costs."""
        return catalogue.prices(self.start)

    @cached_property
    def coupons(self) -> list[Coupon]:
        """The discounts there are."""
        return catalogue.coupons(self.start)

    @cached_property
    def _by_role(self) -> dict[str, list[int]]:
        by_role: dict[str, list[int]] = {}
        for member in self.staff:
            by_role.setdefault(member.role, []).append(member.number)
        return by_role

    @cached_property
    def _price_of(self) -> dict[int, Price]:
        return {price.number: price for price in self.prices}

    @cached_property
    def _product_of(self) -> dict[int, Product]:
        return {product.number: product for product in self.products}

    def owners_of(self, company: int) -> tuple[int, int]:
        """The numbers of a company's account executive and CSM."""
        executives, csms = self._by_role["account_executive"], self._by_role["csm"]
        executive, csm = share_of(self.seed, "sells to", company), share_of(self.seed, "cares for", company)
        return executives[int(executive * len(executives))], csms[int(csm * len(csms))]

    def ledger_of(self, company: int) -> Ledger:
        """The subscriptions, invoices, charges, refunds and credit notes of a company."""
        found = self._ledgers.get(company)
        if found is None:
            rng = stream_of(self.seed, "ledger", company)
            found = ledger(rng, self.companies[company], self._product_of, self._price_of, self.coupons, self.now)
            self._ledgers[company] = found
        return found

    def _desk_of(self, company: int) -> Desk:
        found = self._desks.get(company)
        if found is None:
            people = [person.number for person in self.people_at(company) if person.kind == "person"]
            found = Desk(
                self.companies[company], people, self.owners_of(company)[0], self._product_of, self._price_of, self.now
            )
            found.sell(stream_of(self.seed, "deals", company), self.ledger_of(company).subscriptions)
            self._desks[company] = found
        return found

    def deals_of(self, company: int) -> list[Deal]:
        """The deals with a company."""
        return self._desk_of(company).deals

    def contracts_of(self, company: int) -> list[Contract]:
        """The signed terms with a company."""
        return self._desk_of(company).contracts

    def tickets_of(self, company: int) -> list[Ticket]:
        """The tickets of a company."""
        found = self._tickets.get(company)
        if found is None:
            found = self._tickets[company] = self._asked(company)
        return found

    def _asked(self, company: int) -> list[Ticket]:
        ended = [subscription.ended_at for subscription in self.ledger_of(company).subscriptions]
        until = None
        if ended and all(ended):
            until = max(end for end in ended if end is not None) + timedelta(days=20)
        rng = stream_of(self.seed, "tickets", company)
        agents = self._by_role["support_agent"]
        return tickets(rng, self.companies[company], self.people_at(company), agents, self.now, until, self.richness)

    def activities_of(self, company: int) -> list[Activity]:
        """The calls, meetings, mails, notes and tasks with a company."""
        found = self._activities.get(company)
        if found is None:
            found = self._activities[company] = self._touched(company)
        return found

    def _touched(self, company: int) -> list[Activity]:
        people = [person.number for person in self.people_at(company) if person.kind == "person"]
        rng = stream_of(self.seed, "activities", company)
        return activities(
            rng,
            self.companies[company],
            people,
            self.owners_of(company),
            self.deals_of(company),
            self.now,
            self.richness,
        )
