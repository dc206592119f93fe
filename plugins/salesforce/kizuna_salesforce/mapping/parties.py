"""Who: accounts, contacts, leads and the org's own users."""

from __future__ import annotations

from collections.abc import Iterator

from kizuna import sdk
from kizuna_salesforce.ids import ref, staff
from kizuna_salesforce.mapping.common import amount, distinct, full_name, merged, same_system
from kizuna_salesforce.payloads import Account, AccountContactRelation, Contact, Lead, User

# Portal, community, guest and automation users are no colleagues: UserType, Object Reference "User", API 62.0.
_COLLEAGUES = (None, "", "Standard", "CsnOnly")

_DEPARTMENTS = (
    ("customer success", sdk.Department.CUSTOMER_SUCCESS),
    ("カスタマーサクセス", sdk.Department.CUSTOMER_SUCCESS),
    ("support", sdk.Department.SUPPORT),
    ("service", sdk.Department.SUPPORT),
    ("サポート", sdk.Department.SUPPORT),
    ("marketing", sdk.Department.MARKETING),
    ("マーケティング", sdk.Department.MARKETING),
    ("sales", sdk.Department.SALES),
    ("営業", sdk.Department.SALES),
    ("finance", sdk.Department.FINANCE),
    ("accounting", sdk.Department.FINANCE),
    ("経理", sdk.Department.FINANCE),
    ("product", sdk.Department.PRODUCT),
    ("engineering", sdk.Department.PRODUCT),
)


def account(record: Account, default_currency: str | None = None) -> Iterator[sdk.Said]:
    """An account; a person account is an account and a person, the person being the shadow contact's."""
    gone = merged(record, "Account")
    if gone is not None:
        yield gone
        return
    individual = bool(sdk.truth(record.is_person_account))
    currency = record.currency_iso_code or default_currency
    street, city, state, postal_code, country = _address(record)
    yield sdk.Account(
        name=full_name(record.name, record.first_name, record.last_name),
        account_kind=sdk.AccountKind.PERSON if individual else sdk.AccountKind.COMPANY,
        domains=distinct(record.website),
        emails=distinct(record.person_email),
        phone=sdk.text(record.phone),
        industry=sdk.text(record.industry),
        employees=sdk.whole(record.number_of_employees),
        annual_revenue=amount(record.annual_revenue, currency),
        street=street,
        city=city,
        state=state,
        postal_code=postal_code,
        country=country,
        category=sdk.text(record.type),
        description=sdk.plain(record.description),
        owner=staff(record.owner_id),
        parent=ref("Account", record.parent_id),
        currency=currency,
        created_at=sdk.instant(record.created_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )
    if individual:
        yield _individual(record, country)


def contact(record: Contact) -> sdk.Said:
    """A person at an account."""
    return merged(record, "Contact") or sdk.Person(
        name=full_name(record.name, record.first_name, record.last_name),
        given_name=sdk.text(record.first_name),
        family_name=sdk.text(record.last_name),
        emails=distinct(record.email),
        phones=distinct(record.phone, record.mobile_phone, record.home_phone, record.other_phone),
        title=sdk.text(record.title),
        department=sdk.text(record.department),
        account=ref("Account", record.account_id),
        role="contact",
        country=sdk.text(record.mailing_country_code or record.mailing_country),
        owner=staff(record.owner_id),
        created_at=sdk.instant(record.created_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
    )


def account_contact_relation(record: AccountContactRelation) -> Iterator[sdk.Said]:
    """A further account of a contact; nothing for the one the contact itself names, and for a relation that ended."""
    account, person = ref("Account", record.account_id), ref("Contact", record.contact_id)
    if account is None or person is None or sdk.truth(record.is_direct) or sdk.truth(record.is_active) is False:
        return
    yield sdk.Membership(person=person, account=account, label=sdk.text(record.roles))


def lead(record: Lead) -> sdk.Said:
    """A person not qualified yet; once converted, the same person as the contact it became."""
    converted = bool(sdk.truth(record.is_converted))
    return merged(record, "Lead") or sdk.Person(
        name=full_name(record.name, record.first_name, record.last_name),
        given_name=sdk.text(record.first_name),
        family_name=sdk.text(record.last_name),
        emails=distinct(record.email),
        phones=distinct(record.phone, record.mobile_phone),
        title=sdk.text(record.title),
        account=ref("Account", record.converted_account_id) if converted else None,
        company_name=sdk.text(record.company),
        role="converted lead" if converted else "lead",
        country=sdk.text(record.country_code or record.country),
        owner=staff(record.owner_id),
        created_at=sdk.instant(record.created_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
        cross_references=same_system(record.converted_contact_id) if converted else (),
        tags=distinct(record.status),
    )


def user(record: User) -> Iterator[sdk.Said]:
    """A colleague; nothing for users of portals and for automations."""
    if record.user_type not in _COLLEAGUES:
        return
    yield sdk.Staff(
        name=full_name(record.name, record.first_name, record.last_name),
        email=sdk.text(record.email),
        title=sdk.text(record.title),
        department=department(record.department),
        active=sdk.truth(record.is_active) is not False,
    )


def department(word: str | None) -> sdk.Department | None:
    """The department a user's free text means, None when it is empty, ``other`` when it means none of ours."""
    cleaned = sdk.text(word)
    if cleaned is None:
        return None
    folded = cleaned.casefold()
    return next((found for part, found in _DEPARTMENTS if part in folded), sdk.Department.OTHER)


def _individual(record: Account, country: str | None) -> sdk.Person:
    """The person of a person account, tied to the shadow contact that Salesforce keeps beside it."""
    return sdk.Person(
        name=full_name(record.name, record.first_name, record.last_name),
        given_name=sdk.text(record.first_name),
        family_name=sdk.text(record.last_name),
        emails=distinct(record.person_email),
        phones=distinct(record.phone, record.person_mobile_phone, record.person_home_phone),
        title=sdk.text(record.person_title),
        department=sdk.text(record.person_department),
        account=ref("Account", record.id),
        role="contact",
        country=country,
        owner=staff(record.owner_id),
        created_at=sdk.instant(record.created_date),
        updated_at=sdk.instant(record.last_modified_date or record.system_modstamp),
        cross_references=same_system(record.person_contact_id),
    )


def _address(record: Account) -> tuple[str | None, str | None, str | None, str | None, str | None]:
    """Street, city, state, postal code, country of the billing address, of the shipping one where that is empty."""
    billing = (
        sdk.text(record.billing_street),
        sdk.text(record.billing_city),
        sdk.text(record.billing_state),
        sdk.text(record.billing_postal_code),
        sdk.text(record.billing_country_code or record.billing_country),
    )
    if any(billing):
        return billing
    return (
        sdk.text(record.shipping_street),
        sdk.text(record.shipping_city),
        sdk.text(record.shipping_state),
        sdk.text(record.shipping_postal_code),
        sdk.text(record.shipping_country_code or record.shipping_country),
    )
