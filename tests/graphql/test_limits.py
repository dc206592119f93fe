"""What a document may ask for is counted before anything runs."""

from __future__ import annotations

import pytest

from tests.graphql.house import Counted, House


def test_the_cost_is_how_many_objects_the_answer_could_hold(small: House) -> None:
    query = """query ($size: Int = 4) { customers(first: 10) { nodes { name annualRevenue { amount }
        tickets(first: $size) { nodes { subject assignee { name } } } owners { system } } } }"""

    answer = small.answer(query)
    larger = small.answer(query, size=20)

    # 10 customers, each with 4 tickets that each have an assignee, and a short list counted as ten.
    assert answer["extensions"]["cost"] == {"requested": 10 * (1 + 4 * 2 + 10), "limit": 10_000}
    assert larger["extensions"]["cost"]["requested"] == 10 * (1 + 20 * 2 + 10)


def test_a_document_that_asks_for_too_much_is_refused_before_it_runs(small: House) -> None:
    query = """{ customers(first: 50) { nodes { tickets(first: 50) { nodes { comments(first: 50) { nodes { body } } } } } } }"""

    with Counted(small.database) as counted:
        answer = small.answer(query)

    error = answer["errors"][0]
    assert answer["data"] is None
    told = {"limit": "cost", "requested": 127_550, "allowed": 10_000, "cost": 127_550}
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", **told}
    assert answer["extensions"]["cost"]["requested"] == 127_550
    assert len(counted) == 0


def test_a_fragment_counts_as_often_as_it_is_used(small: House) -> None:
    fragments = " ".join(
        f"fragment F{n} on Customer {{ a{n}: children(first: 2) {{ nodes {{ ...F{n + 1} }} }} b{n}: children(first: 2) "
        f"{{ nodes {{ ...F{n + 1} }} }} }}"
        for n in range(30)
    )

    errors = small.errors(
        f"{{ customers(first: 1) {{ nodes {{ ...F0 }} }} }} {fragments} fragment F30 on Customer {{ id }}"
    )

    assert errors[0]["extensions"]["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{ customers(first: 1) { nodes " + "{ parent " * 11 + "{ id }" + " }" * 13, "depth"),
        ("{ customers(first: 1) { nodes { " + " ".join(f"b{n}: name" for n in range(31)) + " } } }", "aliases"),
        ("{ " + " ".join(f"a{n}: schemaVersion" for n in range(11)) + " }", "root fields"),
        ("{ ...R ...R } fragment R on Query { " + "schemaVersion " * 6 + "}", "root fields"),
    ],
    ids=["depth", "aliases", "roots", "roots in fragments"],
)
def test_each_limit_names_itself(small: House, query: str, limit: str) -> None:
    errors = small.errors(query)

    assert errors[0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert errors[0]["extensions"]["limit"] == limit


def test_too_many_tokens_are_not_even_parsed(small: House) -> None:
    errors = small.errors("{ " + "schemaVersion " * 2_100 + "}")

    told = {"limit": "tokens", "requested": 2_001, "allowed": 2_000}
    assert errors[0]["extensions"] == {"code": "LIMIT_EXCEEDED", **told}
    assert errors[0]["message"] == "The document has more than 2000 tokens. Ask for less at once."


@pytest.mark.parametrize(
    ("query", "limit", "asked", "most"),
    [
        ("{ customers(first: 1) { nodes { " + "id " * 499 + "} } }", "fields", 501, 500),
        ("{ customers(first: 1) { nodes { " + "id " * 142 + "} } }", "repetition", 10_082, 10_000),
        (
            "{ customers(first: 1) { nodes { "
            + f"people(first: 2, text: [{'1 ' * 97}]) {{ totalCount }} " * 15
            + "} } }",
            "repetition",
            15 * 15 * 100 // 2 + 112,
            10_000,
        ),
        ("{ schemaVersion " + "@skip(if: false) " * 51 + "}", "directives", 51, 50),
        (" ".join(f"query Q{n} {{ schemaVersion }}" for n in range(51)), "definitions", 51, 50),
        ("{ schemaVersion }" + " " * 32_000, "document length", 32_017, 32_000),
        ("{ customers(first: 1" + "0" * 400 + ") { totalCount } }", "digits", 401, 400),
    ],
    ids=["fields", "names", "arguments", "directives", "definitions", "length", "digits"],
)
def test_what_takes_long_to_validate_is_not_validated(
    small: House, query: str, limit: str, asked: int, most: int
) -> None:
    errors = small.errors(query)

    told = {"limit": limit, "requested": asked, "allowed": most}
    assert errors[0]["extensions"] == {"code": "LIMIT_EXCEEDED", **told}


@pytest.mark.parametrize(
    "query",
    [
        "{" * 900,
        "{ a" * 600 + " }" * 600,
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(210))
        + " { ...F0 } fragment F210 on Query { a }",
        "",
        "fragment A on Query { schemaVersion }",
        "query A { schemaVersion } query B { schemaVersion }",
        "subscription { x }",
        "{ customers(first: 99999999999999999999) { totalCount } }",
        "{ customers(first: $nobody) { totalCount } }",
        "query ($n: Int!) { customers(first: $n) { totalCount } }",
    ],
)
def test_no_document_is_answered_with_a_fault(small: House, query: str) -> None:
    errors = small.errors(query)

    assert errors
    assert {error["extensions"]["code"] for error in errors} <= {
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "BAD_USER_INPUT",
        "LIMIT_EXCEEDED",
    }


def test_a_page_of_an_impossible_size_in_a_variable_is_refused_before_it_runs(small: House) -> None:
    with Counted(small.database) as counted:
        errors = small.errors("query ($n: Int!) { customers(first: $n) { totalCount } }", n=5_000)

    assert errors[0]["message"] == "`first` is 5000; it may be 1 to 100."
    told = {"limit": "page size", "requested": 5_000, "allowed": 100, "cost": 0}
    assert errors[0]["extensions"] == {"code": "LIMIT_EXCEEDED", **told}
    assert len(counted) == 0


def test_limits_are_settings(small: House) -> None:
    strict = small.configured(graphql__max_cost=5, graphql__max_page_size=10)

    too_much = strict.errors("{ customers(first: 6) { nodes { id } } }")
    too_large = strict.errors("{ customers(first: 11) { nodes { id } } }")

    assert too_much[0]["extensions"]["allowed"] == 5
    assert too_large[0]["message"] == "`first` is 11; it may be 1 to 10."


def test_a_document_is_read_once(small: House) -> None:
    query = "{ customers(first: 1) { nodes { id } } }"

    small.ask(query)
    first = small.engine.documents.parsed(query)
    small.ask(query)
    second = small.engine.documents.parsed(query)

    assert first is second


def test_the_memory_of_documents_is_bounded(small: House) -> None:
    for n in range(300):
        small.ask(f"{{ a{n}: schemaVersion }}")

    assert len(small.engine.documents._known) == 256


def test_a_request_that_has_used_up_its_time_is_told_so(fresh: House) -> None:
    hasty = fresh.configured(graphql__request_timeout_s=0.0)

    errors = hasty.errors('{ customer(domain: "a.example") { id } customers(first: 1) { nodes { id } } }')

    assert {error["extensions"]["code"] for error in errors} == {"TIMEOUT"}


@pytest.mark.parametrize("value", ["a\u0000b", "\ud800", "x" * 20_000])
def test_a_value_that_no_database_holds_is_the_callers_mistake_or_finds_nothing(fresh: House, value: str) -> None:
    query = """query ($v: String!) { customer(email: $v) { id } search(query: $v, first: 1) { text }
        b: customer(externalId: {system: $v, id: $v}) { id } }"""

    answer = fresh.answer(query, v=value)

    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"BAD_USER_INPUT"}


@pytest.mark.parametrize(
    "wish",
    [
        {"systems": ["x"] * 5_000},
        {"nameContains": "%" * 90_000},
        {"domains": ["x"] * 5_000},
        {"money": {"measure": "MRR", "currency": "JPY", "atLeast": "1e30"}},
        {"money": {"measure": "MRR", "currency": "JPY", "atLeast": "1e999999999"}},
        {"money": {"measure": "MRR", "currency": "JPY" * 9_000, "atMost": "NaN"}},
        {"lastActivitySince": "0001-01-01T00:00:00Z", "renewsUntil": "9999-12-31T23:59:59+14:00"},
        {"lastActivitySince": "2026-03-01"},
    ],
)
def test_a_wish_beyond_all_measure_is_no_fault(fresh: House, wish: dict[str, object]) -> None:
    answer = fresh.answer("query ($f: CustomerFilter) { customers(first: 1, filter: $f) { totalCount } }", f=wish)

    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"BAD_USER_INPUT"}
