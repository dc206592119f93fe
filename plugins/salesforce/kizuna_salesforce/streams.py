"""The objects that are read, in the order in which a first load is most useful."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from kizuna import sdk
from kizuna_salesforce import mapping, payloads
from kizuna_salesforce.readings import Keyset
from kizuna_salesforce.these import These

P = TypeVar("P", bound=payloads.SObject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How objects are read: the API's version, the currency of an org with one only, and how much is asked for."""

    version: str
    currency: str | None = None
    lookback: timedelta = timedelta(minutes=10)
    custom: bool = True
    bulk_from_rows: int = 0
    bulk_page_rows: int = 1000

    def stream(
        self,
        payload: type[P],
        map_: Callable[[P], sdk.Said | Iterable[sdk.Said]],
        *also: str,
        purges: bool = True,
        optional: bool = False,
    ) -> sdk.Stream[P]:
        """The stream of one object, named as its payload is."""
        name = payload.__name__
        reading = Keyset(
            sobject=name,
            wanted=payloads.fields_of(payload),
            version=self.version,
            lookback=self.lookback,
            purges=purges,
            custom=self.custom,
            ask_currency=self.currency is None,
            bulk_from_rows=self.bulk_from_rows,
            bulk_page_rows=self.bulk_page_rows,
        )
        return sdk.Stream(
            name=name,
            payload=payload,
            map=map_,
            reading=reading,
            only=lambda named: These(reading, tuple(named)),
            key=payloads.key_of,
            version=payloads.version_of,
            deleted=payloads.deleted_of,
            also=also,
            scope=f"api, and «Read» and «View All» for {name}",
            optional=optional,
            sweep=True,
            steady=True,  # in the order of change: no record that lives falls behind the position
        )


def streams(reach: Reach) -> tuple[sdk.AnyStream, ...]:
    """All streams."""
    return (*_parties_and_deals(reach), *_details(reach))


def _parties_and_deals(reach: Reach) -> tuple[sdk.AnyStream, ...]:
    stream, currency = reach.stream, reach.currency
    return (
        stream(payloads.User, mapping.user, "Users", "user", purges=False),
        stream(payloads.Account, partial(mapping.account, default_currency=currency), "Accounts"),
        stream(payloads.Contact, mapping.contact, "Contacts"),
        stream(payloads.Opportunity, partial(mapping.opportunity, default_currency=currency), "Opportunities", "deals"),
        stream(payloads.Case, mapping.case, "Cases", optional=True),
        stream(payloads.Contract, mapping.contract, "Contracts", optional=True),
        stream(payloads.Lead, mapping.lead, "Leads", optional=True),
        stream(payloads.Product2, mapping.product, "Products", "product", optional=True),
        stream(
            payloads.OpportunityLineItem,
            partial(mapping.opportunity_line, default_currency=currency),
            "OpportunityLineItems",
            "OpportunityProduct",
            optional=True,
        ),
        stream(payloads.Task, mapping.task, "Tasks"),
        stream(payloads.Event, mapping.event, "Events"),
    )


def _details(reach: Reach) -> tuple[sdk.AnyStream, ...]:
    """What hangs on the others; an org or a user may lack any of it."""
    stream, currency = partial(reach.stream, optional=True), reach.currency
    return (
        stream(payloads.OpportunityStage, mapping.opportunity_stage, "OpportunityStages", purges=False),
        stream(payloads.OpportunityContactRole, mapping.opportunity_contact_role, "OpportunityContactRoles"),
        stream(
            payloads.OpportunityHistory,
            partial(mapping.opportunity_history, default_currency=currency),
            "OpportunityHistories",
        ),
        stream(payloads.AccountContactRelation, mapping.account_contact_relation, "AccountContactRelations"),
        stream(payloads.Order, partial(mapping.order, default_currency=currency), "Orders"),
        stream(
            payloads.OrderItem, partial(mapping.order_item, default_currency=currency), "OrderItems", "OrderProduct"
        ),
        stream(payloads.Asset, partial(mapping.asset, default_currency=currency), "Assets"),
        stream(payloads.CaseComment, mapping.case_comment, "CaseComments"),
        stream(payloads.EmailMessage, mapping.email_message, "EmailMessages"),
        stream(payloads.RecordType, mapping.record_type, "RecordTypes", purges=False),
    )
