"""Every field of every type is answered, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
)

from tests.graphql.firms import furnished
from tests.graphql.house import House, house
from tests.graphql.systems import at, record

NODE_KINDS = """
    BillingSubscription Contract CreditNote Customer Deal DealLine Decision Discount Engagement IdentityEvent Invoice
    InvoiceLine NeverEvidence Payment Person Price Product QuarantinedRecord Refund ReviewTask SchemaChange SourceRecord Staff
    SubscriptionItem SurveyResponse SyncRun SystemConnection Ticket TicketMetrics
""".split()


def busy(made: House) -> House:
    """A house that has at least one of everything that has an id."""
    furnished(made, firms=2, per_firm=2)
    made.tell("bill", "products", record("q1", {"kind": "price", "unit_minor": "1000.5", "currency": "JPY"}))
    pair = [
        {"kind": "account", "name": name, "domains": ["momiji.example"]} for name in ("Momiji Foods", "Momiji Music")
    ]
    made.tell("crm", "accounts", {**record("m1", pair[0]), "new": 1})
    made.tell("desk", "organizations", record("m2", pair[1]))
    made.tell("desk", "tickets", {"id": "bad", "says": [{"kind": "ticket", "subject": 3}], "at": at(0)})
    made.ask('mutation { startSync(input: {connection: "crm"}) { userErrors { message } } }')
    apart = 'mutation { splitRecord(input: {record: "bill/customers/b1"}) { userErrors { message } } }'
    assert made.ask(apart)["splitRecord"]["userErrors"] == []
    never = 'mutation { blockEvidence(input: {kind: DOMAIN, value: "reseller.example"}) { userErrors { message } } }'
    assert made.ask(never)["blockEvidence"]["userErrors"] == []
    return made.configured(
        graphql__max_cost=10**9,
        graphql__max_tokens=50_000,
        graphql__max_document_length=10**6,
        graphql__max_fields=10**5,
        graphql__max_repetition=10**9,
        graphql__request_timeout_s=120.0,
    )


def ids(made: House) -> dict[str, str]:
    """An id of each type that has ids."""
    with made.database.read() as sql:
        rows = {
            **{
                kind: sql.exec_driver_sql(f"SELECT rid, part FROM fact_{kind} ORDER BY rid LIMIT 1").one()
                for kind in """subscription contract credit_note deal deal_line discount engagement invoice invoice_line
                payment price product refund staff subscription_item survey_response ticket ticket_metrics""".split()
            },
            "record": (*sql.exec_driver_sql("SELECT rid FROM source_record ORDER BY rid LIMIT 1").one(), ""),
        }
    from kizuna.storage.answers.ids import record_id

    found = {kind: record_id(kind, rid, part) for kind, (rid, part) in rows.items()}
    more = made.ask(
        """{ customers(first: 1) { nodes { id } } search(query: "Person 000-0", first: 9) { person { id } }
        identityDecisions(first: 1) { nodes { id } } neverEvidence(first: 1) { nodes { id } } identityHistory(first: 1) { nodes { id } }
        quarantine(first: 1) { nodes { id } } identityQueue(first: 1) { nodes { id } } schemaDrift(first: 1) { nodes { id } }
        syncRuns(first: 1) { nodes { id } } connections { id } }"""
    )
    people = [hit["person"]["id"] for hit in more.pop("search") if hit["person"]]
    connections = more.pop("connections")
    listed = {key: value["nodes"][0]["id"] for key, value in more.items()}
    return {**found, **listed, "person": people[0], "connection": connections[0]["id"]}


def selection(type_: GraphQLNamedType, depth: int) -> str:
    """Every field of a type, related things ``depth`` levels down."""
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
    return " ".join(filter(None, (one(name, field, depth) for name, field in type_.fields.items())))


def one(name: str, field: GraphQLField, depth: int) -> str:
    """The selection of one field; empty where it would go too deep."""
    type_ = get_named_type(field.type)
    given = ["first: 2"] if "first" in field.args else []
    assert all(
        not is_non_null_type(argument.type) or argument_name == "first"
        for argument_name, argument in field.args.items()
    )
    arguments = f"({', '.join(given)})" if given else ""
    if is_leaf_type(type_):
        return name + arguments
    is_value = type_.name in ("Money", "PageInfo", "Explanation", "Evidence", "Guard")
    page = type_.name.endswith(("Connection", "Edge")) and type_.name != "SystemConnection"
    left = depth if is_value or page else depth - 1
    below = selection(type_, left) if left >= 0 else ""
    return f"{name}{arguments} {{ {below} }}" if below else ""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def everything(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from tests.support.fixtures import fresh_database

    if request.param == "sqlite":
        with house(f"sqlite:///{tmp_path_factory.mktemp('all') / 'kizuna.db'}") as made:
            yield busy(made)
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url, house(url) as made:
        yield busy(made)


def test_every_field_of_everything_with_an_id_is_answered_with_all_that_hangs_on_it(everything: House) -> None:
    schema = everything.engine.api.core
    answered: dict[str, object] = {}
    for key in ids(everything).values():
        named = everything.ask("query ($id: ID!) { node(id: $id) { __typename } }", id=key)["node"]
        assert named is not None, key
        type_ = schema.type_map[named["__typename"]]
        fields = selection(type_, depth=1)
        answer = everything.ask(
            f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_.name} {{ {fields} }} }} }}", id=key
        )
        answered[type_.name] = answer["node"]

    assert sorted(answered) == NODE_KINDS
    assert all(answered.values())
