"""The objects that hang on accounts, opportunities and cases: their fields, one word a field as in ``schema``."""

from __future__ import annotations

_MONEY = "CurrencyIsoCode:picklist"


def objects(alive: str, stamps: str) -> dict[str, tuple[str, str]]:
    """Prefix and fields by object; ``alive`` are the fields of what can be deleted, ``stamps`` those of every object."""
    return {**_of_sales(alive, stamps), **_of_goods(alive), **_of_service(alive, stamps)}


def _of_sales(alive: str, stamps: str) -> dict[str, tuple[str, str]]:
    return {
        "OpportunityContactRole": (
            "00K",
            f"{alive} OpportunityId:reference>Opportunity ContactId:reference>Contact Role:picklist IsPrimary:boolean",
        ),
        "OpportunityStage": (
            "01J",
            (
                f"Id:id {stamps} MasterLabel:string ApiName:string IsActive:boolean SortOrder:int IsClosed:boolean "
                "IsWon:boolean ForecastCategory:picklist ForecastCategoryName:picklist DefaultProbability:percent"
            ),
        ),
        "OpportunityHistory": (
            "008",
            (
                "Id:id IsDeleted:boolean CreatedDate:datetime CreatedById:reference>User SystemModstamp:datetime "
                "OpportunityId:reference>Opportunity StageName:picklist Amount:currency ExpectedRevenue:currency "
                f"Probability:percent ForecastCategory:picklist CloseDate:date {_MONEY}"
            ),
        ),
        "AccountContactRelation": (
            "07k",
            (
                f"{alive} AccountId:reference>Account ContactId:reference>Contact Roles:multipicklist IsDirect:boolean "
                "IsActive:boolean StartDate:date EndDate:date"
            ),
        ),
    }


def _of_goods(alive: str) -> dict[str, tuple[str, str]]:
    return {
        "Order": (
            "801",
            (
                f"{alive} AccountId:reference>Account ContractId:reference>Contract OpportunityId:reference>Opportunity "
                "OrderNumber:string PoNumber:string Status:picklist StatusCode:picklist EffectiveDate:date EndDate:date "
                f"TotalAmount:currency Type:picklist OwnerId:reference>User,Group {_MONEY}"
            ),
        ),
        "OrderItem": (
            "802",
            (
                f"{alive} OrderId:reference>Order Product2Id:reference>Product2 Quantity:double UnitPrice:currency "
                f"TotalPrice:currency ServiceDate:date EndDate:date {_MONEY}"
            ),
        ),
        "Asset": (
            "02i",
            (
                f"{alive} AccountId:reference>Account ContactId:reference>Contact Product2Id:reference>Product2 "
                "ParentId:reference>Asset Name:string SerialNumber:string Status:picklist Quantity:double "
                f"Price:currency PurchaseDate:date InstallDate:date UsageEndDate:date {_MONEY}"
            ),
        ),
    }


def _of_service(alive: str, stamps: str) -> dict[str, tuple[str, str]]:
    return {
        "CaseComment": (
            "00a",
            f"{alive} ParentId:reference>Case CommentBody:textarea IsPublished:boolean",
        ),
        "EmailMessage": (
            "02s",
            (
                f"{alive} ParentId:reference>Case RelatedToId:reference>Account,Opportunity,Case,Contract,Order,Asset "
                "ActivityId:reference>Task Subject:string TextBody:textarea HtmlBody:textarea FromAddress:email "
                "FromName:string ToAddress:string Incoming:boolean MessageDate:datetime Status:picklist"
            ),
        ),
        "RecordType": (
            "012",
            f"Id:id {stamps} Name:string DeveloperName:string SobjectType:picklist IsActive:boolean",
        ),
    }
