"""What a record means: pure functions from a payload to facts, one module for each kind of question."""

from kizuna_salesforce.mapping.parties import account, contact, lead, user
from kizuna_salesforce.mapping.sales import contract, opportunity, opportunity_line, product
from kizuna_salesforce.mapping.service import case, event, task

__all__ = [
    "account",
    "case",
    "contact",
    "contract",
    "event",
    "lead",
    "opportunity",
    "opportunity_line",
    "product",
    "task",
    "user",
]
