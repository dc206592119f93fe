"""What each metric that subscriptions answer is given, with the rows that its inputs were summed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

import msgspec

from kizuna.metrics import churn, growth, lifetime, measures, retention
from kizuna.metrics.exact import decimal, total
from kizuna.metrics.frames import Frame, Question, Row, summed
from kizuna.metrics.measures import MrrInputs
from kizuna.metrics.movements import Movement, MovementKind, Part, book, by_customer
from kizuna.metrics.reasons import Reason

Unit = Literal["money", "ratio", "count"]
A_YEAR, A_MONTH = 12, 1

Filled = tuple[msgspec.Struct, list[Row]]
Fill = Callable[[Frame], Filled]


class Metric(msgspec.Struct, frozen=True):
    """A metric that can be asked: the definition and its field, the unit, the usual period in months, its inputs.

    ``counting``: it counts customers, whatever they pay in. ``ahead``: so many months to come are in it, too.
    """

    key: str
    of: str
    field: str
    unit: Unit
    months: int
    fill: Fill
    counting: bool = False
    ahead: int = 0

    def frame(self, question: Question) -> Frame:
        """The balances that it is worked out from."""
        return Frame(question, self.months, counting=self.counting, ahead=self.ahead, only_period=True)


def _lines(frame: Frame) -> Iterator[Row]:
    """A row for each item that counts on the last day."""
    question = frame.question
    for customer, held in by_customer(question.subscriptions).items():
        if customer in frame.missing:
            continue
        currencies = {one.id: one.currency.upper() for one in held}
        for key, stand in book(customer, held, question.as_of, question.policy).items():
            for line in stand.lines if stand.state == "counted" else ():
                value = frame.worth_today(line.micro, currencies[key])
                if value:
                    sources = (line.item.source,) if line.item.source else ()
                    yield Row(customer=customer, subscription=key, figures={"mrr": value}, sources=sources)


def _mrr(frame: Frame) -> Filled:
    question = frame.question
    inputs = MrrInputs(
        subscriptions=question.subscriptions,
        as_of=question.as_of,
        currency=frame.currency or None,
        rates=question.rates,
    )
    return inputs, list(_lines(frame))


def _arr(frame: Frame) -> Filled:
    inputs, rows = _mrr(frame)
    return inputs, [_replaced(row, {"arr": decimal(total([row.figures["mrr"]]) * measures.MONTHS)}) for row in rows]


def _customers(frame: Frame) -> Filled:
    inputs, _ = _mrr(frame)
    one = {"active_customers": Decimal(1)}
    return inputs, [Row(customer=key, figures=one, sources=frame.sources.get(key, ())) for key in sorted(frame.closing)]


def _arpa(frame: Frame) -> Filled:
    """What each customer pays, and one for each."""
    paid: dict[str, list[Row]] = defaultdict(list)
    for row in _lines(frame):
        paid[row.customer].append(row)
    made = [
        Row(
            customer=key,
            figures={"mrr": summed(rows)["mrr"], "customers": Decimal(1)},
            sources=tuple(dict.fromkeys(source for row in rows for source in row.sources)),
        )
        for key, rows in paid.items()
    ]
    return measures.Arpa(mrr=decimal(total(row.figures["mrr"] for row in made)), customers=len(made)), made


def _opening(frame: Frame) -> list[Row]:
    return [
        Row(customer=key, figures={"start": value}, sources=frame.sources.get(key, ()))
        for key, value in sorted(frame.opening.items())
    ]


def _only(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The rows that have something in these figures."""
    return [row for row in rows if any(name in names for name in row.figures)]


def _given(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Decimal]:
    found = summed(rows)
    return {name: found.get(name, Decimal(0)) for name in names}


def _replaced(row: Row, figures: dict[str, Decimal]) -> Row:
    return msgspec.structs.replace(row, figures=figures)


def _cohort(frame: Frame) -> Filled:
    """The customers of the first day with both balances, and those of whom a rate is missing."""
    rows = [
        Row(
            customer=key,
            figures={"start": start, "end": frame.closing.get(key, Decimal(0))},
            sources=frame.sources.get(key, ()),
        )
        for key, start in sorted(frame.opening.items())
    ]
    known = tuple(
        retention.Balance(customer=row.customer, start=row.figures["start"], end=row.figures["end"]) for row in rows
    )
    missing = tuple(
        retention.Balance(customer=key, start=None, end=None, reason=Reason.MISSING_FX) for key in sorted(frame.missing)
    )
    return retention.Cohort(customers=(*known, *missing)), rows


def _flows(frame: Frame) -> Filled:
    """What was there, and what was lost and gained."""
    names = ("start", "churn", "contraction", "expansion", "reactivation")
    rows = _only([*_opening(frame), *frame.flows], names)
    return retention.Flows(**_given(rows, names)), rows


def _priced(frame: Frame) -> Filled:
    """The same of the first day's customers, with each movement's parts under their own reasons."""
    known = retention.PricedFlows.__struct_fields__
    named = _opening(frame)
    for one in frame.inside:
        if one.customer in frame.opening:
            named.extend(_by_reason(frame, one, known))
    rows = _only(named, known)
    return retention.PricedFlows(**_given(rows, known)), rows


def _by_reason(frame: Frame, one: Movement, known: Sequence[str]) -> Iterator[Row]:
    """A row for each reason of a movement: what it won is expansion, what it lost contraction, whatever the whole is."""
    parts: dict[str, list[Part]] = defaultdict(list)
    grows = one.kind in (MovementKind.EXPANSION, MovementKind.CONTRACTION)
    for part in one.parts:
        parts[part.reason if grows else one.reason].append(part)
    for reason, held in parts.items():
        value = frame.worth(sum(part.micro for part in held), one.currency)
        name = one.kind.value
        if grows:
            won = f"expansion_{reason}" if f"expansion_{reason}" in known else "expansion"
            name = won if value > 0 else "contraction"
        yield Row(
            customer=one.customer,
            subscription=held[0].subscription,
            figures={name: -value if name in ("churn", "contraction") else value},
            reason=reason,
            day=one.date,
            sources=tuple(dict.fromkeys(source for part in held for source in part.sources)),
        )


def _movements(frame: Frame) -> Filled:
    kinds = ("new", "expansion", "reactivation", "contraction", "churn")
    rows = _only(frame.flows, kinds)
    return growth.Movements(**_given(rows, kinds)), rows


def _rollforward(frame: Frame) -> Filled:
    kinds = ("start", "new", "expansion", "reactivation", "contraction", "churn", "identity", "migration")
    rows = _only([*_opening(frame), *frame.flows], kinds)
    return growth.RollForward(**_given(rows, kinds)), rows


def _logos(frame: Frame) -> Filled:
    """Who was there, who left of them, who joined, and who left of those."""
    rows = []
    came = {one.customer for one in frame.inside if one.kind.value in ("new", "reactivation")} - frame.missing
    for key in sorted(frame.opening.keys() | came):
        figures = {"start": Decimal(1)} if key in frame.opening else {"joined": Decimal(1)}
        if key not in frame.closing:
            figures["lost_of_start" if key in frame.opening else "lost_of_joined"] = Decimal(1)
        rows.append(Row(customer=key, figures=figures, sources=frame.sources.get(key, ())))
    found = summed(rows)
    names = ("start", "lost_of_start", "joined", "lost_of_joined")
    return churn.LogoFlow(**{name: int(found.get(name, Decimal(0))) for name in names}), rows


def _committed(frame: Frame) -> Filled:
    """What is paid, and what is known today to come and to go within a year."""
    _, rows = _mrr(frame)
    names = {
        "new": "committed_new",
        "reactivation": "committed_new",
        "expansion": "committed_expansion",
        "contraction": "known_contraction",
        "churn": "known_churn",
    }
    for row in frame.coming(frame.until):
        (kind, value), *_ = row.figures.items()
        if kind in names:
            rows.append(_replaced(row, {names[kind]: value}))
    found = summed(rows)
    given = {name: found.get(name, Decimal(0)) for name in ("mrr", *dict.fromkeys(names.values()))}
    return growth.Commitments(**given), rows


def _lifetime(frame: Frame) -> Filled:
    """What a customer pays on average over the share that leaves in the period."""
    arpa, rows = _arpa(frame)
    logos, lost = _logos(frame)
    assert isinstance(arpa, measures.Arpa)
    assert isinstance(logos, churn.LogoFlow)
    rate = churn.logo_churn(logos, frame.question.policy).rate
    inputs = lifetime.Revenue(
        arpa=None if (mean := measures.arpa(arpa).arpa) is None else decimal(mean),
        churn=None if rate is None else decimal(rate),
    )
    return inputs, [*rows, *lost]


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        one.key: one
        for one in (
            Metric("mrr", "mrr", "mrr", "money", 0, _mrr),
            Metric("arr", "mrr", "arr", "money", 0, _arr),
            Metric("active_customers", "mrr", "active_customers", "count", 0, _customers, counting=True),
            Metric("arpa", "arpa", "arpa", "money", 0, _arpa),
            Metric("cmrr", "cmrr", "cmrr", "money", 0, _committed, ahead=A_YEAR),
            Metric("nrr", "nrr_grr_cohort", "nrr", "ratio", A_YEAR, _cohort),
            Metric("grr", "nrr_grr_cohort", "grr", "ratio", A_YEAR, _cohort),
            Metric("logo_retention", "nrr_grr_cohort", "logo_retention", "ratio", A_YEAR, _cohort, counting=True),
            Metric("expanded_share", "nrr_grr_cohort", "expanded_share", "ratio", A_YEAR, _cohort),
            Metric("nrr_ex_price", "nrr_price_split", "nrr_ex_price", "ratio", A_YEAR, _priced),
            Metric("gross_mrr_churn", "mrr_churn_rates", "gross_mrr_churn", "ratio", A_MONTH, _flows),
            Metric("net_mrr_churn", "mrr_churn_rates", "net_mrr_churn", "ratio", A_MONTH, _flows),
            Metric("logo_churn", "logo_churn", "rate", "ratio", A_MONTH, _logos, counting=True),
            Metric("net_new_mrr", "mrr_rollforward", "net_new", "money", A_MONTH, _rollforward),
            Metric("quick_ratio", "quick_ratio", "quick_ratio", "ratio", A_MONTH, _movements),
            Metric("clv", "clv_simple", "clv", "money", A_MONTH, _lifetime),
        )
    }
)
"""Key → the metric, of those that subscriptions answer."""
