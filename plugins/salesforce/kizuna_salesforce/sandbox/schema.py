"""The org's objects and fields, and their descriptions.

One word a field: ``Name:type``, with ``>Target`` for references. It is an org with several currencies, person accounts,
state and country picklists and a few fields of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from kizuna_salesforce.sandbox import details

_STAMPS = (
    "CreatedDate:datetime CreatedById:reference>User LastModifiedDate:datetime LastModifiedById:reference>User "
    "SystemModstamp:datetime"
)
_ALIVE = f"Id:id IsDeleted:boolean {_STAMPS}"
_ADDRESS = (
    "{0}Street:textarea {0}City:string {0}State:string {0}PostalCode:string {0}Country:string {0}CountryCode:picklist"
)

_OBJECTS: dict[str, tuple[str, str]] = {
    "Account": (
        "001",
        (
            f"{_ALIVE} MasterRecordId:reference>Account Name:string Type:picklist ParentId:reference>Account "
            f"{_ADDRESS.format('Billing')} {_ADDRESS.format('Shipping')} Phone:phone Fax:phone AccountNumber:string "
            "Website:url Industry:picklist AnnualRevenue:currency NumberOfEmployees:int Ownership:picklist "
            "Description:textarea Rating:picklist OwnerId:reference>User AccountSource:picklist CurrencyIsoCode:picklist "
            "LastActivityDate:date IsPersonAccount:boolean PersonContactId:reference>Contact FirstName:string "
            "LastName:string PersonEmail:email PersonMobilePhone:phone PersonHomePhone:phone PersonTitle:string "
            "PersonDepartment:string RecordTypeId:reference>RecordType CorporateNumber__c:string VatNumber__c:string "
            "BillingEmail__c:email NameLatin__c:string Segment__c:picklist"
        ),
    ),
    "Contact": (
        "003",
        (
            f"{_ALIVE} MasterRecordId:reference>Contact AccountId:reference>Account LastName:string FirstName:string "
            f"Salutation:picklist Name:string {_ADDRESS.format('Mailing')} Phone:phone Fax:phone MobilePhone:phone "
            "HomePhone:phone OtherPhone:phone ReportsToId:reference>Contact Email:email Title:string Department:string "
            "LeadSource:picklist Birthdate:date Description:textarea OwnerId:reference>User "
            "HasOptedOutOfEmail:boolean CurrencyIsoCode:picklist IsPersonAccount:boolean LastNameKana__c:string "
            "FirstNameKana__c:string OtherEmails__c:string"
        ),
    ),
    "Lead": (
        "00Q",
        (
            f"{_ALIVE} MasterRecordId:reference>Lead LastName:string FirstName:string Name:string Title:string "
            f"Company:string {_ADDRESS.format('')} Phone:phone MobilePhone:phone Email:email Website:url "
            "Description:textarea LeadSource:picklist Status:picklist Industry:picklist Rating:picklist "
            "OwnerId:reference>User,Group IsConverted:boolean ConvertedDate:date ConvertedAccountId:reference>Account "
            "ConvertedContactId:reference>Contact ConvertedOpportunityId:reference>Opportunity CurrencyIsoCode:picklist"
        ),
    ),
    "Opportunity": (
        "006",
        (
            f"{_ALIVE} AccountId:reference>Account Name:string Description:textarea StageName:picklist Amount:currency "
            "Probability:percent ExpectedRevenue:currency CloseDate:date Type:picklist NextStep:string "
            "LeadSource:picklist IsClosed:boolean IsWon:boolean ForecastCategory:picklist ForecastCategoryName:picklist "
            "HasOpportunityLineItem:boolean OwnerId:reference>User ContactId:reference>Contact "
            "LastStageChangeDate:datetime FiscalYear:int FiscalQuarter:int CurrencyIsoCode:picklist LossReason__c:string"
        ),
    ),
    "OpportunityLineItem": (
        "00k",
        (
            f"{_ALIVE} OpportunityId:reference>Opportunity Product2Id:reference>Product2 ProductCode:string Name:string "
            "Quantity:double UnitPrice:currency ListPrice:currency Subtotal:currency TotalPrice:currency "
            "Discount:percent ServiceDate:date Description:string CurrencyIsoCode:picklist BillingInterval__c:picklist "
            "TermMonths__c:int"
        ),
    ),
    "Product2": (
        "01t",
        (
            f"{_ALIVE} Name:string ProductCode:string Description:textarea IsActive:boolean Family:picklist "
            "CurrencyIsoCode:picklist"
        ),
    ),
    "Contract": (
        "800",
        (
            f"{_ALIVE} AccountId:reference>Account ContractNumber:string Status:picklist StatusCode:picklist "
            "StartDate:date EndDate:date ContractTerm:int ActivatedDate:datetime CustomerSignedDate:date "
            "OwnerId:reference>User SpecialTerms:textarea CurrencyIsoCode:picklist Amount__c:currency "
            "AutoRenew__c:boolean NoticeDays__c:int"
        ),
    ),
    "Case": (
        "500",
        (
            f"{_ALIVE} MasterRecordId:reference>Case CaseNumber:string AccountId:reference>Account "
            "ContactId:reference>Contact ParentId:reference>Case Subject:string Description:textarea Status:picklist "
            "Priority:picklist Origin:picklist Reason:picklist Type:picklist IsClosed:boolean ClosedDate:datetime "
            "IsEscalated:boolean OwnerId:reference>User,Group CurrencyIsoCode:picklist"
        ),
    ),
    "Task": (
        "00T",
        (
            f"{_ALIVE} WhoId:reference>Contact,Lead WhatId:reference>Account,Opportunity,Case,Contract,Order,Asset "
            "AccountId:reference>Account Subject:combobox Description:textarea Status:picklist Priority:picklist "
            "IsClosed:boolean ActivityDate:date CompletedDateTime:datetime TaskSubtype:picklist CallType:picklist "
            "CallDurationInSeconds:int CallDisposition:string OwnerId:reference>User IsArchived:boolean "
            "IsRecurrence:boolean CurrencyIsoCode:picklist"
        ),
    ),
    "Event": (
        "00U",
        (
            f"{_ALIVE} WhoId:reference>Contact,Lead WhatId:reference>Account,Opportunity,Case,Contract,Order,Asset "
            "AccountId:reference>Account Subject:combobox Description:textarea Location:string StartDateTime:datetime "
            "EndDateTime:datetime DurationInMinutes:int IsAllDayEvent:boolean ActivityDateTime:datetime "
            "ActivityDate:date EventSubtype:picklist OwnerId:reference>User,Calendar IsChild:boolean "
            "IsRecurrence:boolean IsArchived:boolean CurrencyIsoCode:picklist"
        ),
    ),
    **details.objects(_ALIVE, _STAMPS),
    "User": (
        "005",
        (
            f"Id:id {_STAMPS} Username:string Name:string FirstName:string LastName:string Email:email IsActive:boolean "
            "ManagerId:reference>User Department:string Title:string TimeZoneSidKey:picklist UserType:picklist"
        ),
    ),
    "Organization": (
        "00D",
        (
            f"Id:id {_STAMPS} Name:string Country:string LanguageLocaleKey:picklist InstanceName:string "
            "OrganizationType:picklist IsSandbox:boolean DefaultCurrencyIsoCode:picklist"
        ),
    ),
}

MERGEABLE = ("Account", "Contact", "Lead", "Case")
UNLOGGED = ("Organization", "OpportunityStage", "RecordType")
"""Objects of which no log of changes and deletions is kept."""
_PERMANENT = ("User", "Organization", "OpportunityStage", "OpportunityHistory", "RecordType")
_LENGTHS = {
    "id": 18,
    "reference": 18,
    "textarea": 32000,
    "email": 80,
    "phone": 40,
    "boolean": 0,
    "datetime": 0,
    "date": 0,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its API name, type and, for references, the objects it may point to."""

    name: str
    type: str
    targets: tuple[str, ...] = ()


def objects() -> tuple[str, ...]:
    """The API names of all objects."""
    return tuple(_OBJECTS)


@cache
def fields(sobject: str) -> dict[str, Field]:
    """The fields of an object by lower-case name, since SOQL does not care about case; KeyError for no object."""
    made = {}
    for word in _OBJECTS[sobject][1].split():
        name, _, rest = word.partition(":")
        type_, _, targets = rest.partition(">")
        made[name.lower()] = Field(name, type_, tuple(targets.split(",")) if targets else ())
    return made


@cache
def named(word: str) -> str | None:
    """The object of that name in any case, None when there is none."""
    return next((name for name in _OBJECTS if name.lower() == word.lower()), None)


def summary(sobject: str, version: str) -> dict[str, Any]:
    """An object as ``/sobjects`` lists it."""
    permanent = sobject in _PERMANENT
    root = f"/services/data/{version}/sobjects/{sobject}"
    return {
        "name": sobject,
        "label": sobject,
        "labelPlural": f"{sobject}s",
        "keyPrefix": _OBJECTS[sobject][0],
        "custom": False,
        "queryable": True,
        "retrieveable": True,
        "replicateable": sobject not in UNLOGGED,
        "createable": not permanent,
        "updateable": not permanent,
        "deletable": not permanent,
        "undeletable": not permanent,
        "mergeable": sobject in MERGEABLE,
        "searchable": True,
        "deprecatedAndHidden": False,
        "urls": {"sobject": root, "describe": f"{root}/describe", "rowTemplate": f"{root}/{{ID}}"},
    }


def description(sobject: str, version: str, hidden: frozenset[str]) -> dict[str, Any]:
    """The full description, without the fields the user may not see."""
    shown = [_described(field) for field in fields(sobject).values() if field.name not in hidden]
    return {**summary(sobject, version), "fields": shown, "childRelationships": [], "recordTypeInfos": []}


def _described(field: Field) -> dict[str, Any]:
    custom = field.name.endswith("__c")
    relationship = None
    if field.type == "reference":
        relationship = field.name.removesuffix("Id")
    return {
        "name": field.name,
        "label": field.name.removesuffix("__c"),
        "type": field.type,
        "length": _LENGTHS.get(field.type, 255),
        "precision": 18 if field.type in ("currency", "double", "percent") else 0,
        "scale": 2 if field.type in ("currency", "double", "percent") else 0,
        "nillable": field.type not in ("id", "boolean"),
        "custom": custom,
        "calculated": False,
        "compoundFieldName": None,
        "referenceTo": list(field.targets),
        "relationshipName": relationship,
        "polymorphicForeignKey": len(field.targets) > 1,
        "picklistValues": [],
        "filterable": field.type != "textarea",
        "sortable": field.type != "textarea",
        "groupable": field.type not in ("textarea", "datetime"),
        "createable": field.name not in _SYSTEM_FIELDS,
        "updateable": field.name not in _SYSTEM_FIELDS,
        "deprecatedAndHidden": False,
        "externalId": False,
        "unique": False,
    }


_SYSTEM_FIELDS = frozenset(
    {
        "Id",
        "IsDeleted",
        "MasterRecordId",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
    }
)
"""Fields only Salesforce itself writes."""


def writable(sobject: str, name: str) -> bool:
    """Whether a caller may set the field."""
    return name.lower() in fields(sobject) and name not in _SYSTEM_FIELDS
