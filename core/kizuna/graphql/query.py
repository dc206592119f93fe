"""The questions one can ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar, cast

import strawberry

from kizuna.graphql import loading
from kizuna.graphql.context import ADMIN
from kizuna.graphql.explanations import explained
from kizuna.graphql.fields_query import FieldQueries
from kizuna.graphql.filters import CustomerFilter, CustomerSort, customer_conditions, customer_order
from kizuna.graphql.info import Info, asked
from kizuna.graphql.labels import FINANCE, PII, SUPPORT, described, needed
from kizuna.graphql.lookups import ExternalId, customer_id, node_key, person_id, record_rid
from kizuna.graphql.metrics_query import MetricQueries
from kizuna.graphql.paging import Connection
from kizuna.graphql.plan import PAGING, SPAN
from kizuna.graphql.renewals_query import RenewalQueries
from kizuna.graphql.revenue_query import RevenueQueries
from kizuna.graphql.review_query import ReviewQueries
from kizuna.graphql.scalars import DateTime
from kizuna.graphql.search import SearchHit, found
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.identity import Explanation, IdentityEvent, Language
from kizuna.graphql.types.node import Node
from kizuna.graphql.types.operations import AuditEntry, QuarantinedRecord, SchemaChange, SyncRun, SystemConnection
from kizuna.graphql.types.people import Person
from kizuna.graphql.types.timeline import TimelineEntry, of_kinds
from kizuna.graphql.types.words import Direction, Entity, TimelineKind
from kizuna.graphql.viewer_query import ViewerQueries
from kizuna.storage.answers import business, lookups, operations, reading
from kizuna.storage.answers.reading import Condition
from kizuna.storage.answers.shape import Order

T = TypeVar("T")
CONNECTIONS_MOST = 1_000

First = Annotated[int | None, strawberry.argument(description="How many at most, 1 to 100.")]
FirstRequired = Annotated[int, strawberry.argument(description=PAGING["first"].description)]
After = Annotated[str | None, strawberry.argument(description=PAGING["after"].description)]
Last = Annotated[int | None, strawberry.argument(description="How many at most from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Continue backwards from this cursor.")]
ConnectionName = Annotated[str | None, strawberry.argument(description="Only of the connection of this name.")]
StreamName = Annotated[str | None, strawberry.argument(description="Only of this stream.")]
OfEntity = Annotated[Entity | None, strawberry.argument(description="Only accounts, or only people.")]


@strawberry.type(description="Everything one can ask.")
class Query(FieldQueries, MetricQueries, RenewalQueries, RevenueQueries, ReviewQueries, ViewerQueries):
    @asked("The customer that is meant; name one thing. An id that was merged leads to the one that stayed.")
    def customer(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = None,  # noqa: A002 - its name in the API
        domain: Annotated[
            str | None, strawberry.argument(description="A domain of theirs, or any URL or address there.")
        ] = None,
        email: Annotated[
            str | None,
            strawberry.argument(
                description=described("An address of theirs or of someone there.", PII), metadata=needed(PII)
            ),
        ] = None,
        external_id: Annotated[
            ExternalId | None, strawberry.argument(description="What a system knows them, or anything of theirs, by.")
        ] = None,
    ) -> Customer | None:
        hidden_kinds = info.context.sight.hidden.kinds
        found_id = customer_id(info.context.sql, id, domain, email, external_id, hidden_kinds)
        return None if found_id is None else info.one(Customer, found_id)

    @asked("Customers, by name unless sorted otherwise.")
    def customers(
        self,
        info: Info,
        filter: Annotated[CustomerFilter | None, strawberry.argument(description="Which.")] = None,  # noqa: A002
        sort: Annotated[CustomerSort | None, strawberry.argument(description="In which order.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Customer]:
        missing = info.context.sight.missing
        order, through, bound = customer_order(sort, missing)
        conditions = [*customer_conditions(info.context.sql, filter, missing), *bound]
        return _page(info, Customer, order, conditions, through)

    @asked("The person that is meant; name one thing. An id that was merged leads to the one that stayed.")
    def person(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Their id.")] = None,  # noqa: A002
        email: Annotated[
            str | None,
            strawberry.argument(description=described("An address of theirs.", PII), metadata=needed(PII)),
        ] = None,
        external_id: Annotated[
            ExternalId | None, strawberry.argument(description="What a system knows them by.")
        ] = None,
    ) -> Person | None:
        found_id = person_id(info.context.sql, id, email, external_id)
        return None if found_id is None else info.one(Person, found_id)

    @asked("Customers and people by name, domain or address; case and width do not matter.", PII)
    def search(
        self,
        info: Info,
        query: Annotated[str, strawberry.argument(description="What to look for.")],
        first: FirstRequired,
    ) -> list[SearchHit]:
        return cast("list[SearchHit]", found(info.context, query, first, info.chosen))

    @asked("Everything that happened with a customer, the newest first.", (FINANCE, SUPPORT))
    def timeline(
        self,
        info: Info,
        customer_id: Annotated[strawberry.ID, strawberry.argument(description="The customer.")],
        first: FirstRequired,
        after: After = None,
        since: Annotated[DateTime | None, strawberry.argument(description=SPAN["since"].description)] = None,
        until: Annotated[DateTime | None, strawberry.argument(description=SPAN["until"].description)] = None,
        kinds: Annotated[
            list[TimelineKind] | None,
            strawberry.argument(description="Only these kinds.", metadata=needed(of_kinds)),
        ] = None,
        systems: Annotated[list[str] | None, strawberry.argument(description="Only what these systems know.")] = None,
        direction: Annotated[Direction | None, strawberry.argument(description="Only what went this way.")] = None,
    ) -> Connection[TimelineEntry]:
        sql = info.context.sql
        standing = lookups.standing(sql, customer_id)
        given = {"since": since, "until": until, "kinds": kinds, "systems": systems, "direction": direction}
        conditions = reading.filtered(sql, business.TIMELINE_FILTERS, given)
        conditions.append(Condition("p.customer_id = :customer", {"customer": standing}))
        return _page(info, TimelineEntry, business.MOMENT, conditions)

    @asked("Whatever an id stands for; null when there is no such thing (any more).")
    def node(self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="An id.")]) -> Node | None:  # noqa: A002
        key = node_key(info.context.sql, id)
        plan = info.context.registry.by_kind.get(key[0]) if key else None
        if key is None or plan is None or info.context.hides(plan.type_name, "Query.node"):
            return None
        return cast("Node | None", loading.single(info.context, plan, key[1], info.chosen))

    @asked("Every connected system.")
    def connections(self, info: Info) -> list[SystemConnection]:
        plan = info.context.registry.by_class[SystemConnection]
        rows = loading.all_listed(info.context, plan, operations.CONNECTIONS, CONNECTIONS_MOST, info.chosen)
        return cast("list[SystemConnection]", rows)

    @asked("Runs, the newest first.")
    def sync_runs(
        self,
        info: Info,
        first: FirstRequired,
        after: After = None,
        connection: ConnectionName = None,
        states: Annotated[list[str] | None, strawberry.argument(description="Only runs that stand so.")] = None,
    ) -> Connection[SyncRun]:
        return _operations(info, SyncRun, operations.LATEST_RUNS, connection=connection, states=states)

    @asked("What happened to customers and people, the newest first.")
    def identity_history(
        self,
        info: Info,
        first: FirstRequired,
        after: After = None,
        entity: OfEntity = None,
        id: Annotated[  # noqa: A002
            strawberry.ID | None, strawberry.argument(description="Only what this customer or person had a part in.")
        ] = None,
    ) -> Connection[IdentityEvent]:
        conditions = reading.filtered(info.context.sql, operations.FILTERS["identity_event"], {"entity": entity})
        if id is not None:
            conditions.append(Condition("(e.entity_id = :involved OR e.other_id = :involved)", {"involved": id}))
        return _page(info, IdentityEvent, operations.LATEST_EVENTS, conditions)

    @asked("Who changed what, the newest first. Needs the scope `admin`.")
    def audit_log(
        self,
        info: Info,
        first: FirstRequired,
        after: After = None,
        actor: Annotated[str | None, strawberry.argument(description="Only changes by them.")] = None,
        action: Annotated[str | None, strawberry.argument(description="Only changes of this sort.")] = None,
    ) -> Connection[AuditEntry]:
        info.context.require(ADMIN)
        return _operations(info, AuditEntry, operations.LATEST_ENTRIES, actor=actor, action=action)

    @asked("Why two records are, or are not, one customer or person.")
    def identity_explain(
        self,
        info: Info,
        a: Annotated[strawberry.ID, strawberry.argument(description="A record's id, or connection/stream/id.")],
        b: Annotated[strawberry.ID, strawberry.argument(description="Another's.")],
        language: Annotated[Language, strawberry.argument(description="The language of the sentences.")] = Language.EN,
    ) -> Explanation | None:
        sql = info.context.sql
        rids = record_rid(sql, a), record_rid(sql, b)
        for entity in Entity:
            told = explained(info.context, [(str(entity), *rids)], str(language))[0]
            if told is not None:
                return cast("Explanation", told)
        return None

    @asked("Records that were not understood and set aside, the newest first.")
    def quarantine(
        self,
        info: Info,
        first: FirstRequired,
        after: After = None,
        connection: ConnectionName = None,
        stream: StreamName = None,
    ) -> Connection[QuarantinedRecord]:
        return _operations(info, QuarantinedRecord, operations.QUARANTINED, connection=connection, stream=stream)

    @asked("Changes in the form of vendors' payloads, the newest first.")
    def schema_drift(
        self,
        info: Info,
        first: FirstRequired,
        after: After = None,
        connection: ConnectionName = None,
        stream: StreamName = None,
        changes: Annotated[list[str] | None, strawberry.argument(description="Only changes of these sorts.")] = None,
    ) -> Connection[SchemaChange]:
        given = {"connection": connection, "stream": stream, "changes": changes}
        return _operations(info, SchemaChange, operations.DRIFTED, **given)

    @asked("A word that changes whenever this schema does.")
    def schema_version(self, info: Info) -> str:
        return info.context.registry.version


def _page(
    info: Info, type_: type[T], order: Order, conditions: Sequence[Condition], through: str = ""
) -> Connection[T]:
    plan = info.context.registry.by_class[type_]
    return cast("Connection[T]", loading.listed(info.context, plan, order, info.chosen, conditions, through))


def _operations(info: Info, type_: type[T], order: Order, **given: Any) -> Connection[T]:
    plan = info.context.registry.by_class[type_]
    filters = operations.FILTERS[plan.shape]
    return _page(info, type_, order, reading.filtered(info.context.sql, filters, given))
