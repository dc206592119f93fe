"""Who may not read a label learns nothing of it: by no field, on no path, by no filter, order, cursor or refusal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from kizuna.access.roles import ROLES
from kizuna.graphql.context import ADMIN, Caller
from kizuna.graphql.filters import CustomerSortKey
from kizuna.graphql.labels import needs_in
from kizuna.model.labels import ALL, Label, Labels
from kizuna.storage.answers.ids import record_id
from tests.graphql.house import Counted, House, house
from tests.graphql.planted import ids, marks_in, planted
from tests.graphql.test_every_field import selection

SETS = [frozenset(some) for size in range(5) for some in combinations(Label, size)]
NAMED = {labels: role for role, labels in ROLES.items()}
ROOTS = {
    "customer": 'domain: "kudo.example"',
    "customers": "first: 9",
    "person": 'email: "hana.piimark@kudo.example"',
    "search": 'query: "k", first: 9',
    "timeline": "customerId: $customer, first: 50",
    "node": "id: $customer",
    "syncRuns": "first: 9",
    "identityHistory": "first: 9",
    "auditLog": "first: 9",
    "identityExplain": 'a: "crm/accounts/a1", b: "desk/organizations/o1"',
    "identityPath": 'a: "crm/accounts/a1", b: "desk/organizations/o1"',
    "quarantine": "first: 9",
    "schemaDrift": "first: 9",
    "identityQueue": "first: 9",
    "identityRuleTrial": 'rule: {entity: ACCOUNT, signs: ["domain"], reasons: ["score"], leastBits: -99}',
    "identityDecisions": "first: 9",
    "neverEvidence": "first: 9",
    "renewals": 'since: "2026-01-01", until: "2072-01-01"',
    "fieldRules": "first: 9",
    "fieldRuleHistory": "first: 9",
    "seenFields": "first: 9",
    "tryMapField": 'input: {connection: "crm", stream: "accounts", path: "hidden", attribute: "industry", of: ACCOUNT, unseen: true}',
    "tryKeepField": 'input: {connection: "crm", stream: "accounts", path: "hidden", name: "hidden", type: TEXT, of: ACCOUNT, unseen: true}',
}


def named(labels: Labels) -> str:
    return NAMED.get(labels) or "+".join(sorted(labels))


def caller(labels: Labels) -> Caller:
    return Caller("token:t", frozenset({ADMIN}), NAMED.get(labels, "support"), labels)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def marked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from tests.support.fixtures import fresh_database

    if request.param == "sqlite":
        with house(f"sqlite:///{tmp_path_factory.mktemp('marked') / 'kizuna.db'}") as made:
            yield open_handed(made)
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url, house(url) as made:
        yield open_handed(made)


def open_handed(made: House) -> House:
    planted(made)
    return made.configured(
        graphql__max_cost=10**9,
        graphql__max_tokens=50_000,
        graphql__max_document_length=10**6,
        graphql__max_fields=10**5,
        graphql__max_repetition=10**9,
        graphql__request_timeout_s=120.0,
    )


def required(field: GraphQLField) -> list[str]:
    """The arguments that a field must be given: once with each word of a vocabulary."""
    known = {"withPolicy": ['"chartmogul"']}
    needed = {
        name: known.get(name) or written(one.type) for name, one in field.args.items() if is_required_argument(one)
    }
    most = max((len(values) for values in needed.values()), default=1)
    return [", ".join(f"{name}: {one[n % len(one)]}" for name, one in needed.items()) for n in range(most)]


@pytest.fixture(scope="module")
def asked(marked: House) -> list[tuple[str, str, dict[str, Any]]]:
    return questions(marked)


def questions(made: House) -> list[tuple[str, str, dict[str, Any]]]:
    """A question for each field of Query and for each thing with an id, with all fields there and one relation on."""
    core = made.engine.api.core
    customer = made.ask('{ customer(domain: "kudo.example") { id } }')["customer"]["id"]
    found: list[tuple[str, str, dict[str, Any]]] = []
    for name, field in core.query_type.fields.items():  # type: ignore[union-attr]  # every schema has a query
        type_ = get_named_type(field.type)
        asked = [ROOTS[name]] if name in ROOTS else required(field)
        below = "" if is_leaf_type(type_) else f"{{ {selection(type_, depth=1)} }}"
        for given in asked:
            named_ids, bound = ("($customer: ID!)", {"customer": customer}) if "$customer" in given else ("", {})
            arguments = f"({given})" if given else ""
            found.append((f"{name}{arguments}", f"query {named_ids} {{ {name}{arguments} {below} }}", bound))
    for key in ids(made):
        kind = made.ask("query ($id: ID!) { node(id: $id) { __typename } }", id=key)["node"]["__typename"]
        fields = selection(core.type_map[kind], depth=1)
        found.append((key, f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {fields} }} }} }}", {"id": key}))
    return found


@pytest.mark.parametrize("labels", SETS, ids=named)
def test_no_answer_bears_a_mark_of_what_one_may_not_read(
    marked: House, asked: list[tuple[str, str, dict[str, Any]]], labels: Labels
) -> None:
    learnt: dict[str, set[Label]] = {}
    for name, question, variables in asked:
        body = marked.answer(question, caller=caller(labels), **variables)
        learnt[name] = marks_in({key: value for key, value in body.items() if key != "extensions"})
        refused = [error for error in body.get("errors", ()) if error["extensions"]["code"] != "FORBIDDEN"]
        assert refused == [], name

    assert {name: found - labels for name, found in learnt.items() if found - labels} == {}
    assert set().union(*learnt.values()) == labels


def written(type_: Any) -> list[str]:
    """Values of an input type as a document writes them: each word of a vocabulary, else one that fits."""
    plain = getattr(type_, "of_type", type_)
    if type_ is not plain:
        return [f"[{one}]" for one in written(plain)] if is_list_type(type_) else written(plain)
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)
    if isinstance(type_, GraphQLInputObjectType):
        needed = {
            name: written(field.type)[0] for name, field in type_.fields.items() if is_required_input_field(field)
        }
        inner = ", ".join(f"{name}: {value}" for name, value in needed.items())
        return [f"{{{inner}}}"]
    known = {
        "Boolean": "true",
        "Int": "1",
        "Float": "1.5",
        "DateTime": '"2026-01-01T00:00:00Z"',
        "Date": '"2026-03-01"',
        "Decimal": '"1"',
        "ID": '"cus_1"',
    }
    return [known.get(type_.name, '"JPY"')]


def wishes(core: GraphQLSchema) -> list[tuple[str, str, Labels]]:
    """(argument, question that uses it, labels one must be allowed to read) of each argument of the schema that needs some."""
    found = []
    for type_name, type_ in core.type_map.items():
        if not isinstance(type_, GraphQLObjectType) or type_name.startswith("__") or type_name == "Mutation":
            continue
        for field_name, field in type_.fields.items():
            for name, argument in field.args.items():
                for value, labels in values(argument):
                    others = [
                        f"{one}: {written(arg.type)[0]}"
                        for one, arg in field.args.items()
                        if is_required_argument(arg) and one != name
                    ]
                    below = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
                    asked = f"{field_name}({', '.join([*others, f'{name}: {value}'])}) {below}"
                    whole = (
                        f"{{ {asked} }}"
                        if type_name == "Query"
                        else f'{{ node(id: "cus_1") {{ ... on {type_name} {{ {asked} }} }} }}'
                    )
                    found.append((f"{type_name}.{field_name}({name}: {value})", whole, labels))
    return found


def values(argument: Any) -> list[tuple[str, Labels]]:
    """Each value of an argument that needs labels, also of the fields of an input, with what it needs."""
    named_type = get_named_type(argument.type)
    found = []
    for value in written(argument.type):
        word = value.strip("[]")
        meant = named_type.values[word].value if isinstance(named_type, GraphQLEnumType) else value
        labels = needs_in(argument.extensions["strawberry-definition"].metadata, [meant] if "[" in value else meant)
        if labels:
            found.append((value, labels))
    if isinstance(named_type, GraphQLInputObjectType):
        required = {n: written(f.type)[0] for n, f in named_type.fields.items() if is_required_input_field(f)}
        for name, field in named_type.fields.items():
            for value, labels in values(field):
                inner = {**required, name: value}
                found.append(("{" + ", ".join(f"{key}: {one}" for key, one in inner.items()) + "}", labels))
    return found


def test_asking_by_what_one_may_not_read_is_refused_before_anything_runs(marked: House) -> None:
    asked = wishes(marked.engine.api.core)
    assert len(asked) > 40
    wrong = []
    for labels in SETS:
        for name, question, needs in asked:
            with Counted(marked.database) as sent:
                body = marked.answer(question, caller=caller(labels))
            codes = [error["extensions"]["code"] for error in body.get("errors", ())]
            refused = codes == ["FORBIDDEN"] and body["data"] is None and len(sent) == 0
            told = [error["extensions"].get("labels") for error in body.get("errors", ())]
            if refused != bool(needs - labels) or (refused and told != [sorted(needs - labels)]):
                wrong.append((named(labels), name, body))

    assert wrong == []


WISHES = {
    "finance": "renewsSince renewsUntil hasActiveSubscription hasUnpaidInvoices money customFields",
    "support": "hasOpenTickets openTicketsAtLeast customFields",
    "pii": "customFields",
}


def test_every_wish_for_customers_that_tells_of_a_label_needs_it(marked: House) -> None:
    fields = marked.engine.api.core.type_map["CustomerFilter"].fields  # type: ignore[attr-defined]  # it is an input

    needed: dict[str, set[str]] = {}
    for name, field in fields.items():
        for label in needs_in(field.extensions["strawberry-definition"].metadata, "x"):
            needed.setdefault(label, set()).add(name)

    assert needed == {label: set(names.split()) for label, names in WISHES.items()}


@pytest.mark.parametrize("labels", SETS, ids=named)
def test_no_order_one_may_use_puts_a_hidden_value_into_a_cursor(marked: House, labels: Labels) -> None:
    learnt = set()
    for key in CustomerSortKey:
        for descending in ("true", "false"):
            sort = f'{{by: {key.name}, currency: "JPY", descending: {descending}}}'
            page = "{ totalCount edges { cursor node { id } } pageInfo { startCursor endCursor } }"
            learnt |= marks_in(
                marked.answer(f"{{ customers(first: 9, sort: {sort}) {page} }}", caller=caller(labels))["data"]
            )

    assert learnt - labels == set()


def test_a_cursor_that_tells_a_name_leads_nowhere_for_who_may_not_read_names(marked: House) -> None:
    ask = "query ($after: String) { customers(first: 1, after: $after) { pageInfo { endCursor } nodes { id } } }"
    given = marked.ask(ask)["customers"]["pageInfo"]["endCursor"]

    errors = marked.errors(ask, caller=caller(frozenset()), after=given)

    assert errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("text", ["Piimark", "hana.piimark", "piimark@", "taro"])
def test_search_finds_nobody_by_what_one_may_not_read(marked: House, text: str) -> None:
    ask = "query ($text: String!) { search(query: $text, first: 50) { text customer { id } person { id } } }"

    found = marked.ask(ask, caller=caller(ALL - {Label.PII}), text=text)["search"]

    assert len(marked.ask(ask, text=text)["search"]) > 0
    assert found == []


def test_the_answer_says_once_what_is_masked(marked: House) -> None:
    ask = """{ customers(first: 9) { nodes { name email money { measure } invoices(first: 1) { totalCount } a: email
              timeline(first: 9) { nodes { kind } } } } }"""

    body = marked.answer(ask, caller=caller(ROLES["support"]))

    assert body["extensions"]["masked"] == [
        {"field": "Customer.invoices", "labels": ["finance"]},
        {"field": "Customer.money", "labels": ["finance"]},
        {"field": "Customer.timeline", "labels": ["finance"], "partly": True},
    ]
    assert {(node["money"], node["invoices"]) for node in body["data"]["customers"]["nodes"]} == {(None, None)}


def test_what_is_masked_is_told_alike_whatever_there_is(marked: House) -> None:
    ask = '{ customers(first: 9, filter: {nameContains: "%s"}) { nodes { tickets(first: 1) { nodes { subject } } } } }'

    some, none = (marked.answer(ask % name, caller=caller(frozenset())) for name in ("kudo", "nobody"))

    assert some["data"]["customers"]["nodes"]
    assert not none["data"]["customers"]["nodes"]
    assert some["extensions"]["masked"] == none["extensions"]["masked"]


def test_nothing_is_read_of_what_is_masked(marked: House) -> None:
    ask = """{ customers(first: 9) { nodes { email annualRevenue { amount } money { measure } group { money { measure } }
              invoices(first: 5) { totalCount nodes { total { amount } } } } } }"""

    with Counted(marked.database) as sent:
        marked.ask(ask, caller=caller(frozenset()))

    read = " ".join(sent.statements)
    assert [name for name in ("email", "annual_revenue", "customer_money", "fact_invoice") if name in read] == []


@pytest.mark.parametrize("there", [True, False])
def test_an_id_of_what_one_may_not_read_leads_nowhere_whether_it_is_there_or_not(marked: House, *, there: bool) -> None:
    with marked.database.read() as sql:
        rid = sql.exec_driver_sql("SELECT rid FROM fact_invoice").scalar_one()

    body = marked.answer(
        "query ($id: ID!) { node(id: $id) { id } }",
        caller=caller(ROLES["support"]),
        id=record_id("invoice", rid + (not there)),
    )

    assert body["data"] == {"node": None}
    assert body["extensions"]["masked"] == [{"field": "Query.node", "labels": ["finance"]}]


def test_whoever_asks_is_told_what_they_may(marked: House) -> None:
    answer = marked.ask("{ viewer { name role scopes labels } }", caller=caller(ROLES["support"]))

    assert answer["viewer"] == {
        "name": "token:t",
        "role": "support",
        "scopes": ["read", "write", "admin"],
        "labels": ["PII", "SUPPORT"],
    }


def test_every_sum_of_money_and_every_address_is_labelled(marked: House) -> None:
    api = marked.engine.api
    unlabelled = []
    for name, type_ in api.core.type_map.items():
        if not isinstance(type_, GraphQLObjectType) or name.startswith("__"):
            continue
        of_type = api.registry.marked.types.get(name, frozenset())
        for field_name, field in type_.fields.items():
            labels = of_type | api.registry.marked.fields.get((name, field_name), frozenset())
            if get_named_type(field.type).name == "Money" and Label.FINANCE not in labels:
                unlabelled.append(f"{name}.{field_name}")
            if field_name in ("email", "phone", "street", "givenName", "familyName") and Label.PII not in labels:
                unlabelled.append(f"{name}.{field_name}")
            if field_name == "payload" and Label.SECRET not in labels:
                unlabelled.append(f"{name}.{field_name}")

    assert unlabelled == []


@pytest.mark.parametrize(
    ("question", "refused"),
    [
        ("query ($f: CustomerFilter) { customers(first: 1, filter: $f) { totalCount } }", True),
        ("query ($yes: Boolean) { customers(first: 1, filter: {hasUnpaidInvoices: $yes}) { totalCount } }", True),
        ("query ($yes: Boolean = true) { ...on Query { a: customers(first: 1, filter: {hasUnpaidInvoices: $yes}) { totalCount } } }", True),
        ("{ ...more } fragment more on Query { customers(first: 1, filter: {hasUnpaidInvoices: false}) { totalCount } }", True),
        ("{ schemaVersion customers(first: 1, filter: {hasUnpaidInvoices: true}) { totalCount } }", True),
        ("{ customers(first: 1, filter: {hasUnpaidInvoices: true}) @skip(if: true) { totalCount } }", False),
        ("{ customers(first: 1, filter: {hasUnpaidInvoices: null}) { totalCount } }", False),
    ],
)  # fmt: skip
def test_a_wish_is_seen_wherever_it_is_written(marked: House, question: str, *, refused: bool) -> None:
    known = {"f": {"hasUnpaidInvoices": True}, "yes": True}
    given = {name: value for name, value in known.items() if f"${name}:" in question}

    body = marked.answer(question, caller=caller(ROLES["support"]), **given)

    codes = [error["extensions"]["code"] for error in body.get("errors", ())]
    assert codes == (["FORBIDDEN"] if refused else [])
    assert body["data"] is None or not refused
