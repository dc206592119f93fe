"""What one can ask of metrics side by side: as known then, under another policy, by cohort, group and product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, cast

import strawberry

from kizuna.graphql import behind
from kizuna.graphql.context import Context
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, asked
from kizuna.graphql.labels import FINANCE
from kizuna.graphql.loading import slot
from kizuna.graphql.metrics_query import (
    Day,
    InCurrency,
    KnownAt,
    OfCustomers,
    OfPolicy,
    Since,
    figures_told,
    policy_of,
    question_of,
    shown,
)
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.selection import Chosen
from kizuna.graphql.types.catalogue import Product
from kizuna.graphql.types.metrics import MetricKey
from kizuna.graphql.types.revenue import FiveQuestions, MetricComparison, MetricGroup, MetricGrouping, RevenueCohorts
from kizuna.metrics.cohorts import Cell, Started, cohorts
from kizuna.metrics.comparing import Compared, Difference, reconciled, restated
from kizuna.metrics.exact import decimal
from kizuna.metrics.five import Answers, answers
from kizuna.metrics.segments import ProductKept, by_group
from kizuna.metrics.told import plain
from kizuna.storage import portfolio
from kizuna.storage.answers.ids import record_id

MONTHS_MOST = 60

Key = Annotated[MetricKey, strawberry.argument(description="Which metric.")]


@strawberry.type
class RevenueQueries:
    @asked("A metric as it was known then, as it is known now, and what was learned since that moved it.")
    def restatement(
        self,
        info: Info,
        key: Key,
        known_at: Annotated[DateTime, strawberry.argument(description="The first answer is as it was known then.")],
        as_of: Day = None,
        since: Since = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
        customers: OfCustomers = None,
    ) -> MetricComparison:
        then = question_of(info.context, as_of, since, known_at, policy, currency, customers)
        now = question_of(info.context, as_of, since, None, policy, currency, customers)
        return _compared(info, restated(str(key), then, now), known_at)

    @asked("A metric under one policy and under another one, and which answer of theirs makes each difference.")
    def reconciliation(
        self,
        info: Info,
        key: Key,
        with_policy: Annotated[str, strawberry.argument(description="The other policy.")],
        as_of: Day = None,
        since: Since = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
        customers: OfCustomers = None,
    ) -> MetricComparison:
        question = question_of(info.context, as_of, since, known_at, policy, currency, customers)
        compared = reconciled(str(key), question, policy_of(info.context, with_policy))
        return _compared(info, compared, known_at)

    @asked("Customers by the month in which they first paid, and how they stayed, month by month.")
    def cohorts(
        self,
        info: Info,
        months: Annotated[int, strawberry.argument(description="Of how many months, 1 to 60.")],
        as_of: Day = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
    ) -> RevenueCohorts:
        if not 1 <= months <= MONTHS_MOST:
            raise UserError(f"`months` is {months}; it may be 1 to {MONTHS_MOST}.")
        found = cohorts(question_of(info.context, as_of, None, known_at, policy, currency, None), months)
        told = {
            "currency": found.currency,
            "reason": found.reason,
            "missing_fx_count": len(found.missing_fx),
            "cohorts": [_cohort(one) for one in found.cohorts],
        }
        return cast("RevenueCohorts", told)

    @asked("A metric of each group of customers, the greatest first; groups of less than five are not ranked.")
    def metric_groups(
        self,
        info: Info,
        key: Key,
        by: Annotated[MetricGrouping, strawberry.argument(description="What to group by, as it is known now.")],
        as_of: Day = None,
        since: Since = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
    ) -> list[MetricGroup]:
        question = question_of(info.context, as_of, since, known_at, policy, currency, None)
        groups = _groups(info.context, str(by))
        told = [
            {
                "group": one.group,
                "customer_count": one.customers,
                "is_too_small": one.is_too_small,
                "value": None if one.told.value is None else plain(one.told.value),
                "currency": one.told.currency or None,
                "coverage": plain(one.told.coverage),
                "reason": one.told.reason,
            }
            for one in by_group(str(key), question, groups)
        ]
        return cast("list[MetricGroup]", told)

    @asked("Five questions asked of every portfolio, over the twelve months before a day.")
    def five_questions(
        self,
        info: Info,
        as_of: Day = None,
        known_at: KnownAt = None,
        policy: OfPolicy = None,
        currency: InCurrency = None,
    ) -> FiveQuestions:
        question = question_of(info.context, as_of, None, known_at, policy, currency, None)
        found = answers(question, _groups(info.context, "industry"))
        return cast("FiveQuestions", _five(info.context, info.chosen, found, known_at))


def _groups(context: Context, by: str) -> dict[str, str | None]:
    """Customer → its group; words that differ in case and underscores only are one group."""
    context.check()
    told = portfolio.attribute(context.sql, by)
    if by == "country":
        return {customer: value.upper() for customer, value in told.items()}
    return {customer: " ".join(value.replace("_", " ").split()).title() or None for customer, value in told.items()}


def _compared(info: Info, found: Compared, known_at: int | None) -> MetricComparison:
    context = info.context
    hidden = FINANCE in context.sight.missing
    source: dict[str, Any] = {
        "difference": None if found.difference is None or hidden else plain(found.difference),
        "by_cause": [{"cause": cause, "figures": figures_told(one)} for cause, one in found.by_cause.items()],
    }
    for field in context.selection.below(info.chosen.nodes, "MetricComparison"):
        if field.name == "before":
            source[slot(field.key)] = shown(context, field, found.before, known_at)
        elif field.name == "after":
            source[slot(field.key)] = shown(context, field, found.after, None)
        elif field.name == "rows":
            source[slot(field.key)] = behind.lines(context, field, "MetricDifference", found.rows, _difference)
    return cast("MetricComparison", source)


def _difference(row: Difference) -> dict[str, Any]:
    return {"before": figures_told(row.before), "after": figures_told(row.after), "cause": row.cause}


def _number(value: Fraction | None) -> str | None:
    return None if value is None else plain(decimal(value))


def _cohort(one: Started) -> dict[str, Any]:
    return {
        "cohort": one.cohort,
        "customer_count": one.customers,
        "mrr": plain(one.mrr),
        "multiple_12": _number(one.multiple_12),
        "multiple_24": _number(one.multiple_24),
        "cells": [_cell(cell) for cell in one.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "month": cell.month,
        "customer_count": cell.customers,
        "logo_retention": _number(cell.logo_retention),
        "nrr": _number(cell.nrr),
        "grr": _number(cell.grr),
    }


def _five(context: Context, chosen: Chosen, found: Answers, known_at: int | None) -> dict[str, Any]:
    churned, renewed, long = found.highest_churn, found.first_renewal, found.long_standing
    source: dict[str, Any] = {
        "highest_churn": {
            "highest": churned.highest,
            "rate": _number(churned.rate),
            "reason": churned.reason,
            "ranking": [
                {"industry": one.industry, "rate": _number(one.rate), "start": one.start, "lost": one.lost}
                for one in churned.ranking
            ],
            "too_small": sorted(churned.too_small),
            "unknown_rate": _number(churned.unknown_rate),
        },
        "first_renewal": {
            "customer_count": renewed.customers,
            "mean_points": _number(renewed.mean_points),
            "weighted_points": _number(renewed.weighted_points),
            "reason": renewed.reason,
            "excluded_count": len(renewed.excluded),
        },
        "long_standing": None
        if long is None
        else {
            "customer_count": long.customers,
            **{name: _number(getattr(long, name)) for name in _MEANS},
            "reason": long.reason,
        },
        "missing_fx_count": len(found.missing_fx),
    }
    for field in context.selection.below(chosen.nodes, "FiveQuestions"):
        if field.name == "expandedShare":
            source[slot(field.key)] = shown(context, field, found.expanded_share, known_at)
        elif field.name == "products":
            source[slot(field.key)] = None if found.products is None else _products(context, field, found.products)
    return source


_MEANS = ("mean_first", "mean_current", "ratio_of_means", "mean_of_ratios")


def _products(context: Context, field: Chosen, kept: Sequence[ProductKept]) -> list[dict[str, Any]]:
    below = context.selection.below(field.nodes, "ProductRetention")
    ids = {one.product: record_id("product", int(one.product)) for one in kept if _is_number(one.product)}
    products: Mapping[str, Any] = behind.facts(context, below, "product", Product, set(ids.values()))
    return [
        {
            "product": products.get(ids.get(one.product, "")),
            "customer_count": one.customers,
            "start": plain(one.start),
            "end": plain(one.end),
            "nrr": _number(one.nrr),
            "grr": _number(one.grr),
            "growth": _number(one.growth),
            "migrated_in": plain(one.migrated_in),
            "migrated_out": plain(one.migrated_out),
        }
        for one in kept
    ]


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdigit()
