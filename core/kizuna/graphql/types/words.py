"""The closed vocabularies of the API."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from kizuna.model.enums import AccountKind as CustomerKind
from kizuna.model.enums import (
    ContractStatus,
    DealStatus,
    DealType,
    Department,
    Direction,
    DiscountDuration,
    EngagementKind,
    Interval,
    InvoiceStatus,
    PaymentStatus,
    Priority,
    SubscriptionStatus,
    SurveyKind,
    TicketStatus,
)
from kizuna.model.enums import CustomForm as CustomFieldType
from kizuna.model.labels import Label

__all__ = [
    "Attribute",
    "ContractStatus",
    "CustomFieldType",
    "CustomerKind",
    "DealStatus",
    "DealType",
    "Department",
    "Direction",
    "DiscountDuration",
    "EngagementKind",
    "Entity",
    "Interval",
    "InvoiceStatus",
    "Label",
    "Measure",
    "PaymentStatus",
    "Priority",
    "SourcingRule",
    "SubscriptionStatus",
    "SurveyKind",
    "TicketStatus",
    "TimelineKind",
]

strawberry.enum(Label, description="What a value tells of, so that only who needs it reads it.")
_OF_THE_MODEL: tuple[tuple[type[StrEnum], str], ...] = (
    (CustomerKind, "Whether a customer is an organisation or one person who buys."),
    (Department, "A department of ours that owns a system, a record or a touch."),
    (DealStatus, "Where a deal stands."),
    (DealType, "What a deal is about."),
    (TicketStatus, "Where a ticket stands."),
    (Priority, "How urgent a ticket is."),
    (EngagementKind, "How we and they were in touch."),
    (Direction, "Who turned to whom."),
    (SubscriptionStatus, "Where a subscription stands."),
    (Interval, "The unit of a billing period."),
    (InvoiceStatus, "Where an invoice stands."),
    (PaymentStatus, "Where a payment or a refund stands."),
    (SurveyKind, "What a survey measures."),
    (ContractStatus, "Where a contract stands."),
    (DiscountDuration, "How long a discount lasts."),
    (CustomFieldType, "The type of a custom field's values."),
)
_OTHERWISE: dict[type[StrEnum], str] = {CustomerKind: "CustomerKind", CustomFieldType: "CustomFieldType"}
for _enum, _description in _OF_THE_MODEL:
    strawberry.enum(_enum, name=_OTHERWISE.get(_enum), description=_description)


@strawberry.enum(description="A field that systems may disagree on.")
class Attribute(StrEnum):
    NAME = "name"
    DOMAIN = "domain"
    EMAIL = "email"
    PHONE = "phone"
    INDUSTRY = "industry"
    EMPLOYEES = "employees"
    ANNUAL_REVENUE = "annual_revenue"
    STREET = "street"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    CORPORATE_NUMBER = "corporate_number"
    CATEGORY = "category"
    LIFECYCLE_STAGE = "lifecycle_stage"
    OWNER = "owner"
    PARENT = "parent"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    TITLE = "title"
    DEPARTMENT = "department"
    ROLE = "role"
    LANGUAGE = "language"
    ACTIVE = "active"


@strawberry.enum(description="Why a value won over the others.")
class SourcingRule(StrEnum):
    ONLY_SOURCE = "only_source"
    SOURCE_RANK = "source_rank"
    MOST_RECENT = "most_recent"
    MOST_FREQUENT = "most_frequent"
    ADDRESS_OF_ONE_RECORD = "address_of_one_record"


@strawberry.enum(description="A sum of money kept for each customer.")
class Measure(StrEnum):
    MRR = "mrr"
    INVOICED = "invoiced"
    PAID = "paid"
    REFUNDED = "refunded"
    UNPAID = "unpaid"
    PIPELINE = "pipeline"
    WON = "won"


@strawberry.enum(description="What shows on a timeline.")
class TimelineKind(StrEnum):
    DEAL = "deal"
    CONTRACT = "contract"
    TICKET = "ticket"
    ENGAGEMENT = "engagement"
    SURVEY_RESPONSE = "survey_response"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    PAYMENT = "payment"
    REFUND = "refund"
    CREDIT_NOTE = "credit_note"


@strawberry.enum(description="What is grouped: accounts into customers, or person records into people.")
class Entity(StrEnum):
    ACCOUNT = "account"
    PERSON = "person"
