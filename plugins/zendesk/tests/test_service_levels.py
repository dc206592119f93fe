"""Promises to customers and what became of them; what an account has defined for itself."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_zendesk.definitions import DefinedField
from kizuna_zendesk.service_levels import SlaEvent, SlaTarget
from kizuna_zendesk.streams import Wishes, streams

STREAMS = {stream.name: stream for stream in streams(Wishes())}
APPLIED = {
    "id": 926256957613,
    "ticket_id": 155,
    "metric": "reply_time",
    "instance_id": 1,
    "type": "apply_sla",
    "time": "2026-02-01T08:00:00Z",
    "sla": {"target": 60, "business_hours": False, "policy": {"id": 25, "title": "Silver", "description": ""}},
}


def read(stream: str, payload: dict[str, Any]) -> Any:
    return msgspec.json.decode(msgspec.json.encode(payload), type=STREAMS[stream].payload)


def said(stream: str, payload: dict[str, Any]) -> tuple[Any, ...]:
    return STREAMS[stream].said(read(stream, payload))


def test_an_applied_promise_names_its_policy_and_its_target():
    facts = said("ticket_metric_events", APPLIED)

    assert facts == (
        SlaEvent(
            parent=sdk.Ref("tickets", "155"),
            metric="reply_time",
            instance=1,
            event="apply_sla",
            policy=sdk.Ref("sla_policies", "25"),
            policy_name="Silver",
            target_min=60,
            business_hours=False,
            at=datetime(2026, 2, 1, 8, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("type_", "outcome"),
    [("breach", "breached"), ("fulfill", "fulfilled"), ("activate", None), ("update_status", None), (None, None)],
)
def test_a_promise_is_broken_by_a_breach_and_kept_by_a_fulfilment(type_, outcome):
    (fact,) = said("ticket_metric_events", {**APPLIED, "type": type_, "sla": None})

    assert (fact.outcome, fact.policy) == (outcome, None)


def test_a_breach_that_was_taken_back_is_gone():
    gone = STREAMS["ticket_metric_events"].deleted

    assert gone(read("ticket_metric_events", {**APPLIED, "type": "breach", "deleted": True})) == "deleted"
    assert gone(read("ticket_metric_events", {**APPLIED, "type": "breach", "deleted": False})) is None


def test_a_promise_between_teams_is_marked_and_counted_in_seconds():
    event = {
        **APPLIED,
        "sla": None,
        "group_sla": {"target_in_seconds": 90, "policy": {"id": "g1", "title": "Handover"}},
    }

    (fact,) = said("ticket_metric_events", event)

    assert (fact.group, fact.target_min, fact.policy_name) == (True, 1.5, "Handover")


def test_an_event_without_ticket_is_set_aside():
    with pytest.raises(sdk.PayloadError):
        said("ticket_metric_events", {**APPLIED, "ticket_id": None})


def test_a_policy_is_as_many_promises_as_it_makes():
    promise = {"priority": "low", "metric": "first_reply_time", "target": 60, "business_hours": True}
    payload = {"id": 25, "title": "Silver", "policy_metrics": [promise, {**promise, "priority": "high"}, promise]}

    facts = said("sla_policies", payload)

    low = SlaTarget(
        part="low:first_reply_time",
        policy_name="Silver",
        priority="low",
        metric="first_reply_time",
        target_min=60,
        business_hours=True,
    )
    assert facts == (low, msgspec.structs.replace(low, part="high:first_reply_time", priority="high"))


def test_a_custom_status_is_a_stage_and_a_default_one_also_stands_for_its_category():
    status = {"id": 7, "agent_label": "With the courier", "status_category": "pending", "default": False}

    own = said("custom_statuses", status)
    default = said("custom_statuses", {**status, "status_category": "solved", "default": True})

    assert [(stage.stage, stage.label, stage.closed) for stage in own] == [("7", "With the courier", False)]
    assert [(stage.stage, stage.closed) for stage in default] == [("7", True), ("solved", True)]


def test_a_ticket_stands_in_the_accounts_own_status_where_it_has_one():
    (custom,) = said("tickets", {"id": 1, "status": "pending", "custom_status_id": 7})
    (plain,) = said("tickets", {"id": 1, "status": "pending"})

    assert (custom.status, custom.stage) == (sdk.TicketStatus.PENDING, "7")
    assert plain.stage == "pending"


def test_a_field_tells_what_its_stored_values_mean():
    field = {"id": 9, "type": "tagger", "title": "Area", "custom_field_options": [{"name": "Invoices", "value": "inv"}]}

    (of_ticket,) = said("ticket_fields", field)
    (of_user,) = said("user_fields", {"id": 3, "key": "nickname", "type": "text", "title": "Nickname", "active": False})

    assert of_ticket == DefinedField(
        stream="tickets", field="9", title="Area", field_type="tagger", choices={"inv": "Invoices"}
    )
    assert (of_user.stream, of_user.field, of_user.active, of_user.choices) == ("users", "nickname", False, {})


def test_every_broken_promise_of_the_desk_is_read_as_broken(desk):
    events = [read("ticket_metric_events", record) for record in desk.read("ticket_metric_events").records]
    breached = {event.ticket_id for event in events if event.type == "breach"}
    late = {
        int(ticket.id)
        for ticket in desk.state.of_kind("ticket")
        if (target_min := {"urgent": 60, "high": 240}.get(ticket.priority or "")) is not None
        and ticket.first_reply_at is not None
        and (ticket.first_reply_at - ticket.created_at).total_seconds() > target_min * 60
    }

    assert late
    assert breached == late


@pytest.mark.parametrize(
    "name", ["sla_policies", "custom_statuses", "ticket_fields", "user_fields", "organization_fields"]
)
def test_what_the_desk_defines_is_read_whole_on_each_pass(desk, name):
    done = desk.read(name)

    assert (set(done.ids), done.whole) == ({record.id for record in desk.state.stream(name)}, True)
    assert done.ids
