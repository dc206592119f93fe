"""What one can ask about recurring revenue: metrics on a day, as series, and the movements behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal as Exact
from typing import Annotated, Any, cast

import strawberry

from kizuna.errors import ConfigError
from kizuna.graphql import behind, loading
from kizuna.graphql.context import Context
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, asked
from kizuna.graphql.labels import FINANCE
from kizuna.graphql.loading import slot
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING
from kizuna.graphql.scalars import Date, DateTime
from kizuna.graphql.selection import Chosen
from kizuna.graphql.types.metrics import MetricKey, MetricPoint, MetricValue
from kizuna.graphql.types.movements import MOVED, Movement, MovementKind
from kizuna.metrics import policy as policies
from kizuna.metrics.frames import Question, Row
from kizuna.metrics.policy import Policy
from kizuna.metrics.questions import Told, ask, series
from kizuna.metrics.rates import Rate
from kizuna.metrics.told import plain, sentence
from kizuna.storage import asked as asking
from kizuna.storage.answers import lookups, reading
from kizuna.storage.answers.ids import record_id
from kizuna.storage.answers.movements import LATEST_MOVED, MOVEMENT_FILTERS

EXCLUDED_MOST = 1_000
POINTS_MOST = 120

Day = Annotated[Date | None, strawberry.argument(description="At the end of this day; today when left out.")]
Since = Annotated[
    Date | None,
    strawberry.argument(
        description="Since the end of this day; a year before for retention, a month for the others, when left out."
    ),
]
KnownAt = Annotated[
    DateTime | None, strawberry.argument(description="As it was known then; as it is known now when left out.")
]
OfPolicy = Annotated[
    str | None,
    strawberry.argument(
        description="The policy to count under: kizuna when left out; those there are stand in its error."
    ),
]
InCurrency = Annotated[
    str | None,
    strawberry.argument(description="The currency to answer in; may be left out where everything is paid in one."),
]
OfCustomers = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="Only of these customers, at most 1000.")
]


@strawberry.type
class MetricQueries:
    @asked("A metric as of a day, with every row that is in it.")
    def metric(
        self,
        info: Info,
        key: Annotated[MetricKey, strawberry.argument(description="Which metric.")],
        as_of: Day = None,
        since: Since = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
        customers: OfCustomers = None,
    ) -> MetricValue:
        question = question_of(info.context, as_of, since, known_at, policy, currency, customers)
        told = ask(str(key), question)
        return cast("MetricValue", shown(info.context, info.chosen, told, known_at))

    @asked("What moved recurring revenue, the latest first, under Kizuna's own policy.")
    def movements(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description=PAGING["first"].description)],
        after: Annotated[str | None, strawberry.argument(description=PAGING["after"].description)] = None,
        since: Annotated[Date | None, strawberry.argument(description=MOVED["since"].description)] = None,
        until: Annotated[Date | None, strawberry.argument(description=MOVED["until"].description)] = None,
        kinds: Annotated[list[MovementKind] | None, strawberry.argument(description=MOVED["kinds"].description)] = None,
        currency: Annotated[str | None, strawberry.argument(description=MOVED["currency"].description)] = None,
    ) -> Connection[Movement] | None:
        given = {"since": since, "until": until, "kinds": kinds, "currency": _currency(currency)}
        conditions = reading.filtered(info.context.sql, MOVEMENT_FILTERS, given)
        plan = info.context.registry.by_class[Movement]
        page = loading.listed(info.context, plan, LATEST_MOVED, info.chosen, conditions)
        return cast("Connection[Movement] | None", page)

    @asked("A metric at the end of each month, the oldest first.")
    def metric_series(
        self,
        info: Info,
        key: Annotated[MetricKey, strawberry.argument(description="Which metric.")],
        months: Annotated[int, strawberry.argument(description="How many months, 1 to 120.")],
        as_of: Day = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
        customers: OfCustomers = None,
    ) -> list[MetricPoint]:
        if not 1 <= months <= POINTS_MOST:
            raise UserError(f"`months` is {months}; it may be 1 to {POINTS_MOST}.")
        question = question_of(info.context, as_of, None, known_at, policy, currency, customers)
        points = []
        for told in series(str(key), question, months):
            info.context.check()
            points.append({"as_of": iso(told.as_of), "since": iso(told.since), **_valued(info.context, told)})
        return cast("list[MetricPoint]", points)


def question_of(
    context: Context,
    as_of: str | None,
    since: str | None,
    known_at: int | None,
    policy: str | None,
    currency: str | None,
    customers: Sequence[str] | None,
) -> Question:
    if customers is not None and not 1 <= len(customers) <= EXCLUDED_MOST:
        raise UserError(f"`customers` names {len(customers)}; it may name 1 to {EXCLUDED_MOST}.")
    context.check()
    try:
        return asking.question(
            context.sql,
            context.zone,
            context.plugins.revenue_policies(),
            as_of=date.fromisoformat(as_of) if as_of else None,
            since=date.fromisoformat(since) if since else None,
            known_at=known_at,
            policy=policy,
            currency=currency,
            customers=None if customers is None else [lookups.standing(context.sql, one) for one in customers],
            hidden=FINANCE in context.sight.missing,
        )
    except ConfigError as error:
        raise UserError(str(error)) from error


def _currency(text: str | None) -> str | None:
    try:
        return asking.currency_code(text)
    except ConfigError as error:
        raise UserError(str(error)) from error


def policy_of(context: Context, name: str | None) -> Policy:
    if name is None:
        return policies.KIZUNA
    try:
        return policies.named(name, context.plugins.revenue_policies())
    except ConfigError as error:
        raise UserError(str(error)) from error


def _valued(context: Context, told: Told) -> dict[str, Any]:
    if FINANCE in context.sight.missing:
        return {"value": None, "reason": None}
    return {"value": None if told.value is None else plain(told.value), "reason": told.reason}


def shown(context: Context, chosen: Chosen, told: Told, known_at: int | None) -> dict[str, Any]:
    source: dict[str, Any] = {
        "key": told.metric,
        "unit": told.unit,
        "policy": told.policy,
        "as_of": told.as_of.isoformat(),
        "since": iso(told.since),
        "known_at": known_at,
        "currency": told.currency or None,
        "coverage": plain(told.coverage),
        "figures": figures_told(told.figures),
        "rates": [_rate(one) for one in told.rates],
        "excluded": [_excluded(one.id, one.reason) for one in told.excluded[:EXCLUDED_MOST]],
        **_valued(context, told),
    }
    for field in context.selection.below(chosen.nodes, "MetricValue"):
        language = str(field.arguments.get("language") or "en")
        if field.name == "definition":
            source[slot(field.key)] = _definition(told, language)
        elif field.name == "sentence":
            source[slot(field.key)] = sentence(told, language)
        elif field.name == "rows":
            source[slot(field.key)] = behind.lines(context, field, "MetricRow", told.rows, _row)
    return source


def _excluded(key: str, reason: str) -> dict[str, str]:
    """A subscription under its public id, a customer under its own."""
    is_record = key.removeprefix("-").isdigit()
    return {"id": record_id("subscription", int(key)) if is_record else key, "reason": str(reason)}


def _rate(one: Rate) -> dict[str, str | None]:
    return {
        "currency": one.currency,
        "to": one.to,
        "day": iso(one.day),
        "rate": plain(one.rate),
        "provider": one.provider or None,
    }


def _definition(told: Told, language: str) -> dict[str, Any]:
    known, in_japanese = told.definition, language == "ja"
    return {
        "key": known.key,
        "version": known.version,
        "title": known.title_ja if in_japanese else known.title_en,
        "says": known.says_ja if in_japanese else known.says_en,
        "formula": known.formula,
        "source": known.source or None,
    }


def figures_told(figures: Mapping[str, Exact]) -> list[dict[str, str]]:
    return [{"name": name, "value": plain(value)} for name, value in figures.items()]


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _row(row: Row) -> dict[str, Any]:
    return {"figures": figures_told(row.figures), "reason": row.reason, "day": iso(row.day)}
