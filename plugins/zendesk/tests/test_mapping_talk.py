"""What comments, calls, chats and ratings of the desk mean."""

from datetime import UTC, datetime

import pytest

from kizuna import sdk
from kizuna_zendesk import mapping, payloads
from plugins.zendesk.tests.mapped import COMMENT, RATING, said


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


def test_a_call_duration_that_is_no_number_sets_the_record_aside():
    with pytest.raises(sdk.PayloadError):
        mapping.comment(payloads.Comment(id=1, type="VoiceComment", data=payloads.VoiceData(call_duration="long")))


def test_an_event_that_is_no_comment_is_set_aside():
    with pytest.raises(sdk.PayloadError):
        said("comments", {"id": 7, "event_type": "Audit", "ticket_id": 35, "child_events": []})
