"""The simulated org's reading of SOQL."""

import pytest

from kizuna_salesforce.sandbox import matching, soql
from kizuna_salesforce.sandbox.matching import Row
from kizuna_salesforce.sandbox.refusals import Refused

NOBODY: frozenset[str] = frozenset()
ROWS: list[Row] = [
    {
        "Id": "001dM00000000a1QAA",
        "Name": "Ash",
        "NumberOfEmployees": 5,
        "SystemModstamp": "2026-05-01T00:00:01.000+0000",
    },
    {
        "Id": "001dM00000000A1QAI",
        "Name": "birch",
        "NumberOfEmployees": None,
        "SystemModstamp": "2026-05-01T00:00:01.000+0000",
    },
    {
        "Id": "001dM00000000B1QAI",
        "Name": None,
        "NumberOfEmployees": 50,
        "SystemModstamp": "2026-05-01T00:00:02.000+0000",
    },
]


def names(condition: str) -> list[str | None]:
    query = soql.parse(f"SELECT Id FROM Account WHERE {condition}")
    assert query.condition is not None
    matches = matching.predicate(query.condition, "Account", NOBODY)
    return [row["Name"] for row in ROWS if matches(row)]


def test_a_query_is_read_whole():
    query = soql.parse(
        "select Id, Name from Account where Name = 'O\\'Hara' order by Name desc nulls last, Id limit 5 offset 10"
    )

    assert query == soql.Query(
        fields=("Id", "Name"),
        sobject="Account",
        condition=soql.Comparison("Name", "=", soql.Constant("string", "O'Hara")),
        order=(soql.Order("Name", descending=True, nulls_last=True), soql.Order("Id")),
        limit=5,
        offset=10,
    )


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Name = 'ASH'", ["Ash"]),
        ("Name != 'ash'", ["birch", None]),
        ("Name = null", [None]),
        ("Name LIKE 'b_r%'", ["birch"]),
        ("NOT Name LIKE '%h'", [None]),
        ("NumberOfEmployees > 5", [None]),
        ("NumberOfEmployees <= 50", ["Ash", None]),
        ("Name IN ('ash', 'birch')", ["Ash", "birch"]),
        ("Name NOT IN ('ash')", ["birch", None]),
        ("Id = '001dM00000000a1'", ["Ash"]),
        ("SystemModstamp >= 2026-05-01T00:00:02Z", [None]),
        ("SystemModstamp = 2026-05-01T09:00:01+09:00", ["Ash", "birch"]),
        (
            "((SystemModstamp = 2026-05-01T00:00:01Z AND Id > '001dM00000000A1QAI') OR SystemModstamp > 2026-05-01T00:00:01Z)",
            ["Ash", None],
        ),
    ],
)
def test_conditions_match_as_in_salesforce(condition: str, found: list[str | None]):
    assert names(condition) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT FROM Account",
        "SELECT Id Account",
        "SELECT Id FROM Account WHERE",
        "SELECT Id FROM Account WHERE Name = ",
        "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
        "SELECT Id FROM Account WHERE (Name = 'a'",
        "SELECT Id FROM Account LIMIT ten",
        "SELECT Id FROM Account WHERE Name = 'open",
        "SELECT Id FROM Account; DROP",
        "SELECT Id FROM Account trailing",
    ],
)
def test_what_is_no_soql_is_malformed(text: str):
    with pytest.raises(Refused) as refused:
        soql.parse(text)

    assert refused.value.code == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    "condition",
    ["Nothing = 1", "SystemModstamp > '2026-05-01T00:00:00Z'", "Name = 5", "Description = 'x'", "IsDeleted = 'true'"],
)
def test_values_must_fit_the_field(condition: str):
    with pytest.raises(Refused) as refused:
        names(condition)

    assert refused.value.code == "INVALID_FIELD"


def test_rows_are_ordered_with_nulls_first_and_ids_by_case():
    by_name = matching.sort(list(ROWS), (soql.Order("Name"),), "Account", NOBODY)
    by_change = matching.sort(
        list(ROWS), (soql.Order("SystemModstamp", descending=True), soql.Order("Id")), "Account", NOBODY
    )

    assert [row["Name"] for row in by_name] == [None, "Ash", "birch"]
    assert [row["Id"][13] for row in by_change] == ["B", "A", "a"]


def test_the_earliest_change_that_can_match_is_known_where_the_condition_says_it():
    def earliest(condition: str) -> str | None:
        return matching.earliest(soql.parse(f"SELECT Id FROM Account WHERE {condition}").condition)

    assert earliest("SystemModstamp >= 2026-05-01T00:00:02Z AND Name = 'a'") == "2026-05-01T00:00:02.000+0000"
    assert earliest("SystemModstamp > 2026-05-01T00:00:02Z OR Name = 'a'") is None
    assert earliest("Name = 'a'") is None
