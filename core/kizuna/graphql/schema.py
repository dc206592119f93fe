"""The one schema: Strawberry's definitions, the plans beside them, the fields that plugins add."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField

from kizuna.graphql.attributes import labels_of_attribute
from kizuna.graphql.info import Info
from kizuna.graphql.labels import marked as marked_as
from kizuna.graphql.loading import TYPE, slot
from kizuna.graphql.marks import marks_of
from kizuna.graphql.mutation import Mutation
from kizuna.graphql.plan import KEY, Computed, FieldPlan, FromColumn
from kizuna.graphql.plugin_fields import Added, gathered
from kizuna.graphql.query import Query
from kizuna.graphql.registry import Registry, plan_in, plan_of
from kizuna.graphql.scalars import SCALARS
from kizuna.graphql.sight import Marked
from kizuna.graphql.types import billing, catalogue, customers, identity, operations, people, records, sales, support
from kizuna.graphql.types.words import Attribute
from kizuna.model.labels import NONE, Labels
from kizuna.plugins import Plugins

NODES: tuple[type[Any], ...] = (
    *(billing.BillingSubscription, billing.SubscriptionItem, billing.Discount, billing.Invoice, billing.InvoiceLine),
    *(billing.Payment, billing.Refund, billing.CreditNote, catalogue.Product, catalogue.Price, customers.Customer),
    *(identity.ReviewTask, identity.Decision, identity.NeverEvidence, operations.SystemConnection, operations.SyncRun),
    *(operations.QuarantinedRecord, operations.SchemaChange, people.Person, records.SourceRecord, records.Staff),
    *(sales.Deal, sales.DealLine, sales.Contract, support.Ticket, support.TicketMetrics, support.Engagement),
    *(support.SurveyResponse, identity.IdentityEvent, operations.AuditEntry),
)


class Planned(strawberry.Schema):
    """Strawberry's schema with the plugins' fields in it."""

    added: Sequence[StrawberryField] = ()

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """A type's fields; those of plugins stand at the end of Customer's."""
        own = list(super().get_fields(type_definition))
        return [*own, *self.added] if type_definition.origin is customers.Customer else own

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core executes it."""
        return self._schema


@dataclass(frozen=True)
class API:
    """The schema ready for use: executable, its plans, its text."""

    core: GraphQLSchema
    registry: Registry
    sdl: str


def build(plugins: Plugins | None = None) -> API:
    """The schema with the fields of these plugins. A plugin whose fields clash is set aside with the reason."""
    own = {
        one.graphql_name or _camel(one.name) for one in get_object_definition(customers.Customer, strict=True).fields
    }
    added = gathered(plugins, own) if plugins else []
    schema_type = type("Schema", (Planned,), {"added": [_field_of(one) for one in added]})
    schema = schema_type(
        query=Query,
        mutation=Mutation,
        types=NODES,
        config=StrawberryConfig(scalar_map=SCALARS, info_class=Info),
    )
    marked = marks_of(schema.core)
    registry = _planned(schema.core, marked)
    sdl = schema.as_str().rstrip() + "\n"
    registry.version = hashlib.sha256(sdl.encode()).hexdigest()[:12]
    return API(schema.core, registry, sdl)


def _planned(core: GraphQLSchema, marked: Marked) -> Registry:
    """The plans of every type; each planned field is answered from what was loaded for it, or masked."""
    attributes = {str(attribute): labels_of_attribute(attribute) for attribute in Attribute}
    registry = Registry(marked=marked, attributes=attributes)
    for name, type_ in core.type_map.items():
        definition = type_.extensions.get("strawberry-definition")
        if isinstance(type_, GraphQLInterfaceType):
            type_.resolve_type = lambda source, _info, _type: source[TYPE]
        if not isinstance(type_, GraphQLObjectType) or not isinstance(definition, StrawberryObjectDefinition):
            continue
        if name in ("Query", "Mutation"):
            for field_name, core_field in type_.fields.items():
                labels = marked.fields.get((name, field_name), NONE)
                if labels and core_field.resolve is not None:
                    core_field.resolve = _masked(core_field.resolve, labels)
            continue
        type_.is_type_of = None  # an interface asks the source, an object type is never in doubt
        found: list[tuple[str, str, FieldPlan]] = []
        for field_name, core_field in type_.fields.items():
            declared = core_field.extensions["strawberry-definition"]
            plan = plan_in(declared.metadata)
            if plan is not None:
                found.append((field_name, declared.python_name, plan))
            core_field.resolve = _masked(
                _answer(declared.python_name, plan), marked.fields.get((name, field_name), NONE)
            )
        planned = plan_of(definition, found)
        if planned is not None:
            registry.add(planned, definition.origin)
    return registry


def _masked(answer: Callable[..., Any], labels: Labels) -> Callable[..., Any]:
    """The same, null for who may not read these labels: then nothing was loaded for it either."""
    if not labels:
        return answer
    return lambda source, info, **given: None if info.context.sight.missing & labels else answer(source, info, **given)


def _answer(python_name: str, plan: FieldPlan | None) -> Callable[..., Any]:
    """How a field is answered from its source."""
    if plan is None:
        return lambda source, _info, **_: source[python_name]
    if isinstance(plan, FromColumn):
        column = plan.column or python_name
        return lambda source, _info, **_: source[column]
    if isinstance(plan, Computed):
        function = plan.function
        return lambda source, info, **_: function(source, info.context)
    return lambda source, info, **_: source[slot(info.path.key)]


def _field_of(added: Added) -> StrawberryField:
    declared = StrawberryField(
        python_name=added.name,
        graphql_name=added.name,
        type_annotation=StrawberryAnnotation(added.type),
        description=added.description,
        metadata={KEY: added.plan, **marked_as(added.labels)},
    )
    declared.origin = customers.Customer
    return declared


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
