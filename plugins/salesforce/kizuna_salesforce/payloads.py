"""What Salesforce sends, as far as the mappings read it; the fields asked for are exactly those declared here.

Names are Salesforce's own in Python's spelling (``is_deleted`` is ``IsDeleted``). Every field may be absent: an org
without the feature, or a user without the permission, does not have it. Field names: Object Reference, API 62.0.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kizuna import sdk
from kizuna_salesforce.ids import full_id

Number = str | int | float | None
Flag = bool | str | None


class Attributes(sdk.Payload):
    """What REST adds to each record: its type and where it lives."""

    type: str | None = None
    url: str | None = None


class SObject(sdk.Payload, rename="pascal"):
    """What every object has."""

    attributes: Attributes | None = msgspec.field(default=None, name="attributes")
    id: str | None = None
    is_deleted: Flag = None
    created_date: datetime | None = None
    last_modified_date: datetime | None = None
    system_modstamp: datetime | None = None


class Mergeable(SObject, rename="pascal"):
    """An object whose records can be merged; the loser names the winner here."""

    master_record_id: str | None = None


class Account(Mergeable, rename="pascal"):
    name: str | None = None
    type: str | None = None
    parent_id: str | None = None
    industry: str | None = None
    annual_revenue: Number = None
    number_of_employees: Number = None
    phone: str | None = None
    website: str | None = None
    description: str | None = None
    billing_street: str | None = None
    billing_city: str | None = None
    billing_state: str | None = None
    billing_postal_code: str | None = None
    billing_country: str | None = None
    billing_country_code: str | None = None
    shipping_street: str | None = None
    shipping_city: str | None = None
    shipping_state: str | None = None
    shipping_postal_code: str | None = None
    shipping_country: str | None = None
    shipping_country_code: str | None = None
    owner_id: str | None = None
    currency_iso_code: str | None = None
    is_person_account: Flag = None
    person_contact_id: str | None = None
    person_email: str | None = None
    person_mobile_phone: str | None = None
    person_home_phone: str | None = None
    person_title: str | None = None
    person_department: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Contact(Mergeable, rename="pascal"):
    account_id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile_phone: str | None = None
    home_phone: str | None = None
    other_phone: str | None = None
    title: str | None = None
    department: str | None = None
    mailing_country: str | None = None
    mailing_country_code: str | None = None
    owner_id: str | None = None
    is_person_account: Flag = None


class Lead(Mergeable, rename="pascal"):
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile_phone: str | None = None
    title: str | None = None
    status: str | None = None
    country: str | None = None
    country_code: str | None = None
    owner_id: str | None = None
    is_converted: Flag = None
    converted_account_id: str | None = None
    converted_contact_id: str | None = None


class User(SObject, rename="pascal"):
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    title: str | None = None
    department: str | None = None
    is_active: Flag = None
    user_type: str | None = None


class Opportunity(SObject, rename="pascal"):
    name: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    stage_name: str | None = None
    amount: Number = None
    probability: Number = None
    close_date: str | None = None
    type: str | None = None
    lead_source: str | None = None
    is_closed: Flag = None
    is_won: Flag = None
    last_stage_change_date: datetime | None = None
    owner_id: str | None = None
    currency_iso_code: str | None = None


class OpportunityLineItem(SObject, rename="pascal"):
    opportunity_id: str | None = None
    product2_id: str | None = None
    product_code: str | None = None
    name: str | None = None
    quantity: Number = None
    unit_price: Number = None
    list_price: Number = None
    total_price: Number = None
    discount: Number = None
    service_date: str | None = None
    currency_iso_code: str | None = None


class Product2(SObject, rename="pascal"):
    name: str | None = None
    product_code: str | None = None
    description: str | None = None
    is_active: Flag = None


class Contract(SObject, rename="pascal"):
    account_id: str | None = None
    contract_number: str | None = None
    status: str | None = None
    status_code: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    contract_term: Number = None
    activated_date: datetime | None = None
    customer_signed_date: str | None = None
    owner_id: str | None = None


class Case(Mergeable, rename="pascal"):
    case_number: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    subject: str | None = None
    status: str | None = None
    priority: str | None = None
    origin: str | None = None
    reason: str | None = None
    type: str | None = None
    is_closed: Flag = None
    is_escalated: Flag = None
    closed_date: datetime | None = None
    owner_id: str | None = None


class Activity(SObject, rename="pascal"):
    """What tasks and events share."""

    who_id: str | None = None
    what_id: str | None = None
    account_id: str | None = None
    subject: str | None = None
    description: str | None = None
    owner_id: str | None = None
    is_recurrence: Flag = None


class Task(Activity, rename="pascal"):
    status: str | None = None
    is_closed: Flag = None
    activity_date: str | None = None
    completed_date_time: datetime | None = None
    task_subtype: str | None = None
    call_type: str | None = None
    call_duration_in_seconds: Number = None
    call_disposition: str | None = None


class Event(Activity, rename="pascal"):
    start_date_time: datetime | None = None
    end_date_time: datetime | None = None
    activity_date_time: datetime | None = None
    activity_date: str | None = None
    duration_in_minutes: Number = None
    event_subtype: str | None = None
    is_child: Flag = None


class OpportunityContactRole(SObject, rename="pascal"):
    opportunity_id: str | None = None
    contact_id: str | None = None
    role: str | None = None
    is_primary: Flag = None


class OpportunityStage(SObject, rename="pascal"):
    master_label: str | None = None
    api_name: str | None = None
    sort_order: Number = None
    is_closed: Flag = None
    is_won: Flag = None
    default_probability: Number = None


class OpportunityHistory(SObject, rename="pascal"):
    opportunity_id: str | None = None
    stage_name: str | None = None
    amount: Number = None
    probability: Number = None
    close_date: str | None = None
    created_by_id: str | None = None
    currency_iso_code: str | None = None


class AccountContactRelation(SObject, rename="pascal"):
    account_id: str | None = None
    contact_id: str | None = None
    roles: str | None = None
    is_direct: Flag = None
    is_active: Flag = None


class Asset(SObject, rename="pascal"):
    account_id: str | None = None
    contact_id: str | None = None
    product2_id: str | None = None
    parent_id: str | None = None
    name: str | None = None
    serial_number: str | None = None
    status: str | None = None
    quantity: Number = None
    price: Number = None
    purchase_date: str | None = None
    install_date: str | None = None
    usage_end_date: str | None = None
    currency_iso_code: str | None = None


class Order(SObject, rename="pascal"):
    account_id: str | None = None
    contract_id: str | None = None
    opportunity_id: str | None = None
    order_number: str | None = None
    po_number: str | None = None
    status: str | None = None
    status_code: str | None = None
    total_amount: Number = None
    effective_date: str | None = None
    end_date: str | None = None
    owner_id: str | None = None
    currency_iso_code: str | None = None


class OrderItem(SObject, rename="pascal"):
    order_id: str | None = None
    product2_id: str | None = None
    quantity: Number = None
    unit_price: Number = None
    total_price: Number = None
    service_date: str | None = None
    end_date: str | None = None
    currency_iso_code: str | None = None


class CaseComment(SObject, rename="pascal"):
    parent_id: str | None = None
    comment_body: str | None = None
    is_published: Flag = None
    created_by_id: str | None = None


class EmailMessage(SObject, rename="pascal"):
    parent_id: str | None = None
    related_to_id: str | None = None
    activity_id: str | None = None
    subject: str | None = None
    text_body: str | None = None
    html_body: str | None = None
    incoming: Flag = None
    message_date: datetime | None = None
    created_by_id: str | None = None


class RecordType(SObject, rename="pascal"):
    name: str | None = None
    developer_name: str | None = None
    sobject_type: str | None = None
    is_active: Flag = None


def fields_of(payload: type[SObject]) -> tuple[str, ...]:
    """The field names a mapping reads, in Salesforce's spelling, ``Id`` first."""
    names = (field.encode_name for field in msgspec.structs.fields(payload))
    return tuple(sorted((name for name in names if name != "attributes"), key=lambda name: (name != "Id", name)))


def key_of(record: SObject) -> str:
    """The 18-character id. Raises PayloadError when the record names none, not even in its URL."""
    if record.id:
        return full_id(record.id)
    url = record.attributes.url if record.attributes else None
    if url:
        return full_id(url.rpartition("/")[2])
    raise sdk.PayloadError("the record has no Id", field="Id")


def version_of(record: SObject) -> datetime | None:
    """When Salesforce last changed the record, its own jobs included."""
    return sdk.instant(record.system_modstamp or record.last_modified_date or record.created_date)


def deleted_of(record: SObject) -> str | None:
    """Why the record is gone: ``merged``, ``deleted``, or None while it lives (an archived activity lives)."""
    if not sdk.truth(record.is_deleted):
        return None
    return "merged" if getattr(record, "master_record_id", None) else "deleted"
