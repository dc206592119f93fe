"""The simulated desk's records against recordings and the vendor's own schema."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

pytestmark = pytest.mark.samples

SCHEMAS = {
    "users": "UserObject",
    "tickets": "TicketObject",
    "organizations": "OrganizationObject",
    "organization_memberships": "OrganizationMembershipObject",
    "satisfaction_ratings": "SatisfactionRatingObject",
    "ticket_metrics": "TicketMetricObject",
}


def recorded(samples: Path, export: str, name: str) -> list[dict[str, Any]]:
    """The rows of the recorded exports of that name."""
    rows: list[dict[str, Any]] = []
    for path in sorted((samples / "zendesk" / "zenpy-recordings-GPL3").glob("*Incremental*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            exchange = json.loads(line)
            if f"/incremental/{export}" in exchange["uri"]:
                rows += exchange["body"][name]
    return rows


def relaxed(schema: Any) -> Any:
    """The schema with null allowed everywhere: the vendor's own answers break it, real tickets among them."""
    if isinstance(schema, list):
        return [relaxed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    loosened = {name: relaxed(value) for name, value in schema.items() if name != "enum" or None in value}
    if isinstance(loosened.get("type"), str):
        loosened["type"] = [loosened["type"], "null"]
    return loosened


@pytest.mark.parametrize("name", ["users", "tickets"])
def test_a_record_has_every_field_that_recorded_ones_have(desk, samples, name):
    rows = recorded(samples, name, name)

    always = set.intersection(*(set(row) for row in rows))
    shown = desk.state.live(name)[-1].payload

    assert len(rows) > 1_000
    assert always - set(shown) == set()


def test_the_answers_around_the_records_have_the_recorded_fields(desk, samples):
    path = samples / "zendesk" / "zenpy-recordings-GPL3" / "TicketsIncrementalTest.test_get_values.jsonl"
    by_time, by_cursor = (json.loads(line)["body"] for line in path.read_text(encoding="utf-8").splitlines()[:2])

    assert set(desk.get("/api/v2/incremental/tickets.json", start_time=0).json()) == set(by_time)
    assert set(desk.get("/api/v2/incremental/tickets/cursor.json", start_time=0).json()) == set(by_cursor)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_record_keeps_to_the_vendors_schema(desk, samples, name):
    document = json.loads(
        (samples / "zendesk" / "openapi" / "zendesk-objects.jsonschema.json").read_text(encoding="utf-8")
    )
    resource = Resource.from_contents(relaxed(document), default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:desk", resource)
    validator = Draft202012Validator({"$ref": f"urn:desk#/components/schemas/{SCHEMAS[name]}"}, registry=registry)

    faults = [error.message for record in desk.state.live(name)[:50] for error in validator.iter_errors(record.payload)]

    assert faults == []
    assert not validator.is_valid({"id": "seven"})
