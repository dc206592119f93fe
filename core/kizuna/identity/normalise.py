"""Every normaliser by one name: what identity compares instead of what people typed."""

from __future__ import annotations

from kizuna.identity.company_names import CompanyName, company_name
from kizuna.identity.corporate_numbers import corporate_number
from kizuna.identity.domains import (
    company_domain,
    domains_in,
    host_of,
    is_free_mail,
    is_placeholder_domain,
    registrable,
)
from kizuna.identity.mailboxes import (
    domain_of,
    emails_in,
    is_desk_name,
    is_free_mailbox,
    is_placeholder_mailbox,
    is_role_mailbox,
    mailbox,
)
from kizuna.identity.person_names import PersonName, person_name
from kizuna.identity.phones import country_code, phone
from kizuna.identity.text import is_placeholder, plain

# Changes when a normaliser gives another result for the same text: keys and edges are then made again.
NORMALISER_VERSION = "4"

__all__ = [
    "NORMALISER_VERSION",
    "CompanyName",
    "PersonName",
    "company_domain",
    "company_name",
    "corporate_number",
    "country_code",
    "domain_of",
    "domains_in",
    "emails_in",
    "host_of",
    "is_desk_name",
    "is_free_mail",
    "is_free_mailbox",
    "is_placeholder",
    "is_placeholder_domain",
    "is_placeholder_mailbox",
    "is_role_mailbox",
    "mailbox",
    "person_name",
    "phone",
    "plain",
    "registrable",
]
