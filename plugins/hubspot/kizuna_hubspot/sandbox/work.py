"""Deals with their lines, products, tickets, feedback and engagements as this portal holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Activity, Deal, DealLine, Price, Product, Ticket
from kizuna_hubspot.sandbox.definitions import DEAL_STAGES, RENEWAL_STAGES
from kizuna_hubspot.sandbox.forms import crm_object, major, several
from kizuna_hubspot.sandbox.parties import merged_ids

_DEAL_TYPES = {"new": "newbusiness", "renewal": "renewal", "upsell": "existingbusiness", "cross_sell": "cross_sell"}
_FREQUENCIES = {"month": "monthly", "quarter": "quarterly", "year": "annually"}
_PRIORITIES = {"low": "LOW", "normal": "MEDIUM", "high": "HIGH", "urgent": "URGENT"}
_STAGES = {"new": "1", "open": "3", "pending": "2", "hold": "3", "solved": "4", "closed": "4"}
_SOURCES = {"email": "EMAIL", "web": "FORM", "chat": "CHAT", "phone": "PHONE", "api": "FORM"}
_EMAILS = {"we_to_them": "EMAIL", "they_to_us": "INCOMING_EMAIL"}


def product(record: Product, prices: Sequence[Price]) -> Native:
    """A product with the first of its prices: HubSpot keeps one."""
    price = next((found for found in prices if found.product_id == record.id and found.currency == "USD"), None)
    properties = {
        "name": record.name,
        "description": record.description,
        "hs_sku": record.code,
        "price": major(price.unit_amount, price.currency) if price else None,
        "recurringbillingfrequency": _FREQUENCIES.get(price.interval) if price else None,
    }
    return crm_object("products", record.id, properties, created_at=record.created_at, updated_at=record.updated_at)


def deal(record: Deal, state: SandboxState) -> Iterator[Native]:
    """A deal in the sales or the renewals pipeline, and a line item for each of its lines."""
    renewal = record.kind == "renewal"
    stages = RENEWAL_STAGES if renewal else DEAL_STAGES
    stage = stages[record.stage]
    properties = {
        "dealname": record.name,
        "amount": major(record.amount, record.currency),
        "deal_currency_code": record.currency,
        "pipeline": "7041200" if renewal else "default",
        "dealstage": stage.id,
        "hs_deal_stage_probability": stage.probability,
        "hs_is_closed": stage.closed,
        "hs_is_closed_won": stage.closed and record.stage == "won",
        "closedate": record.closed_at or f"{record.close_on.isoformat()}T00:00:00Z",
        "dealtype": _DEAL_TYPES.get(record.kind),
        "hubspot_owner_id": record.owner_id,
        "hs_analytics_source": record.source.upper() if record.source else None,
        "hs_merged_object_ids": several(merged_ids(state, "deals", record.id)),
    }
    yield crm_object(
        "deals",
        record.id,
        properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        associations={"companies": [record.account_id], "contacts": [record.person_id]},
    )
    for line in record.lines:
        yield line_item(record, line)


def line_item(record: Deal, line: DealLine) -> Native:
    properties = {
        "name": line.name,
        "hs_product_id": line.product_id,
        "quantity": line.quantity,
        "price": major(line.unit, record.currency),
        "amount": major(line.unit * line.quantity, record.currency),
        "hs_discount_percentage": line.discount,
        "hs_line_item_currency_code": record.currency,
        "recurringbillingfrequency": _FREQUENCIES.get(line.interval),
    }
    return crm_object(
        "line_items",
        line.id,
        properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        associations={"deals": [record.id]},
    )


def ticket(record: Ticket) -> Iterator[Native]:
    """A ticket in the support pipeline, and the feedback its requester gave."""
    around = {"companies": [record.account_id], "contacts": [record.person_id]}
    took = record.solved_at - record.created_at if record.solved_at else None
    closed = record.status in ("solved", "closed")
    properties = {
        "subject": record.subject,
        "content": record.description,
        "hs_ticket_id": record.id,
        "hs_pipeline": "0",
        "hs_pipeline_stage": _STAGES.get(record.status, "3"),
        "hs_is_closed": closed,
        "hs_ticket_priority": _PRIORITIES.get(record.priority or ""),
        "hs_ticket_category": record.category.upper(),
        "source_type": _SOURCES.get(record.channel),
        "closed_date": record.solved_at if closed else None,
        "first_agent_reply_date": record.first_reply_at,
        "time_to_close": took // timedelta(milliseconds=1) if took is not None and closed else None,
        "hubspot_owner_id": record.staff_id,
    }
    yield crm_object(
        "tickets",
        record.id,
        properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        associations=around,
    )
    rating = record.rating
    if rating is not None and rating.answered_at is not None:
        answer = {
            "hs_survey_type": "CSAT",
            "hs_survey_name": "After a ticket",
            "hs_value": "1" if rating.score == "good" else "0",
            "hs_content": rating.comment,
            "hs_submission_timestamp": rating.answered_at,
        }
        yield crm_object(
            "feedback_submissions",
            rating.id,
            answer,
            created_at=rating.answered_at,
            updated_at=rating.answered_at,
            associations={**around, "tickets": [record.id]},
        )


def activity(record: Activity) -> Native:
    """A call, meeting, mail, note or task."""
    word = record.kind
    properties: dict[str, Any] = {
        "hs_timestamp": record.at,
        "hubspot_owner_id": record.owner_id,
        **_OWN[word](record),
    }
    return crm_object(
        f"{word}s",
        record.id,
        properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        associations={
            "companies": [record.account_id],
            "contacts": [record.person_id],
            "deals": [record.deal_id],
        },
    )


def _call(record: Activity) -> dict[str, Any]:
    return {
        "hs_call_title": record.subject,
        "hs_call_body": record.body,
        "hs_call_duration": None if record.duration_s is None else record.duration_s * 1000,
        "hs_call_direction": "INBOUND" if record.direction == "they_to_us" else "OUTBOUND",
        "hs_call_status": "COMPLETED" if record.done else "QUEUED",
    }


def _meeting(record: Activity) -> dict[str, Any]:
    return {
        "hs_meeting_title": record.subject,
        "hs_meeting_body": record.body,
        "hs_meeting_start_time": record.at,
        "hs_meeting_end_time": record.at + timedelta(seconds=record.duration_s or 1800),
        "hs_meeting_outcome": "COMPLETED" if record.done else "SCHEDULED",
    }


def _email(record: Activity) -> dict[str, Any]:
    return {
        "hs_email_subject": record.subject,
        "hs_email_text": record.body,
        "hs_email_html": f"<p>{record.body}</p>" if record.body else None,
        "hs_email_direction": _EMAILS.get(record.direction, "FORWARDED_EMAIL"),
        "hs_email_status": "SENT",
    }


def _note(record: Activity) -> dict[str, Any]:
    return {"hs_note_body": f"<p>{record.body or record.subject}</p>"}


def _task(record: Activity) -> dict[str, Any]:
    return {
        "hs_task_subject": record.subject,
        "hs_task_body": record.body,
        "hs_task_status": "COMPLETED" if record.done else "NOT_STARTED",
    }


_OWN = {"call": _call, "meeting": _meeting, "email": _email, "note": _note, "task": _task}
