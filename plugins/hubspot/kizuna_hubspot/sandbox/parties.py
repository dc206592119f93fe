"""Owners, companies and contacts as this portal holds them."""

from __future__ import annotations

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Account, Person, StaffMember
from kizuna_hubspot.sandbox.forms import crm_object, iso, several

_LIFECYCLES = {"lead": "lead", "prospect": "opportunity", "customer": "customer", "former": "other"}
_TYPES = {"lead": "PROSPECT", "prospect": "PROSPECT", "customer": "CUSTOMER", "former": "OTHER"}


def merged_ids(state: SandboxState, kind: str, source_id: str) -> list[str]:
    """The ids of the records that were merged into this one, in order."""
    found: list[str] = state.memory.setdefault("merged", {}).setdefault((kind, source_id), [])
    return found


def owner(record: StaffMember) -> Native:
    """A user who can own records; those who left are archived."""
    payload = {
        "id": record.id,
        "email": record.email,
        "type": "PERSON",
        "firstName": record.given,
        "lastName": record.family,
        "userId": 10_000_000 + record.number if record.active else None,
        "userIdIncludingInactive": 10_000_000 + record.number,
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.updated_at),
        "archived": not record.active,
        "teams": [{"id": str(sum(record.team.encode())), "name": record.team, "primary": True}],
    }
    return Native(
        stream="owners",
        id=record.id,
        payload=payload,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


def company(record: Account, state: SandboxState) -> Native:
    """A company, with the fields the sync with Salesforce fills and some that the portal defined itself."""
    address = record.address
    quoted = {reference.system: reference.id for reference in record.references}
    properties = {
        "name": record.name,
        "domain": record.domain,
        "hs_additional_domains": several(record.other_domains),
        "website": record.website,
        "phone": record.phone,
        "industry": record.industry.upper() if record.industry else None,
        "type": _TYPES.get(record.lifecycle),
        "numberofemployees": record.employees,
        "annualrevenue": record.annual_revenue,
        "hs_annual_revenue_currency_code": record.currency if record.annual_revenue is not None else None,
        "address": address.street,
        "city": address.city,
        "state": address.region,
        "zip": address.postcode,
        "country": address.country,
        "description": record.description,
        "lifecyclestage": _LIFECYCLES.get(record.lifecycle, "other"),
        "hubspot_owner_id": record.owner_id,
        "hs_parent_company_id": record.parent_id,
        "hs_merged_object_ids": several(merged_ids(state, "companies", record.id)),
        "salesforceaccountid": quoted.get("salesforce"),
        "corporate_number": record.corporate_number,
        "vat_number": record.vat_number,
        "customer_segment": record.segment,
    }
    return crm_object(
        "companies",
        record.id,
        properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        customer=record.company,
    )


def contact(record: Person, state: SandboxState) -> Native:
    """A contact; its company stands both in a property and as the primary association."""
    quoted = {reference.system: reference.id for reference in record.references}
    merged = merged_ids(state, "contacts", record.id)
    named = record.given is not None or record.family is not None
    properties = {
        "email": record.email,
        "hs_additional_emails": several(record.other_emails),
        "firstname": record.given,
        "lastname": record.family if named else record.name,
        "phone": record.phone,
        "mobilephone": record.mobile,
        "jobtitle": record.title,
        "department": record.department,
        "associatedcompanyid": record.account_id,
        "lifecyclestage": "lead" if record.account_id is None else "customer",
        "hubspot_owner_id": record.owner_id,
        "country": record.address.country if record.address else None,
        "hs_language": record.language,
        "hs_email_optout": "true" if record.status == "left" else None,
        "hs_merged_object_ids": several(merged),
        "hs_calculated_merged_vids": several([f"{vid}:{int(record.created_at.timestamp() * 1000)}" for vid in merged]),
        "salesforcecontactid": quoted.get("salesforce"),
    }
    return crm_object(
        "contacts",
        record.id,
        properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        associations={"companies": [record.account_id]},
        person=record.person,
    )
