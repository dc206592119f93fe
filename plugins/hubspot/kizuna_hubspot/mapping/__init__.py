"""What HubSpot's records mean: pure functions from payloads to facts."""

from kizuna_hubspot.mapping.commerce import invoice, lead, quote, subscription
from kizuna_hubspot.mapping.parties import company, contact, owner
from kizuna_hubspot.mapping.sales import deal, line_item, pipeline, product
from kizuna_hubspot.mapping.service import call, communication, email, feedback, meeting, note, task, ticket
from kizuna_hubspot.mapping.words import gone, pipeline_key, record_key, touched_at, whole

__all__ = [
    "call",
    "communication",
    "company",
    "contact",
    "deal",
    "email",
    "feedback",
    "gone",
    "invoice",
    "lead",
    "line_item",
    "meeting",
    "note",
    "owner",
    "pipeline",
    "pipeline_key",
    "product",
    "quote",
    "record_key",
    "subscription",
    "task",
    "ticket",
    "touched_at",
    "whole",
]
