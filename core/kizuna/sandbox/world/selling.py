"""Deals and contracts: how each subscription was sold, renewed and enlarged, and what was not sold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from kizuna.sandbox.records import Contract, Deal, DealLine, Price, Product, StageChange, Subscription, SubscriptionItem
from kizuna.sandbox.seeds import between, moment, pick
from kizuna.sandbox.world.calendar import add_months
from kizuna.sandbox.world.catalogue import PLANS, SERVICES, price_number
from kizuna.sandbox.world.commerce import ROOM
from kizuna.sandbox.world.stage import LOST_REASONS, PROBABILITY, SOURCES, STAGES
from kizuna.sandbox.world.truth_values import TrueCompany

_DISCOUNTS = (0, 0, 0, 5, 10, 15, 20)
_INTERVALS = {("month", 1): "month", ("month", 3): "quarter", ("year", 1): "year", ("once", 1): "once"}
_KINDS = {"new": "新規導入", "renewal": "契約更新", "upsell": "追加ライセンス", "cross_sell": "オプション追加"}
_NEXT_STEPS = (
    "Send proposal",
    "見積書を送付",
    "Security review",
    "デモを実施",
    "Follow up after holidays",
    "役員承認待ち",
)


@dataclass(slots=True)
class Desk:
    """The sales desk of one company: its people, the owner, the catalogue."""

    company: TrueCompany
    people: list[int]
    owner: int
    products: Mapping[int, Product]
    prices: Mapping[int, Price]
    now: datetime
    deals: list[Deal] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)

    def sell(self, rng: Random, subscriptions: list[Subscription]) -> None:
        """All deals and contracts of the company."""
        for subscription in subscriptions:
            first = self._won(rng, "new", subscription.items_at_start(), subscription.started_at)
            self._contracts(rng, subscription, first)
            for change in subscription.history:
                if change.kind == "upgrade" and rng.random() < 0.5:
                    self._won(rng, "upsell", change.items, change.at)
        if self.company.stage in {"prospect", "customer"} and rng.random() < (
            0.85 if self.company.stage == "prospect" else 0.2
        ):
            self._open(rng)
        if rng.random() < 0.18:
            self._lost(rng)

    def _won(self, rng: Random, kind: str, items: tuple[SubscriptionItem, ...], won_at: datetime) -> Deal:
        created = max(self.company.first_seen_at, won_at - timedelta(days=between(rng, 8, 120)))
        created = min(created, won_at - timedelta(hours=30))
        if kind == "new" and self.company.segment in {"mid", "enterprise"} and rng.random() < 0.35:
            items = (*items, self._item(pick(rng, SERVICES), 0, 1))
        return self._deal(rng, kind, items, created, won_at, "won")

    def _open(self, rng: Random) -> None:
        kind = "new" if self.company.stage == "prospect" else pick(rng, ("upsell", "cross_sell", "renewal"))
        created = moment(rng, max(self.company.first_seen_at, self.now - timedelta(days=150)), self.now)
        self._deal(rng, kind, self._wish(rng), created, self.now, STAGES[between(rng, 0, 3)])

    def _lost(self, rng: Random) -> None:
        closed = moment(
            rng,
            self.company.first_seen_at + timedelta(days=2),
            max(self.now, self.company.first_seen_at + timedelta(days=3)),
        )
        closed = min(closed, self.now)
        created = max(self.company.first_seen_at, closed - timedelta(days=between(rng, 10, 150)))
        self._deal(
            rng, "new" if self.company.stage != "customer" else "cross_sell", self._wish(rng), created, closed, "lost"
        )

    def _wish(self, rng: Random) -> tuple[SubscriptionItem, ...]:
        seats = max(1, min(500, self.company.employees // between(rng, 1, 6)))
        return (self._item(pick(rng, PLANS), pick(rng, (0, 2)), seats),)

    def _item(self, product: int, turn: int, quantity: int) -> SubscriptionItem:
        price = price_number(product, self.company.currency, turn)
        created = self.company.first_seen_at
        return SubscriptionItem(
            id="", number=0, price_id=str(price), product_id=str(product), quantity=quantity, created_at=created
        )

    def _deal(
        self,
        rng: Random,
        kind: str,
        items: tuple[SubscriptionItem, ...],
        created: datetime,
        until: datetime,
        stage: str,
    ) -> Deal:
        number = self.company.number * ROOM + len(self.deals)
        lines = tuple(self._line(rng, number, place, item) for place, item in enumerate(items))
        amount = sum(_yearly(line) for line in lines)
        closed = stage in {"won", "lost"}
        close_on = until.date() if closed else (self.now + timedelta(days=between(rng, -10, 90))).date()
        history = _passed(rng, stage, created, until, amount, close_on)
        deal = Deal(
            id=str(number),
            number=number,
            account_id=str(self.company.number),
            person_id=str(pick(rng, self.people)) if self.people and rng.random() < 0.85 else None,
            owner_id=str(self.owner),
            name=f"{self.company.brand} {_KINDS[kind] if self.company.language == 'ja' else kind.replace('_', '-').title()}",
            kind=kind,
            stage=stage,
            probability=PROBABILITY[stage],
            amount=amount,
            currency=self.company.currency,
            close_on=close_on,
            closed_at=history[-1].at if closed else None,
            lost_reason=pick(rng, LOST_REASONS) if stage == "lost" else None,
            source=pick(rng, SOURCES),
            next_step=None if closed else pick(rng, _NEXT_STEPS),
            lines=lines,
            history=history,
            created_at=created,
            updated_at=history[-1].at,
        )
        self.deals.append(deal)
        return deal

    def _line(self, rng: Random, deal: int, place: int, item: SubscriptionItem) -> DealLine:
        price = self.prices[int(item.price_id)]
        discount = pick(rng, _DISCOUNTS)
        return DealLine(
            id=str(deal * 16 + place),
            number=deal * 16 + place,
            product_id=item.product_id,
            price_id=item.price_id,
            name=self.products[int(item.product_id)].name,
            quantity=item.quantity,
            list_unit=price.unit_amount,
            unit=round(price.unit_amount * (100 - discount) / 100),
            discount=Decimal(discount),
            interval=_INTERVALS[(price.interval, price.interval_count)],
            term_months=12,
        )

    def _contracts(self, rng: Random, subscription: Subscription, deal: Deal) -> None:
        """Yearly terms on paper for larger customers, each renewed by a deal until the subscription ends."""
        if self.company.segment not in {"mid", "enterprise"} or rng.random() < 0.3:
            return
        start, term = subscription.started_at, 0
        while start <= self.now and (subscription.ended_at is None or start < subscription.ended_at):
            end = add_months(start, 12)
            if term:
                deal = self._won(rng, "renewal", subscription.items_by(start), start)
            self._contract(rng, subscription, deal, start, end, term)
            start, term = end, term + 1

    def _contract(
        self, rng: Random, subscription: Subscription, deal: Deal, start: datetime, end: datetime, term: int
    ) -> None:
        number = self.company.number * ROOM + len(self.contracts)
        ended = subscription.ended_at
        status = "active" if end > self.now else "expired"
        if ended is not None and ended < end:
            status = "canceled"
        signed = start - timedelta(days=between(rng, 0, 10), hours=1)
        self.contracts.append(
            Contract(
                id=str(number),
                number=number,
                account_id=str(self.company.number),
                deal_id=deal.id,
                owner_id=str(self.owner),
                code=f"HC-{self.company.number:05d}-{subscription.number % ROOM + 1}-{term + 1}",
                status=status,
                term_months=12,
                starts_on=start.date(),
                ends_on=(end - timedelta(days=1)).date(),
                signed_at=signed,
                auto_renew=rng.random() < 0.7,
                notice_days=pick(rng, (30, 60, 90)),
                amount=deal.amount,
                currency=deal.currency,
                created_at=signed,
                updated_at=min(self.now, end)
                if status == "expired"
                else (ended or signed if status == "canceled" else signed),
            )
        )


def _yearly(line: DealLine) -> int:
    periods = {"month": 12, "quarter": 4, "year": 1, "once": 1}[line.interval]
    return line.unit * line.quantity * periods


def _passed(
    rng: Random, stage: str, created: datetime, until: datetime, amount: int, close_on: date
) -> tuple[StageChange, ...]:
    """The stages passed, evenly spread with some jitter, the last at ``until`` when the deal is closed."""
    if stage == "lost":
        path = [*STAGES[: between(rng, 1, 4)], "lost"]
    else:
        path = list(STAGES[: STAGES.index(stage) + 1])
    span = until - created
    changes = []
    for place, name in enumerate(path):
        last = place == len(path) - 1 and stage in {"won", "lost"}
        at = until if last else created + span * (place / max(1, len(path))) * (0.8 + 0.2 * rng.random())
        guess = amount if place else round(amount * (0.7 + 0.5 * rng.random()))
        changes.append(StageChange(name, at.replace(microsecond=0), guess, close_on))
    return tuple(changes)
