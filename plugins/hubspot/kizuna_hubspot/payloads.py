"""What HubSpot sends, as far as the mappings read it.

Every property value is a string or null ("3000", "true", "2026-03-09T20:29:45.981Z"); the old v1/v2 shape wraps it as
``{"value": …}`` and names the id ``companyId`` or ``vid``. Exports of both are still loaded, so both are read.
"""

from __future__ import annotations

from typing import TypeAlias

from kizuna import sdk


class Wrapped(sdk.Payload):
    """A property value of the old v1/v2 shape."""

    value: str | int | float | bool | None = None


Property: TypeAlias = str | int | float | bool | Wrapped | None


class Association(sdk.Payload):
    """One association of a record; an id is repeated once a label."""

    id: str | int
    type: str | None = None


class Associated(sdk.Payload):
    results: tuple[Association, ...] = ()


class CrmRecord(sdk.Payload, rename="camel"):
    """What all CRM objects share; ``company_id`` and ``vid`` are the ids of the old shape."""

    id: str | int | None = None
    created_at: str | int | None = None
    updated_at: str | int | None = None
    archived: bool | None = None
    archived_at: str | int | None = None
    associations: dict[str, Associated] | None = None
    company_id: int | None = None
    vid: int | None = None
    incomplete: str | None = None  # written by the reading: what HubSpot refused to tell of the record
    company_currency: str | None = None  # written by the reading: the portal's, for amounts that name none
    lifecycle_stage_label: str | None = None  # written by the reading: of a stage that the portal made itself


class CompanyProperties(sdk.Payload):
    name: Property = None
    domain: Property = None
    hs_additional_domains: Property = None
    website: Property = None
    phone: Property = None
    industry: Property = None
    type: Property = None
    numberofemployees: Property = None
    annualrevenue: Property = None
    hs_annual_revenue_currency_code: Property = None
    address: Property = None
    address2: Property = None
    city: Property = None
    state: Property = None
    zip: Property = None
    country: Property = None
    description: Property = None
    lifecyclestage: Property = None
    hubspot_owner_id: Property = None
    hs_parent_company_id: Property = None
    hs_merged_object_ids: Property = None
    createdate: Property = None
    hs_lastmodifieddate: Property = None
    corporate_number: Property = None
    vat_number: Property = None
    salesforceaccountid: Property = None
    stripe_id: Property = None
    stripe_customer_id: Property = None
    zendesk_id: Property = None
    zendesk_organization_id: Property = None


class Company(CrmRecord, kw_only=True):
    properties: CompanyProperties


class ContactProperties(sdk.Payload):
    email: Property = None
    hs_additional_emails: Property = None
    firstname: Property = None
    lastname: Property = None
    phone: Property = None
    mobilephone: Property = None
    jobtitle: Property = None
    department: Property = None
    company: Property = None
    associatedcompanyid: Property = None
    lifecyclestage: Property = None
    hubspot_owner_id: Property = None
    country: Property = None
    hs_language: Property = None
    hs_email_optout: Property = None
    hs_calculated_merged_vids: Property = None
    hs_all_contact_vids: Property = None
    hs_merged_object_ids: Property = None
    createdate: Property = None
    lastmodifieddate: Property = None
    salesforcecontactid: Property = None
    salesforceleadid: Property = None
    stripe_id: Property = None
    stripe_customer_id: Property = None
    zendesk_id: Property = None
    zendesk_user_id: Property = None


class Contact(CrmRecord, kw_only=True):
    properties: ContactProperties


class DealProperties(sdk.Payload):
    dealname: Property = None
    amount: Property = None
    deal_currency_code: Property = None
    pipeline: Property = None
    dealstage: Property = None
    hs_deal_stage_probability: Property = None
    hs_is_closed: Property = None
    hs_is_closed_won: Property = None
    closedate: Property = None
    createdate: Property = None
    dealtype: Property = None
    hubspot_owner_id: Property = None
    hs_analytics_source: Property = None
    hs_merged_object_ids: Property = None
    hs_lastmodifieddate: Property = None


class Deal(CrmRecord, kw_only=True):
    properties: DealProperties


class LineItemProperties(sdk.Payload):
    name: Property = None
    hs_product_id: Property = None
    quantity: Property = None
    price: Property = None
    amount: Property = None
    hs_discount_percentage: Property = None
    hs_line_item_currency_code: Property = None
    recurringbillingfrequency: Property = None
    hs_recurring_billing_start_date: Property = None
    hs_recurring_billing_end_date: Property = None
    hs_sku: Property = None
    hs_lastmodifieddate: Property = None


class LineItem(CrmRecord, kw_only=True):
    properties: LineItemProperties


class ProductProperties(sdk.Payload):
    name: Property = None
    description: Property = None
    price: Property = None
    hs_sku: Property = None
    recurringbillingfrequency: Property = None
    hs_lastmodifieddate: Property = None


class Product(CrmRecord, kw_only=True):
    properties: ProductProperties


class TicketProperties(sdk.Payload):
    subject: Property = None
    hs_ticket_id: Property = None
    hs_pipeline: Property = None
    hs_pipeline_stage: Property = None
    hs_is_closed: Property = None
    hs_ticket_priority: Property = None
    hs_ticket_category: Property = None
    source_type: Property = None
    createdate: Property = None
    closed_date: Property = None
    first_agent_reply_date: Property = None
    time_to_close: Property = None  # milliseconds
    hubspot_owner_id: Property = None
    hs_merged_object_ids: Property = None
    hs_lastmodifieddate: Property = None


class Ticket(CrmRecord, kw_only=True):
    properties: TicketProperties


class EngagementProperties(sdk.Payload):
    """Notes, calls, emails, meetings, tasks and communications together: each fills its own fields."""

    hs_timestamp: Property = None
    hs_createdate: Property = None
    hs_lastmodifieddate: Property = None
    hubspot_owner_id: Property = None
    hs_note_body: Property = None
    hs_call_title: Property = None
    hs_call_body: Property = None
    hs_call_duration: Property = None  # milliseconds
    hs_call_direction: Property = None
    hs_call_status: Property = None
    hs_email_subject: Property = None
    hs_email_text: Property = None
    hs_email_html: Property = None
    hs_email_direction: Property = None
    hs_email_status: Property = None
    hs_meeting_title: Property = None
    hs_meeting_body: Property = None
    hs_meeting_start_time: Property = None
    hs_meeting_end_time: Property = None
    hs_meeting_outcome: Property = None
    hs_task_subject: Property = None
    hs_task_body: Property = None
    hs_task_status: Property = None
    hs_communication_channel_type: Property = None
    hs_communication_body: Property = None


class Engagement(CrmRecord, kw_only=True):
    properties: EngagementProperties


class FeedbackProperties(sdk.Payload):
    hs_survey_type: Property = None
    hs_survey_name: Property = None
    hs_value: Property = None
    hs_content: Property = None
    hs_response_group: Property = None
    hs_submission_timestamp: Property = None
    hs_lastmodifieddate: Property = None


class Feedback(CrmRecord, kw_only=True):
    properties: FeedbackProperties


class LeadProperties(sdk.Payload):
    hs_lead_name: Property = None
    hs_lead_type: Property = None
    hs_lead_label: Property = None
    hs_pipeline: Property = None
    hs_pipeline_stage: Property = None
    hubspot_owner_id: Property = None
    hs_createdate: Property = None
    hs_lastmodifieddate: Property = None


class Lead(CrmRecord, kw_only=True):
    properties: LeadProperties


class QuoteProperties(sdk.Payload):
    hs_title: Property = None
    hs_quote_number: Property = None
    hs_status: Property = None
    hs_quote_amount: Property = None
    hs_currency: Property = None
    hs_expiration_date: Property = None
    hubspot_owner_id: Property = None
    hs_createdate: Property = None
    hs_lastmodifieddate: Property = None


class Quote(CrmRecord, kw_only=True):
    properties: QuoteProperties


class InvoiceProperties(sdk.Payload):
    hs_number: Property = None
    hs_invoice_status: Property = None
    hs_amount_billed: Property = None
    hs_balance_due: Property = None
    hs_currency: Property = None
    hs_invoice_date: Property = None
    hs_due_date: Property = None
    hs_payment_date: Property = None
    hs_createdate: Property = None


class Invoice(CrmRecord, kw_only=True):
    properties: InvoiceProperties


class SubscriptionProperties(sdk.Payload):
    hs_status: Property = None
    hs_currency_code: Property = None
    hs_recurring_billing_start_date: Property = None
    hs_next_payment_due_date: Property = None
    hs_createdate: Property = None


class Subscription(CrmRecord, kw_only=True):
    properties: SubscriptionProperties


class Owner(sdk.Payload, rename="camel"):
    """A user of ours who can own records (or a queue); archived ones still stand in old ``hubspot_owner_id`` values."""

    id: str | int
    email: str | None = None
    type: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    archived: bool | None = None
    updated_at: str | int | None = None


class PipelineStage(sdk.Payload, rename="camel"):
    """A stage; ``metadata`` holds strings. The old shape has ``stage_id``, ``probability`` and ``closed_won`` instead."""

    id: str | int | None = None
    stage_id: str | int | None = None
    label: str | None = None
    display_order: int | None = None
    metadata: dict[str, str | int | float | bool | None] | None = None
    archived: bool | None = None
    probability: float | None = None
    closed_won: bool | None = None


class Pipeline(sdk.Payload, rename="camel"):
    id: str | int | None = None
    pipeline_id: str | int | None = None
    label: str | None = None
    stages: tuple[PipelineStage, ...] = ()
    updated_at: str | int | None = None
    archived: bool | None = None
