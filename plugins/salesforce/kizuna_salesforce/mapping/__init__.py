"""What a record means: pure functions from a payload to facts, one module for each kind of question."""

from kizuna_salesforce.mapping.orders import asset, order, order_item, record_type
from kizuna_salesforce.mapping.parties import account, account_contact_relation, contact, lead, user
from kizuna_salesforce.mapping.sales import (
    contract,
    opportunity,
    opportunity_contact_role,
    opportunity_history,
    opportunity_line,
    opportunity_stage,
    product,
)
from kizuna_salesforce.mapping.service import case, case_comment, email_message, event, task

__all__ = [
    "account",
    "account_contact_relation",
    "asset",
    "case",
    "case_comment",
    "contact",
    "contract",
    "email_message",
    "event",
    "lead",
    "opportunity",
    "opportunity_contact_role",
    "opportunity_history",
    "opportunity_line",
    "opportunity_stage",
    "order",
    "order_item",
    "product",
    "record_type",
    "task",
    "user",
]
