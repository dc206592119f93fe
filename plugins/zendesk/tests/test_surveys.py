"""The newer satisfaction surveys."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_zendesk.sandbox.ids import survey_id
from kizuna_zendesk.streams import Wishes, streams
from kizuna_zendesk.surveys import sent_at

STREAM = next(stream for stream in streams(Wishes()) if stream.name == "survey_responses")
TIMES = {"created_at": "2026-02-02T00:00:00Z", "updated_at": "2026-02-03T00:00:00Z"}
SCALE = {"type": "rating_scale_numeric", "options": [{"rating": 1}, {"rating": 7}]}
RATING = {"type": "rating_scale", "rating": 6, "rating_category": "good", "question": SCALE, **TIMES}
REASONS = {"type": "closed_ended", "options": [{"id": "o1", "label": {"value": "It took too long"}}]}
ANSWERED = {
    "id": "01KGE4W600B9V6RD1T4S3Y2Z5X",
    "responder_id": 11,
    "subjects": [{"id": "35", "type": "ticket", "zrn": "zen:ticket:35"}],
    "answers": [RATING],
}


def read(payload: dict[str, Any]) -> Any:
    return msgspec.json.decode(json.dumps(payload).encode(), type=STREAM.payload)


def said(payload: dict[str, Any]) -> tuple[Any, ...]:
    return STREAM.said(read(payload))


def test_a_rating_is_told_on_the_scale_of_its_question():
    (fact,) = said(ANSWERED)

    assert fact == sdk.SurveyResponse(
        survey_kind=sdk.SurveyKind.CSAT,
        score=6,
        scale_max=7,
        label="good",
        person=sdk.Ref("users", "11"),
        parent=sdk.Ref("tickets", "35"),
        asked_at=sent_at("01KGE4W600B9V6RD1T4S3Y2Z5X"),
        answered_at=datetime(2026, 2, 3, tzinfo=UTC),
    )


def test_a_survey_nobody_answered_is_asked_and_not_answered():
    (fact,) = said({**ANSWERED, "answers": []})

    assert (fact.score, fact.label, fact.answered_at) == (None, "offered", None)
    assert fact.asked_at is not None


def test_what_was_written_is_the_comment_and_else_the_reason_chosen():
    reason = {"type": "closed_ended", "selections": [{"option_id": "o1"}], "question": REASONS, **TIMES}
    words = {"type": "open_ended", "value": " Slow. ", **TIMES}

    (written,) = said({**ANSWERED, "answers": [reason, RATING, words]})
    (chosen,) = said({**ANSWERED, "answers": [RATING, reason, {"type": "skipped", **TIMES}]})

    assert (written.comment, chosen.comment) == ("Slow.", "It took too long")


def test_a_category_without_a_number_is_good_or_bad():
    (bad,) = said({**ANSWERED, "answers": [{"type": "rating_scale", "rating_category": "BAD", **TIMES}]})
    strange = said({**ANSWERED, "answers": [{"type": "rating_scale", "rating_category": "meh", **TIMES}]})

    assert (bad.score, bad.scale_max, bad.label) == (0.0, 1.0, "bad")
    assert strange[1:] == (sdk.Unmapped(field="rating_category", value="meh"),)


def test_the_version_is_the_last_change_of_an_answer_and_else_when_it_was_sent():
    assert STREAM.version(read(ANSWERED)) == datetime(2026, 2, 3, tzinfo=UTC)
    assert STREAM.version(read({**ANSWERED, "answers": None})) == sent_at(ANSWERED["id"])


@pytest.mark.parametrize(
    ("own", "at"),
    [
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", datetime(2016, 7, 30, 23, 54, 10, 259000, tzinfo=UTC)),
        ("62", None),
        ("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", None),
        ("01ARZ3NDEKTSV4RRFFQ69G5FU!", None),
    ],
)
def test_an_id_tells_when_it_was_made_where_it_is_made_of_the_time(own, at):
    assert sent_at(own) == at


def test_surveys_are_asked_again_for_a_month_in_milliseconds():
    watermark = datetime(2026, 2, 28, tzinfo=UTC)

    turn = STREAM.reading.begin({"watermark": watermark.isoformat()}, sdk.Start(now=watermark))

    assert turn.ask is not None
    asked = dict(turn.ask.params)["filter[created_at_start]"]
    assert asked == str(int(datetime(2026, 1, 29, tzinfo=UTC).timestamp()) * 1000)


def test_an_account_with_the_newer_surveys_tells_the_same_judgements(open_desk):
    desk = open_desk(surveys=True)
    rated = [(record.id, record.payload) for record in desk.state.stream("satisfaction_ratings")]
    ratings = {survey_id(key, datetime.fromisoformat(row["created_at"])): row["score"] for key, row in rated}

    records = desk.read("survey_responses").records

    labels = {record["id"]: said(record)[0].label for record in records}
    assert labels == ratings
    assert len(records) > 50
