"""Custom fields of tickets: under names that rules and the watch on fields can reach."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kizuna.sync.fields import paths
from kizuna_zendesk.fields import with_values
from kizuna_zendesk.sandbox.promises import FIELD_IDS


def valued(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The custom fields of a ticket by their ids, as the reading hands the ticket over."""
    row = msgspec.Raw(msgspec.json.encode({"id": 1, "custom_fields": list(fields), **more}))
    return json.loads(bytes(with_values([row])[0]))


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("area_invoices", "area_invoices"),  # a drop-down's tag
        (["area_a", "area_b"], "area_a;area_b"),  # several choices
        ([], None),
        (True, True),
        (False, False),
        ("2026-03-01", "2026-03-01"),
        ("12.50", "12.50"),  # decimals come as text
        (12.5, 12.5),
        (None, None),
        ("", ""),
        ({"id": 7, "name": "Laptop"}, {"id": 7, "name": "Laptop"}),  # what comes to be later
    ],
)
def test_a_custom_field_stands_under_its_id(sent, held):
    assert valued({"id": 360001, "value": sent})["custom_field_values"] == {"360001": held}


def test_the_list_stays_as_it_was_sent():
    fields = [{"id": 360001, "value": ["a", "b"]}, {"id": 360002, "value": None}]

    assert valued(*fields)["custom_fields"] == fields


def test_of_two_values_of_one_field_the_last_stands():
    assert valued({"id": 1, "value": "a"}, {"id": "1", "value": "b"})["custom_field_values"] == {"1": "b"}


@pytest.mark.parametrize(
    "row",
    [
        b'{"id": 1}',
        b'{"id": 1, "custom_fields": null}',
        b'{"id": 1, "custom_fields": []}',
        b'{"custom_fields": [{}]}',
        b'{"custom_fields": 7}',
        b"[]",
    ],
)
def test_a_row_without_custom_fields_or_that_cannot_be_read_stays_as_it_is(row):
    assert bytes(with_values([msgspec.Raw(row)])[0]) == row


def test_a_new_custom_field_is_seen_as_a_new_field():
    before = dict(paths(valued({"id": 1, "value": "a"})))

    after = dict(paths(valued({"id": 1, "value": "a"}, {"id": 2, "value": True})))

    assert after.items() - before.items() == {("custom_field_values.2", "boolean")}


def test_tickets_come_with_their_custom_fields_however_they_are_read(desk):
    area, order = (str(own) for own in FIELD_IDS["ticket_fields"])
    exported = {record["id"]: record for record in desk.read("tickets").records}
    titles = {str(record["id"]): record["title"] for record in desk.read("ticket_fields").records}

    values = [record["custom_field_values"] for record in exported.values()]

    assert {tuple(sorted(one)) for one in values} == {tuple(sorted((area, order)))}
    assert {one[area] for one in values} == {"area_invoices", None}
    assert {titles[area], titles[order]} == {"Product area", "Order number"}
