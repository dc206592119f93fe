"""What a ticket and its measures mean."""

from datetime import UTC, datetime

import pytest

from kizuna import sdk
from kizuna_zendesk.facts import BusinessMetrics
from plugins.zendesk.tests.mapped import METRICS, STREAMS, TICKET, read, said


def test_a_ticket_names_its_organisation_requester_and_assignee():
    facts = said("tickets", TICKET)

    assert facts == (
        sdk.Ticket(
            subject="Printer on fire",
            number="35436",
            account=sdk.Ref("organizations", "13"),
            person=sdk.Ref("users", "11"),
            assignee=sdk.Ref("users", "12"),
            status=sdk.TicketStatus.OPEN,
            stage="open",
            priority=sdk.Priority.URGENT,
            channel="email",
            category="incident",
            opened_at=datetime(2026, 2, 1, 8, tzinfo=UTC),
            updated_at=datetime(2026, 2, 1, 9, tzinfo=UTC),
            tags=("hot",),
        ),
    )


def test_the_version_of_a_ticket_is_its_generated_timestamp_because_system_updates_leave_updated_at_alone():
    version = STREAMS["tickets"].version(read("tickets", TICKET))

    assert version == datetime(2026, 2, 1, 9, 1, tzinfo=UTC)


def test_a_listed_ticket_without_generated_timestamp_is_versioned_by_its_update():
    listed = {name: value for name, value in TICKET.items() if name != "generated_timestamp"}

    version = STREAMS["tickets"].version(read("tickets", listed))

    assert version == datetime(2026, 2, 1, 9, tzinfo=UTC)


def test_a_deleted_ticket_is_gone():
    record = read("tickets", {**TICKET, "status": "deleted"})

    assert STREAMS["tickets"].deleted(record) == "deleted"
    assert STREAMS["tickets"].deleted(read("tickets", TICKET)) is None


def test_a_ticket_closed_by_a_merge_is_only_closed_because_nothing_in_it_names_the_other():
    (fact,) = said("tickets", {**TICKET, "status": "closed", "tags": ["closed_by_merge"]})

    assert isinstance(fact, sdk.Ticket)
    assert (fact.status, fact.tags) == (sdk.TicketStatus.CLOSED, ("closed_by_merge",))


def test_a_ticket_with_nearly_everything_null_is_still_a_ticket():
    nothing = dict.fromkeys(TICKET) | {"id": 1, "status": "new"}

    (fact,) = said("tickets", nothing)

    assert isinstance(fact, sdk.Ticket)
    assert (fact.status, fact.priority, fact.account, fact.tags) == (sdk.TicketStatus.NEW, None, None, ())


def test_a_status_in_capitals_as_webhooks_write_it_is_known():
    (fact,) = said("tickets", {**TICKET, "status": "OPEN", "priority": "URGENT"})

    assert isinstance(fact, sdk.Ticket)
    assert (fact.status, fact.priority) == (sdk.TicketStatus.OPEN, sdk.Priority.URGENT)


def test_a_status_nobody_knows_is_other_and_said_so():
    fact, note = said("tickets", {**TICKET, "status": "parked"})

    assert isinstance(fact, sdk.Ticket)
    assert (fact.status, fact.stage) == (sdk.TicketStatus.OTHER, "parked")
    assert note == sdk.Unmapped(field="status", value="parked")


def test_measures_inside_a_ticket_are_facts_of_their_own_in_calendar_minutes():
    ticket, metrics, _ = said("tickets", {**TICKET, "status": "solved", "metric_set": METRICS})

    assert isinstance(ticket, sdk.Ticket)
    assert ticket.solved_at == datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
    assert metrics == sdk.TicketMetrics(
        parent=sdk.Ref("tickets", "35436"),
        first_reply_min=30,
        first_resolution_min=90,
        requester_wait_min=61,
        agent_wait_min=5,
        reopens=1,
        replies=2,
        solved_at=datetime(2026, 2, 1, 9, 30, tzinfo=UTC),
    )


def test_a_reopened_ticket_has_no_solution_time():
    ticket, *_ = said("tickets", {**TICKET, "status": "open", "metric_set": METRICS})

    assert isinstance(ticket, sdk.Ticket)
    assert ticket.solved_at is None


def test_listed_measures_say_the_same_as_those_inside_a_ticket():
    embedded = said("tickets", {**TICKET, "metric_set": METRICS})[1:]

    assert said("ticket_metrics", METRICS) == embedded


def test_measures_in_business_hours_are_a_fact_beside_those_of_the_calendar():
    business = said("tickets", {**TICKET, "metric_set": METRICS})[2]

    assert business == BusinessMetrics(
        parent=sdk.Ref("tickets", "35436"),
        first_reply_min=12,
        first_resolution_min=60,
        requester_wait_min=40,
        agent_wait_min=5,
    )


@pytest.mark.parametrize("nothing", [None, {"calendar": 30}, {"calendar": 30, "business": None}])
def test_an_account_without_business_hours_has_no_measures_in_them(nothing):
    unmeasured = {name: nothing if isinstance(value, dict) else value for name, value in METRICS.items()}

    facts = said("ticket_metrics", unmeasured)

    assert [type(fact) for fact in facts] == [sdk.TicketMetrics]


def test_measures_without_a_ticket_are_set_aside():
    with pytest.raises(sdk.PayloadError):
        said("ticket_metrics", {**METRICS, "ticket_id": None})
