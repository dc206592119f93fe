"""What became of each promise on a ticket, told from all the events of its measures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kizuna import sdk
from kizuna_zendesk import Zendesk
from kizuna_zendesk.facts import SlaOutcome
from kizuna_zendesk.streams import Wishes, streams
from plugins.zendesk.tests.mapped import TICKET, said

POLICY = {"target": 60, "business_hours": False, "policy": {"id": 25, "title": "Silver"}}


def event(at: str, type_: str, instance: int = 1, metric: str = "reply_time", **more: Any) -> dict[str, Any]:
    time = f"2026-02-01T{at}:00Z"
    own = {"id": f"{at}{type_}", "ticket_id": 35436, "metric": metric, "instance_id": instance}
    return {**own, "type": type_, "time": time, **more}


def begun(instance: int = 1, at: str = "08:00", **more: Any) -> list[dict[str, Any]]:
    return [event(at, "activate", instance, **more), event(at, "apply_sla", instance, sla=POLICY, **more)]


def outcomes(events: object) -> list[SlaOutcome]:
    facts = said("tickets", {**TICKET, "metric_events": events})
    return [fact for fact in facts if isinstance(fact, SlaOutcome)]


def instant(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 2, 1, hour, minute, tzinfo=UTC)


def test_a_promise_that_was_fulfilled_in_time_is_achieved():
    found = outcomes([*begun(), event("08:30", "fulfill")])

    assert found == [
        SlaOutcome(
            part="reply_time/1",
            parent=sdk.Ref("tickets", "35436"),
            metric="reply_time",
            instance=1,
            outcome="achieved",
            policy=sdk.Ref("sla_policies", "25"),
            policy_name="Silver",
            target_min=60,
            business_hours=False,
            begun_at=instant(8),
            fulfilled_at=instant(8, 30),
        )
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_a_promise_that_was_fulfilled_too_late_stays_breached(order):
    events = [*begun(), event("09:00", "breach", deleted=False), event("10:00", "fulfill")][::order]

    (found,) = outcomes(events)

    assert (found.outcome, found.breached_at, found.fulfilled_at) == ("breached", instant(9), instant(10))


def test_a_breach_that_was_taken_back_was_none():
    (found,) = outcomes([*begun(), event("09:00", "breach", deleted=True), event("10:00", "fulfill")])

    assert (found.outcome, found.breached_at) == ("achieved", None)


def test_a_promise_that_still_runs_has_no_outcome():
    (found,) = outcomes([*begun(), event("08:10", "pause"), event("08:20", "update_status")])

    assert (found.outcome, found.begun_at) == (None, instant(8))


def test_each_time_a_measure_begins_anew_is_a_promise_of_its_own():
    again = [*begun(2, "12:00"), event("13:00", "breach", 2)]

    found = outcomes([*begun(), event("08:30", "fulfill"), *again])

    assert [(one.part, one.outcome) for one in found] == [("reply_time/1", "achieved"), ("reply_time/2", "breached")]


def test_each_measure_is_a_promise_of_its_own_also_where_events_come_by_measure():
    solving = [*begun(metric="resolution_time"), event("09:00", "breach", metric="resolution_time")]

    found = outcomes({"reply_time": [*begun(), event("08:30", "fulfill")], "resolution_time": solving, "other": []})

    assert {one.part: one.outcome for one in found} == {"reply_time/1": "achieved", "resolution_time/1": "breached"}


def test_an_instance_that_is_not_numbered_is_never_taken_for_a_numbered_one():
    found = outcomes([*begun(), *({**one, "instance_id": None} for one in begun())])

    assert [one.part for one in found] == ["reply_time", "reply_time/1"]


def test_a_measure_that_nothing_was_promised_of_has_no_outcome_to_tell():
    assert outcomes([event("08:00", "activate"), event("08:30", "fulfill")]) == []


def test_the_policy_that_was_applied_last_counts():
    gold = {**POLICY, "target": 30, "policy": {"id": 26, "title": "Gold"}}

    (found,) = outcomes([event("08:05", "apply_sla", sla=gold), *begun(), event("08:06", "measure")])

    assert (found.policy_name, found.target_min) == ("Gold", 30)


@pytest.mark.parametrize(
    "unforeseen",
    [
        {"reply_time": {"id": 1}},
        [{"metric": "reply_time"}],
        [{"id": 1, "sla": {"target": "60"}}],
        [{"id": 1, "instance_id": "2"}],
        "none",
    ],
)
def test_a_shape_that_nobody_documents_costs_the_outcomes_and_not_the_ticket(unforeseen):
    plain = said("tickets", TICKET)

    *facts, noted = said("tickets", {**TICKET, "metric_events": unforeseen})

    assert facts == list(plain)
    assert isinstance(noted, sdk.Unmapped)
    assert noted.field == "metric_events"


@pytest.mark.parametrize("nothing", [None, [], {}, {"reply_time": None}, {"reply_time": []}])
def test_a_ticket_to_which_nothing_happened_has_nothing_to_tell(nothing):
    assert said("tickets", {**TICKET, "metric_events": nothing}) == said("tickets", TICKET)


def test_events_are_asked_for_and_joined_only_where_the_account_wishes():
    wishes = {
        wish: {one.name: one for one in streams(Wishes(sla_with_tickets=wish))}["tickets"] for wish in (True, False)
    }
    start = sdk.Start(now=instant(12))

    asks = {wish: wishes[wish].reading.begin(None, start).ask for wish in wishes}

    assert dict(asks[True].params)["include"] == "metric_sets,comment_count,slas,metric_events"
    assert dict(asks[False].params)["include"] == "metric_sets,comment_count"


def test_over_http_the_outcomes_are_those_that_the_desk_knows(desk, monkeypatch):
    wishing = desk.connector.settings.model_copy(update={"ticket_slas": True})
    monkeypatch.setattr(type(desk), "connector", property(lambda _: Zendesk(wishing)))

    rows = desk.read("tickets").records

    told: dict[str, set[str]] = {}
    for row in desk.state.live("ticket_metric_events"):
        told.setdefault(str(row.payload["ticket_id"]), set()).add(row.payload["type"])
    expected = {
        own: "breached" if "breach" in types else "achieved" if "fulfill" in types else None
        for own, types in told.items()
    }
    facts = [fact for row in rows for fact in said("tickets", row)]
    found = {fact.parent.id: fact.outcome for fact in facts if isinstance(fact, SlaOutcome)}
    living = {str(row["id"]) for row in rows}
    assert found == {own: outcome for own, outcome in expected.items() if own in living}
    assert {"breached", "achieved"} <= set(found.values())
