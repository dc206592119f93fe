"""Fields of Salesforce's own that no mapping needs but readers of the payload do, object by object.

Names: Object Reference, API 62.0. An org or a user may lack any of them; its description decides.
"""

from __future__ import annotations

from collections.abc import Mapping

_OF_EVERY_OBJECT = ("RecordTypeId", "CurrencyIsoCode")


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_OF: Mapping[str, tuple[str, ...]] = {
    "Account": _listed(
        "Fax AccountNumber AccountSource Ownership Rating BillingStateCode ShippingStateCode LastActivityDate"
    ),
    "Contact": _listed(
        "Salutation ReportsToId LeadSource Birthdate MailingStreet MailingCity MailingState MailingPostalCode "
        "MailingStateCode HasOptedOutOfEmail DoNotCall EmailBouncedDate IsEmailBounced IndividualId LastActivityDate"
    ),
    "Lead": _listed(
        "Salutation Website Industry Rating LeadSource Street City State PostalCode StateCode HasOptedOutOfEmail "
        "DoNotCall ConvertedDate ConvertedOpportunityId IndividualId LastActivityDate"
    ),
    "Opportunity": _listed(
        "Description ExpectedRevenue NextStep ForecastCategory ForecastCategoryName FiscalYear FiscalQuarter CampaignId "
        "Pricebook2Id HasOpportunityLineItem LastActivityDate"
    ),
    "OpportunityLineItem": _listed("PricebookEntryId Subtotal Description"),
    "OpportunityStage": _listed("IsActive"),
    "Product2": _listed("Family"),
    "Contract": _listed("SpecialTerms"),
    "Asset": _listed("CurrentMrr CurrentAmount LifecycleStartDate LifecycleEndDate RootAssetId"),
    "Order": _listed("Type"),
    "Case": _listed(
        "Description ParentId AssetId SuppliedEmail SuppliedName SuppliedPhone SuppliedCompany ContactEmail"
    ),
    "EmailMessage": _listed("FromAddress ToAddress"),
    "Task": _listed("Priority IsArchived"),
    "Event": _listed("Location IsAllDayEvent IsArchived"),
    "User": _listed("Username ManagerId UserRoleId ProfileId TimeZoneSidKey"),
}


def kept(sobject: str) -> tuple[str, ...]:
    """The fields of ``sobject`` to ask for beside those the mappings read."""
    return (*_OF_EVERY_OBJECT, *_OF.get(sobject, ()))
