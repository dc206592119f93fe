"""What a record of the support desk means."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_zendesk import mapping, payloads
from kizuna_zendesk.streams import Wishes, streams

STREAMS = {stream.name: stream for stream in streams(Wishes())}

TICKET: dict[str, Any] = {
    "id": 35436,
    "status": "open",
    "subject": "Printer on fire",
    "type": "incident",
    "priority": "urgent",
    "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
    "requester_id": 11,
    "assignee_id": 12,
    "organization_id": 13,
    "tags": ["hot"],
    "due_at": None,
    "created_at": "2026-02-01T08:00:00Z",
    "updated_at": "2026-02-01T09:00:00Z",
    "generated_timestamp": 1769936460,
}
USER: dict[str, Any] = {
    "id": 11,
    "name": "  Mori Aya ",
    "email": "aya@harbor.example",
    "phone": "+81 3 1234 5678",
    "role": "end-user",
    "organization_id": 13,
    "external_id": "salesforce:003A",
    "locale": "ja",
    "active": True,
    "suspended": False,
    "tags": [],
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}
ORGANIZATION: dict[str, Any] = {
    "id": 13,
    "name": "Harbor",
    "domain_names": ["harbor.example", "harbor.test"],
    "external_id": None,
    "details": "",
    "tags": ["vip"],
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
    "deleted_at": None,
}
METRICS: dict[str, Any] = {
    "id": 90,
    "ticket_id": 35436,
    "reopens": 1,
    "replies": 2,
    "reply_time_in_minutes": {"calendar": 30, "business": 12},
    "first_resolution_time_in_minutes": {"calendar": 90, "business": 60},
    "full_resolution_time_in_minutes": {"calendar": None, "business": None},
    "agent_wait_time_in_minutes": {"calendar": 5, "business": 5},
    "requester_wait_time_in_minutes": {"calendar": 61, "business": 40},
    "on_hold_time_in_minutes": None,
    "solved_at": "2026-02-01T09:30:00Z",
    "updated_at": "2026-02-01T09:30:00Z",
}
RATING: dict[str, Any] = {
    "id": 62,
    "score": "good",
    "comment": "fast",
    "ticket_id": 35436,
    "requester_id": 11,
    "assignee_id": 12,
    "created_at": "2026-02-02T00:00:00Z",
    "updated_at": "2026-02-03T00:00:00Z",
}
COMMENT: dict[str, Any] = {
    "id": 700,
    "type": "Comment",
    "ticket_id": 35436,
    "author_id": 11,
    "body": "It **burns**",
    "html_body": "<p>It <b>burns</b></p>",
    "plain_body": "It burns",
    "public": True,
    "via": {"channel": "email"},
    "created_at": "2026-02-01T08:00:00Z",
}


def said(stream: str, payload: dict[str, Any]) -> tuple[sdk.Said, ...]:
    """What the stream's mapping says of a payload."""
    found = STREAMS[stream]
    return found.said(msgspec.json.decode(msgspec.json.encode(payload), type=found.payload))


def read(stream: str, payload: dict[str, Any]) -> Any:
    """The payload as its stream reads it."""
    return msgspec.json.decode(msgspec.json.encode(payload), type=STREAMS[stream].payload)


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
    ticket, metrics = said("tickets", {**TICKET, "status": "solved", "metric_set": METRICS})

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
    ticket, _ = said("tickets", {**TICKET, "status": "open", "metric_set": METRICS})

    assert isinstance(ticket, sdk.Ticket)
    assert ticket.solved_at is None


def test_listed_measures_say_the_same_as_those_inside_a_ticket():
    embedded = said("tickets", {**TICKET, "metric_set": METRICS})[1]

    assert said("ticket_metrics", METRICS) == (embedded,)


def test_measures_without_a_ticket_are_set_aside():
    with pytest.raises(sdk.PayloadError):
        said("ticket_metrics", {**METRICS, "ticket_id": None})


def test_an_end_user_is_a_person_of_an_organisation():
    facts = said("users", USER)

    assert facts == (
        sdk.Person(
            name="Mori Aya",
            emails=("aya@harbor.example",),
            phones=("+81 3 1234 5678",),
            account=sdk.Ref("organizations", "13"),
            role="end-user",
            language="ja",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            updated_at=datetime(2026, 1, 2, tzinfo=UTC),
            cross_references=(sdk.CrossRef("salesforce", "003A"),),
        ),
    )


@pytest.mark.parametrize("role", ["agent", "admin"])
def test_agents_and_administrators_are_staff(role):
    (fact,) = said("users", {**USER, "role": role})

    assert isinstance(fact, sdk.Staff)
    assert (fact.name, fact.email, fact.active) == ("Mori Aya", "aya@harbor.example", True)


def test_further_addresses_follow_the_main_one():
    identities = [
        {"type": "email", "value": "aya@harbor.example", "user_id": 11},
        {"type": "email", "value": "aya@old.example", "user_id": 11},
        {"type": "phone_number", "value": "+81 90 0000 0000", "user_id": 11},
        {"type": "twitter", "value": "aya", "user_id": 11},
    ]

    (fact,) = said("users", {**USER, "identities": identities})

    assert isinstance(fact, sdk.Person)
    assert fact.emails == ("aya@harbor.example", "aya@old.example")
    assert fact.phones == ("+81 3 1234 5678", "+81 90 0000 0000")


@pytest.mark.parametrize(
    ("external_id", "references"),
    [
        ("salesforce:001:7", (sdk.CrossRef("salesforce", "001:7"),)),
        ("Stripe:cus_1", (sdk.CrossRef("stripe", "cus_1"),)),
        ("A-100", ()),
        (":x", ()),
        ("stripe:", ()),
        (4711, ()),
        (None, ()),
    ],
)
def test_an_external_id_is_a_cross_reference_only_when_it_names_the_system(external_id, references):
    assert mapping.cross_references(external_id) == references


def test_an_inactive_user_without_address_is_gone():
    gone = STREAMS["users"].deleted

    assert gone(read("users", {**USER, "active": False, "email": None})) == "deleted"
    assert gone(read("users", {**USER, "active": False})) is None
    assert gone(read("users", {**USER, "email": None})) is None


def test_an_organisation_is_an_account_with_its_domains():
    facts = said("organizations", {**ORGANIZATION, "external_id": "hubspot:77"})

    assert facts == (
        sdk.Account(
            name="Harbor",
            domains=("harbor.example", "harbor.test"),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            updated_at=datetime(2026, 1, 2, tzinfo=UTC),
            cross_references=(sdk.CrossRef("hubspot", "77"),),
            tags=("vip",),
        ),
    )


def test_an_organisation_with_a_deletion_time_is_gone_since_then():
    record = read("organizations", {**ORGANIZATION, "deleted_at": "2026-03-01T00:00:00Z"})

    assert STREAMS["organizations"].deleted(record) == "deleted"
    assert STREAMS["organizations"].version(record) == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_membership_says_which_organisation_is_the_users_own():
    payload = {"id": 4, "user_id": 11, "organization_id": 13, "default": True, "updated_at": None}

    facts = said("organization_memberships", payload) + said("organization_memberships", {**payload, "default": None})

    assert facts == (
        sdk.Membership(person=sdk.Ref("users", "11"), account=sdk.Ref("organizations", "13"), primary=True),
        sdk.Membership(person=sdk.Ref("users", "11"), account=sdk.Ref("organizations", "13"), primary=False),
    )


def test_a_public_comment_names_its_author_both_ways_because_only_the_user_knows_the_role():
    facts = said("comments", COMMENT)

    assert facts == (
        sdk.Engagement(
            engagement_kind=sdk.EngagementKind.COMMENT,
            body="It burns",
            at=datetime(2026, 2, 1, 8, tzinfo=UTC),
            person=sdk.Ref("users", "11"),
            staff=sdk.Ref("users", "11"),
            parent=sdk.Ref("tickets", "35436"),
        ),
    )


def test_an_internal_note_is_ours():
    (fact,) = said("comments", {**COMMENT, "public": False})

    assert isinstance(fact, sdk.Engagement)
    assert (fact.direction, fact.person, fact.staff) == (sdk.Direction.INTERNAL, None, sdk.Ref("users", "11"))
    assert fact.public is False


def test_a_comment_with_html_alone_is_read_as_text():
    (fact,) = said("comments", {**COMMENT, "plain_body": "", "body": None})

    assert isinstance(fact, sdk.Engagement)
    assert fact.body == "It burns"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"type": "VoiceComment", "data": {"call_duration": "95"}}, sdk.EngagementKind.CALL),
        ({"via": {"channel": "chat"}}, sdk.EngagementKind.CHAT),
        ({"via": "Web form"}, sdk.EngagementKind.COMMENT),
        ({"via": None}, sdk.EngagementKind.COMMENT),
    ],
)
def test_a_call_a_chat_and_a_comment_are_told_apart(changes, kind):
    (fact,) = said("comments", {**COMMENT, **changes})

    assert isinstance(fact, sdk.Engagement)
    assert fact.engagement_kind == kind


def test_a_recorded_call_has_its_duration_in_seconds():
    (fact,) = said("comments", {**COMMENT, "type": "VoiceComment", "data": {"call_duration": 95}})

    assert isinstance(fact, sdk.Engagement)
    assert fact.duration_s == 95


@pytest.mark.parametrize(
    ("score", "value", "answered"),
    [("good", 1.0, True), ("bad", 0.0, True), ("offered", None, False), ("unoffered", None, False)],
)
def test_good_is_one_bad_is_nought_and_an_offer_is_no_answer(score, value, answered):
    (fact,) = said("satisfaction_ratings", {**RATING, "score": score})

    assert isinstance(fact, sdk.SurveyResponse)
    assert (fact.score, fact.scale_max, fact.label) == (value, 1.0, score)
    assert fact.answered_at == (datetime(2026, 2, 3, tzinfo=UTC) if answered else None)
    assert fact.asked_at == (None if score == "unoffered" else datetime(2026, 2, 2, tzinfo=UTC))


def test_a_rating_names_ticket_requester_and_assignee():
    (fact,) = said("satisfaction_ratings", RATING)

    assert isinstance(fact, sdk.SurveyResponse)
    assert (fact.parent, fact.person, fact.staff) == (
        sdk.Ref("tickets", "35436"),
        sdk.Ref("users", "11"),
        sdk.Ref("users", "12"),
    )


def test_a_reason_stands_in_for_a_comment():
    (fact,) = said("satisfaction_ratings", {**RATING, "score": "bad", "comment": None, "reason": "Took too long"})

    assert isinstance(fact, sdk.SurveyResponse)
    assert fact.comment == "Took too long"


def test_ids_that_name_nobody_make_no_reference():
    assert [mapping.ref("users", id_) for id_ in (None, 0, "", "0")] == [None, None, None, None]


def test_every_reference_names_a_stream():
    facts = said("tickets", {**TICKET, "metric_set": METRICS}) + said("comments", COMMENT) + said("users", USER)

    named = {
        value.stream for fact in facts for value in msgspec.structs.asdict(fact).values() if isinstance(value, sdk.Ref)
    }

    assert named <= set(STREAMS)


def test_a_call_duration_that_is_no_number_sets_the_record_aside():
    with pytest.raises(sdk.PayloadError):
        mapping.comment(payloads.Comment(id=1, type="VoiceComment", data=payloads.VoiceData(call_duration="long")))


def test_an_event_that_is_no_comment_is_set_aside():
    with pytest.raises(sdk.PayloadError):
        said("comments", {"id": 7, "event_type": "Audit", "ticket_id": 35, "child_events": []})
