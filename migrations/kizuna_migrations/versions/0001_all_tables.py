"""Every table of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alias_told",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("told_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("winner_rid", sa.BigInteger(), nullable=False),
        sa.Column("loser_id", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "told_by", name=op.f("pk_alias_told")),
    )
    op.create_index(op.f("ix_alias_told_told_by"), "alias_told", ["told_by"], unique=False)
    op.create_table(
        "api_bucket",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_bucket")),
    )
    op.create_table(
        "api_document",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_api_document")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "blocked_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_value")),
    )
    op.create_table(
        "claim",
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("winner", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", "attribute", "rid", "n", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_attribute_value"), "claim", ["attribute", "value"], unique=False)
    op.create_table(
        "compression_dictionary",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sample", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("emptied_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compression_dictionary")),
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("every_minutes", sa.Float(), nullable=True),
        sa.Column("full_every_days", sa.Float(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_name")),
    )
    op.create_table(
        "custom_value",
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.Column("winner", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", "name", "rid", name=op.f("pk_custom_value")),
    )
    op.create_index(op.f("ix_custom_value_name_value"), "custom_value", ["name", "value"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("employees", sa.BigInteger(), nullable=True),
        sa.Column("annual_revenue_minor", sa.BigInteger(), nullable=True),
        sa.Column("annual_revenue_currency", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("corporate_number", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("lifecycle_stage", sa.Text(), nullable=True),
        sa.Column("owner_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("systems", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
        sa.Column("open_tickets", sa.BigInteger(), nullable=False),
        sa.Column("deals", sa.BigInteger(), nullable=False),
        sa.Column("open_deals", sa.BigInteger(), nullable=False),
        sa.Column("subscriptions", sa.BigInteger(), nullable=False),
        sa.Column("active_subscriptions", sa.BigInteger(), nullable=False),
        sa.Column("invoices", sa.BigInteger(), nullable=False),
        sa.Column("unpaid_invoices", sa.BigInteger(), nullable=False),
        sa.Column("last_activity_at", sa.BigInteger(), nullable=True),
        sa.Column("next_renewal_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index(op.f("ix_customer_domain"), "customer", ["domain"], unique=False)
    op.create_index(op.f("ix_customer_last_activity_at_id"), "customer", ["last_activity_at", "id"], unique=False)
    op.create_index(op.f("ix_customer_open_tickets_id"), "customer", ["open_tickets", "id"], unique=False)
    op.create_index(op.f("ix_customer_parent_id"), "customer", ["parent_id"], unique=False)
    op.create_index(op.f("ix_customer_sort_name_id"), "customer", ["sort_name", "id"], unique=False)
    op.create_table(
        "customer_money",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "measure", "currency", name=op.f("pk_customer_money")),
    )
    op.create_index(
        op.f("ix_customer_money_measure_currency_micro"),
        "customer_money",
        ["measure", "currency", "micro"],
        unique=False,
    )
    op.create_table(
        "data_key",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("renewing_by", sa.Text(), nullable=True),
        sa.Column("renewing_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_data_key")),
    )
    op.create_table(
        "email_address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", "entity_id", name=op.f("pk_email_address")),
    )
    op.create_index(op.f("ix_email_address_entity_id"), "email_address", ["entity_id"], unique=False)
    op.create_table(
        "entity",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("founding_rid", sa.BigInteger(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
    )
    op.create_index(op.f("ix_entity_merged_into"), "entity", ["merged_into"], unique=False)
    op.create_table(
        "fact_account",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("account_kind", sa.Text(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("emails", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("employees", sa.BigInteger(), nullable=True),
        sa.Column("annual_revenue_minor", sa.BigInteger(), nullable=True),
        sa.Column("annual_revenue_currency", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("corporate_number", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("lifecycle_stage", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("owner_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("cross_references", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_account")),
    )
    op.create_table(
        "fact_contract",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Text(), nullable=True),
        sa.Column("ends_on", sa.Text(), nullable=True),
        sa.Column("term_months", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("value_currency", sa.Text(), nullable=True),
        sa.Column("owner_rid", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_contract")),
    )
    op.create_table(
        "fact_credit_note",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_credit_note")),
    )
    op.create_table(
        "fact_custom_field",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_custom_field")),
    )
    op.create_table(
        "fact_deal",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("person_rid", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("deal_type", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("pipeline", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("closes_on", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("owner_rid", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_deal")),
    )
    op.create_table(
        "fact_deal_line",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("product_rid", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("unit_price_currency", sa.Text(), nullable=True),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("list_price_currency", sa.Text(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("total_currency", sa.Text(), nullable=True),
        sa.Column("discount_percent", sa.Text(), nullable=True),
        sa.Column("interval_months", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Text(), nullable=True),
        sa.Column("ends_on", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_deal_line")),
    )
    op.create_table(
        "fact_discount",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("parent_rid", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("coupon", sa.Text(), nullable=True),
        sa.Column("percent_off", sa.Text(), nullable=True),
        sa.Column("amount_off_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_off_currency", sa.Text(), nullable=True),
        sa.Column("duration", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_discount")),
    )
    op.create_table(
        "fact_engagement",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("engagement_kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("person_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("staff_rid", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("duration_s", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_engagement")),
    )
    op.create_table(
        "fact_history",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("version_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "kind", "part", "version_no", name=op.f("pk_fact_history")),
    )
    op.create_index(op.f("ix_fact_history_kind_known_at"), "fact_history", ["kind", "known_at"], unique=False)
    op.create_table(
        "fact_invoice",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("total_currency", sa.Text(), nullable=True),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=True),
        sa.Column("subtotal_currency", sa.Text(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_currency", sa.Text(), nullable=True),
        sa.Column("due_minor", sa.BigInteger(), nullable=True),
        sa.Column("due_currency", sa.Text(), nullable=True),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_currency", sa.Text(), nullable=True),
        sa.Column("remaining_minor", sa.BigInteger(), nullable=True),
        sa.Column("remaining_currency", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_invoice")),
    )
    op.create_table(
        "fact_invoice_line",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("parent_rid", sa.BigInteger(), nullable=False),
        sa.Column("subscription_rid", sa.BigInteger(), nullable=True),
        sa.Column("subscription_item", sa.Text(), nullable=True),
        sa.Column("product_rid", sa.BigInteger(), nullable=True),
        sa.Column("price_rid", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("discount_currency", sa.Text(), nullable=True),
        sa.Column("period_starts_at", sa.BigInteger(), nullable=True),
        sa.Column("period_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("proration", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_invoice_line")),
    )
    op.create_table(
        "fact_membership",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("person_rid", sa.BigInteger(), nullable=False),
        sa.Column("account_rid", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_membership")),
    )
    op.create_table(
        "fact_other",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "kind", "part", name=op.f("pk_fact_other")),
    )
    op.create_table(
        "fact_payment",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=True),
        sa.Column("refunded_currency", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_payment")),
    )
    op.create_table(
        "fact_person",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("emails", sa.Text(), nullable=False),
        sa.Column("phones", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("owner_rid", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("cross_references", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_person")),
    )
    op.create_table(
        "fact_price",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("product_rid", sa.BigInteger(), nullable=True),
        sa.Column("nickname", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("unit_minor", sa.Text(), nullable=True),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("interval_count", sa.BigInteger(), nullable=False),
        sa.Column("metered", sa.Boolean(), nullable=False),
        sa.Column("tiered", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_price")),
    )
    op.create_table(
        "fact_product",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_product")),
    )
    op.create_table(
        "fact_refund",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_refund")),
    )
    op.create_table(
        "fact_staff",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_staff")),
    )
    op.create_table(
        "fact_stage",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("pipeline_label", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("won", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_stage")),
    )
    op.create_table(
        "fact_subscription",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("trial_starts_at", sa.BigInteger(), nullable=True),
        sa.Column("trial_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("cancel_requested_at", sa.BigInteger(), nullable=True),
        sa.Column("cancels_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("period_starts_at", sa.BigInteger(), nullable=True),
        sa.Column("period_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_from", sa.BigInteger(), nullable=True),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_subscription")),
    )
    op.create_table(
        "fact_subscription_item",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("parent_rid", sa.BigInteger(), nullable=False),
        sa.Column("product_rid", sa.BigInteger(), nullable=True),
        sa.Column("price_rid", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("unit_minor", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("interval_count", sa.BigInteger(), nullable=False),
        sa.Column("metered", sa.Boolean(), nullable=False),
        sa.Column("period_starts_at", sa.BigInteger(), nullable=True),
        sa.Column("period_ends_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_subscription_item")),
    )
    op.create_table(
        "fact_survey_response",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("survey_kind", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("scale_max", sa.Float(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("person_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("staff_rid", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_survey_response")),
    )
    op.create_table(
        "fact_ticket",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("person_rid", sa.BigInteger(), nullable=True),
        sa.Column("assignee_rid", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("solved_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_ticket")),
    )
    op.create_table(
        "fact_ticket_metrics",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("parent_rid", sa.BigInteger(), nullable=False),
        sa.Column("first_reply_min", sa.BigInteger(), nullable=True),
        sa.Column("first_resolution_min", sa.BigInteger(), nullable=True),
        sa.Column("full_resolution_min", sa.BigInteger(), nullable=True),
        sa.Column("requester_wait_min", sa.BigInteger(), nullable=True),
        sa.Column("agent_wait_min", sa.BigInteger(), nullable=True),
        sa.Column("on_hold_min", sa.BigInteger(), nullable=True),
        sa.Column("reopens", sa.BigInteger(), nullable=True),
        sa.Column("replies", sa.BigInteger(), nullable=True),
        sa.Column("solved_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rid", "part", name=op.f("pk_fact_ticket_metrics")),
    )
    op.create_table(
        "field_remap",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connection_id", "stream", name=op.f("pk_field_remap")),
    )
    op.create_table(
        "field_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("attribute", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("choices", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_rule")),
        sa.UniqueConstraint(
            "connection_id", "stream", "path", "version", name=op.f("uq_field_rule_connection_id_stream_path_version")
        ),
    )
    op.create_table(
        "fx_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("to_currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "to_currency", "day", "provider", name=op.f("pk_fx_rate")),
    )
    op.create_table(
        "identity_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("a", sa.BigInteger(), nullable=False),
        sa.Column("b", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("supersedes", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_decision")),
    )
    op.create_index(op.f("ix_identity_decision_a"), "identity_decision", ["a"], unique=False)
    op.create_index(op.f("ix_identity_decision_b"), "identity_decision", ["b"], unique=False)
    op.create_table(
        "identity_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=True),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_identity_event")),
    )
    op.create_index(op.f("ix_identity_event_entity_id"), "identity_event", ["entity_id"], unique=False)
    op.create_table(
        "identity_key",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("named", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", "rid", name=op.f("pk_identity_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_profile",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("normaliser", sa.Text(), nullable=False),
        sa.Column("key_hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "entity", name=op.f("pk_identity_profile")),
    )
    op.create_table(
        "key_stat",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("largest_per_source", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_key_stat")),
    )
    op.create_table(
        "kizuna_state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kizuna_state")),
    )
    op.create_table(
        "lease",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("executor", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("renewed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_lease")),
    )
    op.create_table(
        "match_edge",
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("bits", sa.Float(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("guards", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("a", "b", "entity", name=op.f("pk_match_edge")),
    )
    op.create_index(op.f("ix_match_edge_b"), "match_edge", ["b"], unique=False)
    op.create_table(
        "match_model",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("learned_from", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("activated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_match_model")),
    )
    op.create_table(
        "membership",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "entity", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_entity_id"), "membership", ["entity_id"], unique=False)
    op.create_table(
        "membership_history",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("rid", sa.BigInteger(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_membership_history")),
    )
    op.create_index(op.f("ix_membership_history_entity_id"), "membership_history", ["entity_id"], unique=False)
    op.create_index(op.f("ix_membership_history_rid"), "membership_history", ["rid"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("rids", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("systems", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("last_activity_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(
        op.f("ix_person_customer_id_sort_name_id"), "person", ["customer_id", "sort_name", "id"], unique=False
    )
    op.create_index(op.f("ix_person_email"), "person", ["email"], unique=False)
    op.create_index(op.f("ix_person_sort_name_id"), "person", ["sort_name", "id"], unique=False)
    op.create_table(
        "person_customer",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "customer_id", name=op.f("pk_person_customer")),
    )
    op.create_index(op.f("ix_person_customer_customer_id"), "person_customer", ["customer_id"], unique=False)
    op.create_table(
        "person_job",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("rid", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("person_rid", sa.BigInteger(), nullable=False),
        sa.Column("account_rid", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_person_job")),
    )
    op.create_index(op.f("ix_person_job_person_rid"), "person_job", ["person_rid"], unique=False)
    op.create_index(op.f("ix_person_job_rid"), "person_job", ["rid"], unique=False)
    op.create_table(
        "placement",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("account_rid", sa.BigInteger(), nullable=True),
        sa.Column("person_rid", sa.BigInteger(), nullable=True),
        sa.Column("parent_rid", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "kind", "part", name=op.f("pk_placement")),
    )
    op.create_index(op.f("ix_placement_account_rid"), "placement", ["account_rid"], unique=False)
    op.create_index(
        op.f("ix_placement_customer_id_kind_at_rid"), "placement", ["customer_id", "kind", "at", "rid"], unique=False
    )
    op.create_index(op.f("ix_placement_parent_rid"), "placement", ["parent_rid"], unique=False)
    op.create_index(op.f("ix_placement_person_id_at"), "placement", ["person_id", "at"], unique=False)
    op.create_index(op.f("ix_placement_person_rid"), "placement", ["person_rid"], unique=False)
    op.create_index("ix_placement_timeline", "placement", ["customer_id", "at", "rid"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("deleted", sa.Text(), nullable=True),
        sa.Column("mapping_version", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint(
            "connection_id", "stream", "source_id", name=op.f("uq_quarantine_connection_id_stream_source_id")
        ),
    )
    op.create_table(
        "quarantine_discarded",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "stream", name=op.f("pk_quarantine_discarded")),
    )
    op.create_table(
        "record_alias",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("winner_rid", sa.BigInteger(), nullable=False),
        sa.Column("loser_id", sa.Text(), nullable=False),
        sa.Column("told_by", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rid", name=op.f("pk_record_alias")),
    )
    op.create_index(op.f("ix_record_alias_told_by"), "record_alias", ["told_by"], unique=False)
    op.create_index(op.f("ix_record_alias_winner_rid"), "record_alias", ["winner_rid"], unique=False)
    op.create_table(
        "revenue_movement",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "day", "n", name=op.f("pk_revenue_movement")),
    )
    op.create_index(
        op.f("ix_revenue_movement_day_customer_id_n"), "revenue_movement", ["day", "customer_id", "n"], unique=False
    )
    op.create_table(
        "review_later",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("bits", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("a_version", sa.BigInteger(), nullable=False),
        sa.Column("b_version", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "a", "b", name=op.f("pk_review_later")),
    )
    op.create_table(
        "review_task",
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("bits", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("a", "b", "entity", name=op.f("pk_review_task")),
    )
    op.create_index(op.f("ix_review_task_b"), "review_task", ["b"], unique=False)
    op.create_table(
        "run_stream",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "stream", name=op.f("pk_run_stream")),
    )
    op.create_table(
        "schema_drift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_drift")),
        sa.UniqueConstraint(
            "connection_id",
            "stream",
            "path",
            "change",
            "after",
            name=op.f("uq_schema_drift_connection_id_stream_path_change_after"),
        ),
    )
    op.create_table(
        "sealed_secret",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "setting", name=op.f("pk_sealed_secret")),
    )
    op.create_table(
        "source_record",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("version_no", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Text(), nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("dictionary_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid", name=op.f("pk_source_record")),
    )
    op.create_index(
        op.f("ix_source_record_connection_id_stream_source_id"),
        "source_record",
        ["connection_id", "stream", "source_id"],
        unique=False,
    )
    op.create_table(
        "source_version",
        sa.Column("rid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Text(), nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("dictionary_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "version_no", name=op.f("pk_source_version")),
    )
    op.create_table(
        "stream",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bookmark", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("last_complete_at", sa.BigInteger(), nullable=True),
        sa.Column("last_complete_run", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "name", name=op.f("pk_stream")),
    )
    op.create_table(
        "stream_field",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "stream", "path", name=op.f("pk_stream_field")),
    )
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("streams", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    op.create_index(
        op.f("ix_sync_run_connection_id_queued_at"), "sync_run", ["connection_id", "queued_at"], unique=False
    )
    op.create_index(
        "ix_sync_run_unended",
        "sync_run",
        ["queued_at", "id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_sync_run_whole",
        "sync_run",
        ["connection_id", "queued_at"],
        unique=False,
        sqlite_where=sa.text("\"trigger\" <> 'webhook' AND streams IS NULL"),
        postgresql_where=sa.text("\"trigger\" <> 'webhook' AND streams IS NULL"),
    )
    op.create_table(
        "webhook_count",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "outcome", name=op.f("pk_webhook_count")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hints", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        op.f("ix_webhook_delivery_connection_id_name"), "webhook_delivery", ["connection_id", "name"], unique=True
    )
    op.create_index(
        "ix_webhook_delivery_done",
        "webhook_delivery",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("state = 'done'"),
        postgresql_where=sa.text("state = 'done'"),
    )
    op.create_index(
        "ix_webhook_delivery_failed",
        "webhook_delivery",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_webhook_delivery_reading",
        "webhook_delivery",
        ["run_id"],
        unique=False,
        sqlite_where=sa.text("state = 'reading'"),
        postgresql_where=sa.text("state = 'reading'"),
    )
    op.create_index(
        op.f("ix_webhook_delivery_state_connection_id_due_at_id"),
        "webhook_delivery",
        ["state", "connection_id", "due_at", "id"],
        unique=False,
    )
    op.create_table(
        "webhook_secret",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "reference", name=op.f("pk_webhook_secret")),
    )
    # ### end Alembic commands ###


def downgrade() -> None:
    op.drop_table("webhook_secret")
    op.drop_index(op.f("ix_webhook_delivery_state_connection_id_due_at_id"), table_name="webhook_delivery")
    op.drop_index(
        "ix_webhook_delivery_reading",
        table_name="webhook_delivery",
        sqlite_where=sa.text("state = 'reading'"),
        postgresql_where=sa.text("state = 'reading'"),
    )
    op.drop_index(
        "ix_webhook_delivery_failed",
        table_name="webhook_delivery",
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.drop_index(
        "ix_webhook_delivery_done",
        table_name="webhook_delivery",
        sqlite_where=sa.text("state = 'done'"),
        postgresql_where=sa.text("state = 'done'"),
    )
    op.drop_index(op.f("ix_webhook_delivery_connection_id_name"), table_name="webhook_delivery")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_count")
    op.drop_index(
        "ix_sync_run_whole",
        table_name="sync_run",
        sqlite_where=sa.text("\"trigger\" <> 'webhook' AND streams IS NULL"),
        postgresql_where=sa.text("\"trigger\" <> 'webhook' AND streams IS NULL"),
    )
    op.drop_index(
        "ix_sync_run_unended",
        table_name="sync_run",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_sync_run_connection_id_queued_at"), table_name="sync_run")
    op.drop_table("sync_run")
    op.drop_table("stream_field")
    op.drop_table("stream")
    op.drop_table("source_version")
    op.drop_index(op.f("ix_source_record_connection_id_stream_source_id"), table_name="source_record")
    op.drop_table("source_record")
    op.drop_table("sealed_secret")
    op.drop_table("schema_drift")
    op.drop_table("run_stream")
    op.drop_index(op.f("ix_review_task_b"), table_name="review_task")
    op.drop_table("review_task")
    op.drop_table("review_later")
    op.drop_index(op.f("ix_revenue_movement_day_customer_id_n"), table_name="revenue_movement")
    op.drop_table("revenue_movement")
    op.drop_index(op.f("ix_record_alias_winner_rid"), table_name="record_alias")
    op.drop_index(op.f("ix_record_alias_told_by"), table_name="record_alias")
    op.drop_table("record_alias")
    op.drop_table("quarantine_discarded")
    op.drop_table("quarantine")
    op.drop_index("ix_placement_timeline", table_name="placement")
    op.drop_index(op.f("ix_placement_person_rid"), table_name="placement")
    op.drop_index(op.f("ix_placement_person_id_at"), table_name="placement")
    op.drop_index(op.f("ix_placement_parent_rid"), table_name="placement")
    op.drop_index(op.f("ix_placement_customer_id_kind_at_rid"), table_name="placement")
    op.drop_index(op.f("ix_placement_account_rid"), table_name="placement")
    op.drop_table("placement")
    op.drop_index(op.f("ix_person_job_rid"), table_name="person_job")
    op.drop_index(op.f("ix_person_job_person_rid"), table_name="person_job")
    op.drop_table("person_job")
    op.drop_index(op.f("ix_person_customer_customer_id"), table_name="person_customer")
    op.drop_table("person_customer")
    op.drop_index(op.f("ix_person_sort_name_id"), table_name="person")
    op.drop_index(op.f("ix_person_email"), table_name="person")
    op.drop_index(op.f("ix_person_customer_id_sort_name_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_membership_history_rid"), table_name="membership_history")
    op.drop_index(op.f("ix_membership_history_entity_id"), table_name="membership_history")
    op.drop_table("membership_history")
    op.drop_index(op.f("ix_membership_entity_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_table("match_model")
    op.drop_index(op.f("ix_match_edge_b"), table_name="match_edge")
    op.drop_table("match_edge")
    op.drop_table("lease")
    op.drop_table("kizuna_state")
    op.drop_table("key_stat")
    op.drop_table("identity_profile")
    op.drop_table("identity_key")
    op.drop_index(op.f("ix_identity_event_entity_id"), table_name="identity_event")
    op.drop_table("identity_event")
    op.drop_index(op.f("ix_identity_decision_b"), table_name="identity_decision")
    op.drop_index(op.f("ix_identity_decision_a"), table_name="identity_decision")
    op.drop_table("identity_decision")
    op.drop_table("fx_rate")
    op.drop_table("field_rule")
    op.drop_table("field_remap")
    op.drop_table("fact_ticket_metrics")
    op.drop_table("fact_ticket")
    op.drop_table("fact_survey_response")
    op.drop_table("fact_subscription_item")
    op.drop_table("fact_subscription")
    op.drop_table("fact_stage")
    op.drop_table("fact_staff")
    op.drop_table("fact_refund")
    op.drop_table("fact_product")
    op.drop_table("fact_price")
    op.drop_table("fact_person")
    op.drop_table("fact_payment")
    op.drop_table("fact_other")
    op.drop_table("fact_membership")
    op.drop_table("fact_invoice_line")
    op.drop_table("fact_invoice")
    op.drop_index(op.f("ix_fact_history_kind_known_at"), table_name="fact_history")
    op.drop_table("fact_history")
    op.drop_table("fact_engagement")
    op.drop_table("fact_discount")
    op.drop_table("fact_deal_line")
    op.drop_table("fact_deal")
    op.drop_table("fact_custom_field")
    op.drop_table("fact_credit_note")
    op.drop_table("fact_contract")
    op.drop_table("fact_account")
    op.drop_index(op.f("ix_entity_merged_into"), table_name="entity")
    op.drop_table("entity")
    op.drop_index(op.f("ix_email_address_entity_id"), table_name="email_address")
    op.drop_table("email_address")
    op.drop_table("data_key")
    op.drop_index(op.f("ix_customer_money_measure_currency_micro"), table_name="customer_money")
    op.drop_table("customer_money")
    op.drop_index(op.f("ix_customer_sort_name_id"), table_name="customer")
    op.drop_index(op.f("ix_customer_parent_id"), table_name="customer")
    op.drop_index(op.f("ix_customer_open_tickets_id"), table_name="customer")
    op.drop_index(op.f("ix_customer_last_activity_at_id"), table_name="customer")
    op.drop_index(op.f("ix_customer_domain"), table_name="customer")
    op.drop_table("customer")
    op.drop_index(op.f("ix_custom_value_name_value"), table_name="custom_value")
    op.drop_table("custom_value")
    op.drop_table("connection")
    op.drop_table("compression_dictionary")
    op.drop_index(op.f("ix_claim_attribute_value"), table_name="claim")
    op.drop_table("claim")
    op.drop_table("blocked_value")
    op.drop_table("audit_entry")
    op.drop_table("api_token")
    op.drop_table("api_document")
    op.drop_table("api_bucket")
    op.drop_index(op.f("ix_alias_told_told_by"), table_name="alias_told")
    op.drop_table("alias_told")
    # ### end Alembic commands ###
