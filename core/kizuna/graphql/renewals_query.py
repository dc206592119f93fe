"""What one can ask about the time ahead: renewals, what they lead to, and revenue that is committed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as Exact
from decimal import InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, cast

import strawberry

from kizuna.graphql import behind
from kizuna.graphql.context import Context
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, asked
from kizuna.graphql.labels import FINANCE
from kizuna.graphql.loading import slot
from kizuna.graphql.metrics_query import Day, InCurrency, KnownAt, OfCustomers, OfPolicy, iso, question_of
from kizuna.graphql.scalars import Date
from kizuna.graphql.selection import Chosen
from kizuna.graphql.types.renewals import CommittedMonth, RenewalReport
from kizuna.metrics import terms
from kizuna.metrics.exact import decimal
from kizuna.metrics.forward import cmrr_forward
from kizuna.metrics.frames import Question
from kizuna.metrics.questions import ask
from kizuna.metrics.renewals import Outlook, renewal_projection
from kizuna.metrics.terms import Ending
from kizuna.metrics.told import plain

RATES_MOST, YEARS_MOST, MONTHS_MOST = 10, 20, 36


@strawberry.type
class RenewalQueries:
    @asked("The terms that end in a period, and how many of them were renewed.")
    def renewals(
        self,
        info: Info,
        since: Annotated[Date, strawberry.argument(description="Terms that end on this day or later.")],
        until: Annotated[Date, strawberry.argument(description="Terms that end before this day.")],
        as_of: Day = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
        customers: OfCustomers = None,
    ) -> RenewalReport:
        first, after = date.fromisoformat(since), date.fromisoformat(until)
        if first >= after:
            raise UserError("`since` must be a day before `until`.")
        question = question_of(info.context, as_of, None, known_at, policy, currency, customers)
        return cast("RenewalReport", _told(info.context, info.chosen, question, terms.report(question, first, after)))

    @asked("Committed recurring revenue month by month: today's, with what is signed, scheduled or cancelled.")
    def committed_revenue(
        self,
        info: Info,
        months: Annotated[int, strawberry.argument(description="For how many months, 1 to 36.")] = 12,
        as_of: Day = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
        customers: OfCustomers = None,
    ) -> list[CommittedMonth]:
        if not 1 <= months <= MONTHS_MOST:
            raise UserError(f"`months` is {months}; it may be 1 to {MONTHS_MOST}.")
        question = question_of(info.context, as_of, None, known_at, policy, currency, customers)
        if FINANCE in info.context.sight.missing:
            return []
        found = cmrr_forward(terms.ahead(question, months))
        told = [{"month": one.month, "cmrr": _number(one.cmrr)} for one in found.months or ()]
        return cast("list[CommittedMonth]", told)


def _told(context: Context, chosen: Chosen, question: Question, found: terms.RenewalReport) -> dict[str, Any]:
    rates = found.renewals
    source: dict[str, Any] = {
        "currency": found.currency,
        "reason": found.reason,
        "due_count": rates and rates.due,
        "renewed_count": rates and rates.renewed,
        "lost_count": rates and rates.lost,
        "open_count": rates and rates.open,
        "logo_renewal_rate": rates and _number(rates.logo_renewal_rate),
        "gross_renewal_rate": rates and _number(rates.gross),
        "net_renewal_rate": rates and _number(rates.net),
        "on_time_share": rates and _number(rates.on_time_share),
        "open_value": [
            {"forecast": name, "value": _number(value)} for name, value in (rates.open_value if rates else {}).items()
        ],
    }
    for field in context.selection.below(chosen.nodes, "RenewalReport"):
        if field.name == "rows":
            source[slot(field.key)] = behind.lines(
                context, field, "Renewal", found.endings, lambda one: _renewal(one, question.as_of)
            )
        elif field.name == "projection":
            source[slot(field.key)] = _projection(field, question, terms.actual_rate(found.endings, question.as_of))
    return source


def _projection(field: Chosen, question: Question, actual: Fraction | None) -> list[dict[str, Any]]:
    years = field.arguments.get("years") or 5
    given = field.arguments.get("rates") or ["0.90", "0.85", "0.80"]
    if not 1 <= years <= YEARS_MOST:
        raise UserError(f"`years` is {years}; it may be 1 to {YEARS_MOST}.")
    if len(given) > RATES_MOST:
        raise UserError(f"`rates` names {len(given)}; it may name at most {RATES_MOST}.")
    arr = ask("arr", question).value
    rates = tuple(_rate(text) for text in given)
    actual_rate = None if actual is None else decimal(actual)
    found = renewal_projection(Outlook(base=arr, rates=rates, actual_rate=actual_rate, years=years))
    return [
        {"rate": name, "years": [plain(decimal(value)) for value in series]}
        for name, series in (found.series or {}).items()
    ]


def _rate(text: str) -> Exact:
    try:
        rate = Exact(text)
    except InvalidOperation as error:
        raise UserError(f'`rates` has {text[:20]!r}; write a share such as "0.90".') from error
    if not rate.is_finite() or not 0 <= rate <= RATES_MOST:
        raise UserError(f"`rates` has {text[:20]!r}; a rate is 0 to {RATES_MOST}.")
    return rate


def _renewal(one: Ending, as_of: date) -> dict[str, Any]:
    due = one.due
    return {
        "ends": due.ends.isoformat(),
        "value": None if due.value is None else plain(due.value),
        "renewed_value": None if due.renewed_value is None else plain(due.renewed_value),
        "renewed_on": iso(due.renewed_on),
        "declined_on": iso(due.declined_on),
        "state": due.state(as_of),
        "forecast": due.forecast,
        "is_first": one.is_first,
        "is_automatic": due.auto_renewed,
    }


def _number(value: Fraction | None) -> str | None:
    return None if value is None else plain(decimal(value))
