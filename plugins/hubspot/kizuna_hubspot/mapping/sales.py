"""Deals, their lines and stages, products as facts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from kizuna import sdk
from kizuna_hubspot.mapping.parties import amount
from kizuna_hubspot.mapping.words import instant, main_target, merges, pipeline_key, record_key, ref, said
from kizuna_hubspot.payloads import Deal, LineItem, Pipeline, PipelineStage, Product

# HubSpot's own two words and the ones portals usually add. «Existing business» may be a renewal or an upsell.
_DEAL_TYPES: Mapping[str, sdk.DealType] = {
    "newbusiness": sdk.DealType.NEW,
    "new": sdk.DealType.NEW,
    "existingbusiness": sdk.DealType.OTHER,
    "renewal": sdk.DealType.RENEWAL,
    "upsell": sdk.DealType.UPSELL,
    "expansion": sdk.DealType.UPSELL,
    "cross_sell": sdk.DealType.CROSS_SELL,
    "crosssell": sdk.DealType.CROSS_SELL,
}

_MONTHS: Mapping[str, int] = {
    "monthly": 1,
    "quarterly": 3,
    "per_six_months": 6,
    "annually": 12,
    "per_two_years": 24,
    "per_three_years": 36,
    "per_four_years": 48,
    "per_five_years": 60,
}


def deal(record: Deal, *, default_currency: str | None) -> tuple[sdk.Said, ...]:
    """The deal, words not understood, and what was merged into it."""
    key, p = record_key(record), record.properties
    deal_type, unmapped = sdk.known(said(p.dealtype), _DEAL_TYPES, sdk.DealType.OTHER, "dealtype")
    closes = instant(p.closedate)
    status = deal_status(record)
    fact = sdk.Deal(
        name=said(p.dealname),
        account=main_target(record, "companies"),
        person=main_target(record, "contacts"),
        status=status,
        deal_type=deal_type,
        stage=said(p.dealstage),
        pipeline=said(p.pipeline),
        amount=amount(said(p.amount), said(p.deal_currency_code) or default_currency or record.company_currency),
        probability=share(said(p.hs_deal_stage_probability)),
        closes_on=closes.date() if closes else None,
        closed_at=closes if status is not sdk.DealStatus.OPEN else None,
        owner=ref("owners", p.hubspot_owner_id),
        source=said(p.hs_analytics_source),
        created_at=instant(p.createdate) or instant(record.created_at),
        updated_at=instant(p.hs_lastmodifieddate) or instant(record.updated_at),
    )
    return (fact, *unmapped, *merges("deals", key, p.hs_merged_object_ids))


def deal_status(record: Deal) -> sdk.DealStatus:
    """Won, lost or open: what HubSpot computed from the stage, else the ids of its default stages."""
    p = record.properties
    stage = said(p.dealstage)
    if sdk.truth(said(p.hs_is_closed_won)) or stage == "closedwon":
        return sdk.DealStatus.WON
    if sdk.truth(said(p.hs_is_closed)) or stage == "closedlost":
        return sdk.DealStatus.LOST
    return sdk.DealStatus.OPEN


def line_item(record: LineItem, *, default_currency: str | None) -> sdk.DealLine:
    """One line of a deal; ``amount`` is what the line comes to."""
    p = record.properties
    currency = said(p.hs_line_item_currency_code) or default_currency or record.company_currency
    return sdk.DealLine(
        parent=main_target(record, "deals"),
        product=ref("products", p.hs_product_id),
        name=said(p.name),
        code=said(p.hs_sku),
        quantity=sdk.number(said(p.quantity)),
        unit_price=amount(said(p.price), currency),
        total=amount(said(p.amount), currency),
        discount_percent=sdk.number(said(p.hs_discount_percentage)),
        interval_months=_MONTHS.get(said(p.recurringbillingfrequency) or ""),
        starts_on=sdk.day(said(p.hs_recurring_billing_start_date)),
        ends_on=sdk.day(said(p.hs_recurring_billing_end_date)),
    )


def product(record: Product, *, default_currency: str | None) -> tuple[sdk.Said, ...]:
    """The product, and its price in the portal's currency when it has one that is known."""
    p, currency = record.properties, default_currency or record.company_currency
    fact = sdk.Product(name=said(p.name), code=said(p.hs_sku), description=sdk.text(said(p.description), 2000))
    unit = sdk.number(said(p.price))
    if unit is None or currency is None:
        return (fact,)
    months = _MONTHS.get(said(p.recurringbillingfrequency) or "")
    price = sdk.Price(
        product=sdk.Ref("products", record_key(record)),
        currency=currency,
        unit_minor=unit.scaleb(sdk.exponent(currency)),
        interval=sdk.Interval.MONTH if months else sdk.Interval.ONCE,
        interval_count=months or 1,
    )
    return (fact, price)


def pipeline(record: Pipeline) -> tuple[sdk.Said, ...]:
    """The stages of a pipeline that are still there."""
    key = pipeline_key(record)
    return tuple(stage(record, key, item) for item in record.stages if not item.archived)


def stage(record: Pipeline, key: str, item: PipelineStage) -> sdk.Stage:
    """One stage: deals say ``isClosed`` and ``probability``, tickets ``ticketState``, the old shape ``closedWon``."""
    found = item.id if item.id is not None else item.stage_id
    if found is None:
        raise sdk.PayloadError("a stage has no id", field="stages.id")
    metadata = {name: None if value is None else str(value) for name, value in (item.metadata or {}).items()}
    chance = share(metadata.get("probability")) if item.probability is None else item.probability
    # A ticket's stage has no probability; an old-shape deal stage says nothing but its probability: 0 and 1 are ends.
    closed = sdk.truth(metadata.get("isClosed"))
    if closed is None and "ticketState" in metadata:
        closed = metadata["ticketState"] == "CLOSED"
    if closed is None:
        closed = chance in (0.0, 1.0)
    return sdk.Stage(
        part=str(found),
        pipeline=key,
        pipeline_label=record.label,
        stage=str(found),
        label=item.label,
        position=item.display_order or 0,
        closed=closed,
        won=bool(item.closed_won) or (closed and chance == 1.0),
        probability=chance,
    )


def share(value: str | None) -> float | None:
    """A probability between 0 and 1; None when it is absent or no share."""
    found = sdk.number(value)
    return float(found) if found is not None and Decimal(0) <= found <= Decimal(1) else None
