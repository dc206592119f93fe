"""Users, accounts, contacts and leads of the org."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import Account, Lead, Person, StaffMember
from kizuna_salesforce.sandbox.ids import QUEUE, RUN_AS_USER, numbered, with_prefix
from kizuna_salesforce.sandbox.rows import address, dependent, native, row

_TYPES = {"lead": "Prospect", "prospect": "Prospect", "customer": "Customer - Direct", "former": "Former Customer"}
_LEAD_STATUSES = {
    "new": "Open - Not Contacted",
    "working": "Working - Contacted",
    "nurturing": "Nurturing",
    "converted": "Closed - Converted",
    "unqualified": "Closed - Not Converted",
}
_DEPARTMENTS = {
    "account_executive": "Sales",
    "csm": "Customer Success",
    "support_agent": "Support",
    "finance": "Finance",
    "marketing": "Marketing",
}


def user(record: StaffMember, _state: SandboxState) -> Iterator[Native]:
    payload = row(
        "User",
        record.id,
        record.created_at,
        record.updated_at,
        Username=record.email,
        Name=record.name,
        FirstName=record.given,
        LastName=record.family,
        Email=record.email,
        IsActive=record.active,
        Department=_DEPARTMENTS.get(record.role),
        Title=record.role.replace("_", " ").title(),
        TimeZoneSidKey="Asia/Tokyo",
        UserType="Standard",
    )
    yield native("User", payload, record.created_at, record.updated_at)


def integration(at: datetime) -> Iterator[Native]:
    """The user under whose name other systems write."""
    named = {"Name": "Integration", "LastName": "Integration", "IsActive": True, "UserType": "CloudIntegrationUser"}
    yield native("User", row("User", RUN_AS_USER, at, at, Username="integration@sandbox.invalid", **named), at, at)


_RECORD_TYPES = {"company": numbered("012", 1), "person": numbered("012", 2)}


def record_types(at: datetime) -> Iterator[Native]:
    """The two kinds of accounts that an org with person accounts has at least."""
    for kind, name in (("company", "Business_Account"), ("person", "PersonAccount")):
        told = {"Name": name.replace("_", " "), "DeveloperName": name, "SobjectType": "Account", "IsActive": True}
        yield native("RecordType", row("RecordType", _RECORD_TYPES[kind], at, at, **told), at, at)


def account(record: Account, state: SandboxState) -> Iterator[Native]:
    """An account; one that is a person brings its shadow contact along."""
    individual = record.kind == "person"
    given, _, family = record.name.rpartition(" ")
    shadow = with_prefix(record.id, "003", "dM00P") if individual else None
    personal = {
        "IsPersonAccount": True,
        "PersonContactId": shadow,
        "FirstName": given or None,
        "LastName": family,
        "PersonEmail": record.email,
    }
    payload = row(
        "Account",
        record.id,
        record.created_at,
        record.updated_at,
        Name=record.name,
        Type=_TYPES.get(record.lifecycle),
        ParentId=record.parent_id,
        **address("Billing", record.address),
        Phone=record.phone,
        Website=record.website or record.domain,
        Industry=record.industry.replace("_", " ").title() if record.industry else None,
        AnnualRevenue=record.annual_revenue,
        NumberOfEmployees=record.employees,
        Description=record.description,
        OwnerId=record.owner_id,
        CurrencyIsoCode=record.currency,
        CorporateNumber__c=record.corporate_number,
        VatNumber__c=record.vat_number,
        BillingEmail__c=record.email,
        NameLatin__c=record.name_latin,
        Segment__c=record.segment,
        RecordTypeId=_RECORD_TYPES["person" if individual else "company"],
        **(personal if individual else {}),
    )
    yield native("Account", payload, record.created_at, record.updated_at, customer=record.company)
    if shadow is not None:
        contact_row = row(
            "Contact",
            shadow,
            record.created_at,
            record.updated_at,
            AccountId=record.id,
            Name=record.name,
            FirstName=given or None,
            LastName=family,
            Email=record.email,
            Phone=record.phone,
            OwnerId=record.owner_id,
            CurrencyIsoCode=record.currency,
            IsPersonAccount=True,
        )
        yield dependent(state, native("Contact", contact_row, record.created_at, record.updated_at))


def contact(record: Person, state: SandboxState) -> Iterator[Native]:
    payload = row(
        "Contact",
        record.id,
        record.created_at,
        record.updated_at,
        AccountId=record.account_id,
        Name=record.name,
        FirstName=record.given if record.family else None,
        LastName=record.family or record.name,
        Email=record.email,
        OtherEmails__c="; ".join(record.other_emails) or None,
        Phone=record.phone,
        MobilePhone=record.mobile,
        Title=record.title,
        Department=record.department,
        LastNameKana__c=record.family_kana,
        FirstNameKana__c=record.given_kana,
        OwnerId=record.owner_id,
        CurrencyIsoCode="JPY",
        **(address("Mailing", record.address) if record.address else {}),
    )
    yield native("Contact", payload, record.created_at, record.updated_at, person=record.person)
    if record.account_id:
        source_id = with_prefix(record.id, "07k")
        told = {"AccountId": record.account_id, "ContactId": record.id, "IsDirect": True, "IsActive": True}
        made = row("AccountContactRelation", source_id, record.created_at, record.updated_at, **told)
        yield dependent(state, native("AccountContactRelation", made, record.created_at, record.updated_at))


def lead(record: Lead, _state: SandboxState) -> Iterator[Native]:
    converted = record.status == "converted"
    payload = row(
        "Lead",
        record.id,
        record.created_at,
        record.updated_at,
        Name=record.name,
        FirstName=record.given if record.family else None,
        LastName=record.family or record.name,
        Company=record.company_name,
        Email=record.email,
        Phone=record.phone,
        Title=record.title,
        Website=record.website,
        Industry=record.industry.replace("_", " ").title() if record.industry else None,
        LeadSource=record.source.replace("_", " ").title(),
        Status=_LEAD_STATUSES.get(record.status, record.status),
        OwnerId=record.owner_id or QUEUE,
        CurrencyIsoCode="JPY",
        IsConverted=converted,
        ConvertedDate=record.converted_at.date() if record.converted_at else None,
        ConvertedAccountId=record.converted_account_id,
        ConvertedContactId=record.converted_person_id,
        ConvertedOpportunityId=record.converted_deal_id,
        **address("", record.address),
    )
    yield native("Lead", payload, record.created_at, record.updated_at, person=record.person)
