"""Companies, contacts and owners as facts."""

from __future__ import annotations

import re

from kizuna import sdk
from kizuna_hubspot.mapping.words import (
    cross_references,
    distinct,
    instant,
    label,
    main_target,
    merges,
    record_key,
    ref,
    said,
    several,
    targets,
)
from kizuna_hubspot.payloads import Company, Contact, Owner

# Lifecycle stages before a deal; HubSpot keeps leads and contacts in one collection.
_LEAD_STAGES = frozenset({"subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"})

_FAMILY_NAME_FIRST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def company(record: Company, *, default_currency: str | None) -> tuple[sdk.Said, ...]:
    """The account, and what was merged into it."""
    key, p = record_key(record), record.properties
    revenue_currency = said(p.hs_annual_revenue_currency_code)
    account = sdk.Account(
        name=said(p.name),
        domains=distinct(said(p.domain), *several(p.hs_additional_domains), said(p.website)),
        phone=said(p.phone),
        industry=said(p.industry),
        employees=sdk.whole(said(p.numberofemployees)),
        annual_revenue=amount(said(p.annualrevenue), revenue_currency or default_currency or record.company_currency),
        street=" ".join(distinct(said(p.address), said(p.address2))) or None,
        city=said(p.city),
        state=said(p.state),
        postal_code=said(p.zip),
        country=said(p.country),
        corporate_number=said(p.corporate_number) or said(p.vat_number),
        category=said(p.type),
        lifecycle_stage=record.lifecycle_stage_label or said(p.lifecyclestage),
        description=sdk.text(said(p.description), 2000),
        owner=ref("owners", p.hubspot_owner_id),
        parent=ref("companies", p.hs_parent_company_id),
        currency=revenue_currency,
        created_at=instant(p.createdate) or instant(record.created_at),
        updated_at=instant(p.hs_lastmodifieddate) or instant(record.updated_at),
        cross_references=cross_references(
            ("salesforce", p.salesforceaccountid),
            ("stripe", p.stripe_customer_id),
            ("stripe", p.stripe_id),
            ("zendesk", p.zendesk_organization_id),
            ("zendesk", p.zendesk_id),
        ),
    )
    return (account, *merges("companies", key, p.hs_merged_object_ids))


def contact(record: Contact) -> tuple[sdk.Said, ...]:
    """The person, the further companies they belong to, and who was merged into them."""
    key, p = record_key(record), record.properties
    account = main_target(record, "companies") or ref("companies", p.associatedcompanyid)
    given, family = said(p.firstname), said(p.lastname)
    person = sdk.Person(
        name=full_name(given, family),
        given_name=given,
        family_name=family,
        emails=distinct(said(p.email), *several(p.hs_additional_emails)),
        phones=distinct(said(p.phone), said(p.mobilephone)),
        title=said(p.jobtitle),
        department=said(p.department),
        account=account,
        company_name=said(p.company),
        role="lead" if said(p.lifecyclestage) in _LEAD_STAGES else "contact",
        country=said(p.country),
        language=said(p.hs_language),
        owner=ref("owners", p.hubspot_owner_id),
        created_at=instant(p.createdate) or instant(record.created_at),
        updated_at=instant(p.lastmodifieddate) or instant(record.updated_at),
        cross_references=cross_references(
            ("salesforce", p.salesforcecontactid),
            ("salesforce", p.salesforceleadid),
            ("stripe", p.stripe_customer_id),
            ("stripe", p.stripe_id),
            ("zendesk", p.zendesk_user_id),
            ("zendesk", p.zendesk_id),
        ),
        tags=("email_optout",) if sdk.truth(said(p.hs_email_optout)) else (),
    )
    memberships = [
        sdk.Membership(
            part=target,
            person=sdk.Ref("contacts", key),
            account=sdk.Ref("companies", target),
            label=label(types),
        )
        for target, types in targets(record, "companies").items()
        if account is None or target != account.id
    ]
    merged = merges("contacts", key, p.hs_merged_object_ids, p.hs_calculated_merged_vids, p.hs_all_contact_vids)
    return (person, *memberships, *merged)


def owner(record: Owner) -> tuple[sdk.Said, ...]:
    """One of us; an archived owner has left, and a queue is nobody."""
    if record.type == "QUEUE":
        return ()
    staff = sdk.Staff(
        name=full_name(sdk.text(record.first_name), sdk.text(record.last_name)),
        email=sdk.text(record.email),
        active=not record.archived,
    )
    return (staff,)


def full_name(given: str | None, family: str | None) -> str | None:
    """The name in the order in which its language writes it: family name first for Chinese, Japanese and Korean."""
    if not given or not family:
        return given or family
    name = f"{given} {family}"
    return name if name.isascii() or not _FAMILY_NAME_FIRST.search(name) else f"{family} {given}"


def amount(value: str | None, currency: str | None) -> sdk.Money | None:
    """Money from HubSpot's number, which is in major units. Raises PayloadError when it is no number."""
    try:
        return sdk.money(value, currency)
    except ValueError as error:
        raise sdk.PayloadError("an amount is not a number") from error
