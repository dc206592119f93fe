"""The objects that are read, in the order in which a first load is most useful."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from kizuna import sdk
from kizuna_salesforce import mapping, payloads
from kizuna_salesforce.readings import Keyset

P = TypeVar("P", bound=payloads.SObject)


def streams(version: str, currency: str | None, lookback: timedelta) -> tuple[sdk.AnyStream, ...]:
    """All streams; ``currency`` is that of amounts in an org with one currency only."""

    def stream(
        payload: type[P],
        map_: Callable[[P], sdk.Said | Iterable[sdk.Said]],
        *also: str,
        purges: bool = True,
        optional: bool = False,
    ) -> sdk.Stream[P]:
        name = payload.__name__
        reading = Keyset(
            sobject=name, wanted=payloads.fields_of(payload), version=version, lookback=lookback, purges=purges
        )
        return sdk.Stream(
            name=name,
            payload=payload,
            map=map_,
            reading=reading,
            key=payloads.key_of,
            version=payloads.version_of,
            deleted=payloads.deleted_of,
            also=also,
            scope=f"api, and «Read» and «View All» for {name}",
            optional=optional,
            sweep=True,
        )

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
