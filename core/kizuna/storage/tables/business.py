"""C · CUSTOMER: the business, derived whole from facts, identity and configuration."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from kizuna.storage.tables.base import METADATA, at, flag, rid, serial, text, whole

PLACEMENT = Table(
    "placement",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    text("kind", primary_key=True),
    text("part", primary_key=True),
    text("customer_id", nullable=True),
    text("person_id", nullable=True),
    rid("account_rid"),
    rid("person_rid"),
    rid("parent_rid"),
    at("at"),  # when it happened; null: not on the timeline
    text("title", nullable=True),
    text("direction", nullable=True),
    Column("connection_id", Integer, nullable=False),
    Index(None, "customer_id", "kind", "at", "rid"),
    Index("ix_placement_timeline", "customer_id", "at", "rid"),
    Index(None, "person_id", "at"),
    Index(None, "account_rid"),
    Index(None, "person_rid"),
    Index(None, "parent_rid"),
)

CUSTOMER = Table(
    "customer",
    METADATA,
    text("id", primary_key=True),
    text("customer_kind"),  # company, person
    text("name", nullable=True),
    text("sort_name"),
    text("domain", nullable=True),
    text("email", nullable=True),
    text("phone", nullable=True),
    text("industry", nullable=True),
    whole("employees", nullable=True),
    whole("annual_revenue_minor", nullable=True),
    text("annual_revenue_currency", nullable=True),
    text("street", nullable=True),
    text("city", nullable=True),
    text("state", nullable=True),
    text("postal_code", nullable=True),
    text("country", nullable=True),
    text("corporate_number", nullable=True),
    text("category", nullable=True),
    text("lifecycle_stage", nullable=True),
    rid("owner_rid"),
    text("parent_id", nullable=True),
    text("systems"),  # JSON list of connector keys, sorted
    whole("records"),
    at("first_seen_at"),  # the earliest creation any system dates it with
    whole("people"),
    whole("tickets"),
    whole("open_tickets"),
    whole("deals"),
    whole("open_deals"),
    whole("subscriptions"),
    whole("active_subscriptions"),
    whole("invoices"),
    whole("unpaid_invoices"),
    at("last_activity_at"),
    at("next_renewal_at"),
    Index(None, "sort_name", "id"),
    Index(None, "domain"),
    Index(None, "last_activity_at", "id"),
    Index(None, "open_tickets", "id"),
    Index(None, "parent_id"),
)

CUSTOMER_MONEY = Table(
    "customer_money",
    METADATA,
    text("customer_id", primary_key=True),
    text("measure", primary_key=True),  # mrr, invoiced, paid, refunded, unpaid, pipeline, won
    text("currency", primary_key=True),
    text("exact"),  # the sum, whole, in millionths of a minor unit: of any size
    whole("micro"),  # the same as far as 64 bits reach: to sort and to compare by, never to show
    Index(None, "measure", "currency", "micro"),
)

REVENUE_MOVEMENT = Table(
    "revenue_movement",
    METADATA,
    text("customer_id", primary_key=True),
    text("day", primary_key=True),  # 2026-03-31, in the organisation's time zone
    Column("n", Integer, primary_key=True, autoincrement=False),
    text("kind"),  # new, expansion, contraction, churn, reactivation, identity, migration
    text("reason"),
    text("currency"),
    text("exact"),  # a month, in millionths of a minor unit: of any size
    whole("micro"),  # the same as far as 64 bits reach
    text("parts"),  # JSON list of what products and subscriptions have in it, and which records say so
    Index(None, "day", "customer_id", "n"),
)
"""What moved recurring revenue under Kizuna's own policy, as it is known now."""

PERSON = Table(
    "person",
    METADATA,
    text("id", primary_key=True),
    text("name", nullable=True),
    text("sort_name"),
    text("given_name", nullable=True),
    text("family_name", nullable=True),
    text("email", nullable=True),
    text("phone", nullable=True),
    text("title", nullable=True),
    text("department", nullable=True),
    text("role", nullable=True),
    text("country", nullable=True),
    text("language", nullable=True),
    flag("active", default=True),
    text("customer_id", nullable=True),  # the primary one
    text("systems"),
    whole("records"),
    at("last_activity_at"),
    Index(None, "customer_id", "sort_name", "id"),
    Index(None, "email"),
    Index(None, "sort_name", "id"),
)

PERSON_CUSTOMER = Table(
    "person_customer",
    METADATA,
    text("person_id", primary_key=True),
    text("customer_id", primary_key=True),
    flag("is_primary"),
    text("labels"),  # JSON list
    Index(None, "customer_id"),
)

PERSON_JOB = Table(
    "person_job",
    METADATA,
    serial("seq"),
    rid(nullable=False),  # the record that said so
    text("part"),
    rid("person_rid", nullable=False),
    rid("account_rid", nullable=False),
    at("since"),  # null: from before the record was known
    at("until", nullable=False),  # as the source dates the change, else when it was learned
    Index(None, "person_rid"),
    Index(None, "rid"),
)
"""Where people no longer are: history, not derivation. By records, so that it follows whoever these belong to."""

CLAIM = Table(
    "claim",
    METADATA,
    text("entity_id", primary_key=True),
    text("attribute", primary_key=True),
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    whole("n", primary_key=True, autoincrement=False),  # position where a record says several
    text("entity"),
    text("value"),
    text("system"),
    whole("rank"),
    at("observed_at"),
    flag("winner"),
    flag("conflict"),  # another record says something else
    Index(None, "attribute", "value"),
)

CUSTOM_VALUE = Table(
    "custom_value",
    METADATA,
    text("entity_id", primary_key=True),
    text("name", primary_key=True),
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    text("entity"),  # account, person
    text("form"),  # text, number, boolean, day, instant, money, choice
    text("value"),
    text("system"),
    whole("rank"),
    at("observed_at"),
    flag("winner"),
    flag("conflict"),  # another record says something else
    Index(None, "name", "value"),
)
"""What records say in fields that the administrator keeps, as claims are kept."""

EMAIL = Table(
    "email_address",
    METADATA,
    text("address", primary_key=True),  # normalised
    text("entity_id", primary_key=True),
    text("entity"),
    Index(None, "entity_id"),
)
