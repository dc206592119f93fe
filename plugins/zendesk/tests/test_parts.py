"""Groups, brands and forms: what they are called, and which tickets lie with them."""

from __future__ import annotations

import pytest

from kizuna import sdk
from kizuna_zendesk.facts import DeskPart, TicketPlace
from plugins.zendesk.tests.mapped import STREAMS, TICKET, read, said

GROUP = {"id": 6130852536346, "name": "Help desk", "deleted": False, "updated_at": "2026-01-02T00:00:00Z"}
BRAND = {"id": 7, "name": "Harbor", "active": True, "is_deleted": False, "updated_at": "2026-01-02T00:00:00Z"}
FORM = {"id": 9, "name": "Returns", "active": False, "updated_at": "2026-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("stream", "payload", "part"),
    [
        ("groups", GROUP, DeskPart(of="group", name="Help desk")),
        ("brands", BRAND, DeskPart(of="brand", name="Harbor")),
        ("ticket_forms", FORM, DeskPart(of="form", name="Returns", active=False)),
    ],
)
def test_a_part_of_the_desk_has_a_name(stream, payload, part):
    assert said(stream, payload) == (part,)


@pytest.mark.parametrize(("stream", "gone"), [("groups", {"deleted": True}), ("brands", {"is_deleted": True})])
def test_a_part_that_is_deleted_says_so(stream, gone):
    assert STREAMS[stream].deleted(read(stream, {"id": 7, "name": "Old", **gone})) == "deleted"
    assert STREAMS[stream].deleted(read(stream, {"id": 7, "name": "Old"})) is None


def test_a_ticket_names_the_parts_it_lies_with():
    facts = said("tickets", {**TICKET, "group_id": 6130852536346, "brand_id": "7", "ticket_form_id": None})

    assert facts[1:] == (TicketPlace(group=sdk.Ref("groups", "6130852536346"), brand=sdk.Ref("brands", "7")),)


def test_every_part_that_tickets_name_is_listed(desk):
    listed = {
        sdk.Ref(name, str(record["id"]))
        for name in ("groups", "brands", "ticket_forms")
        for record in desk.read(name).records
    }

    places = [fact for row in desk.read("tickets").records for fact in said("tickets", row)]

    named = {
        ref
        for place in places
        if isinstance(place, TicketPlace)
        for ref in (place.group, place.brand, place.form)
        if ref is not None
    }
    assert {ref.stream for ref in named} == {"groups", "brands", "ticket_forms"}
    assert named <= listed


@pytest.mark.parametrize("name", ["groups", "brands", "ticket_forms"])
def test_the_lists_of_parts_are_whole_on_each_pass(desk, name):
    first = desk.read(name)

    again = desk.read(name, first.bookmark)

    assert (first.whole, again.whole) == (True, True)
    assert first.ids == again.ids
