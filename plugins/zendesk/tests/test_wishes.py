"""What settings ask of the streams: how far back, and what comes along with what."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from kizuna import sdk
from kizuna_zendesk import Zendesk, ZendeskSettings
from kizuna_zendesk.streams import Wishes, streams

START = sdk.Start(now=datetime(2026, 3, 1, 12, tzinfo=UTC))


def params(turn: sdk.Turn) -> Mapping[str, str]:
    assert turn.ask is not None
    return dict(turn.ask.params)


@pytest.mark.parametrize(
    ("days", "since"), [(30, datetime(2026, 1, 29, tzinfo=UTC)), (7, datetime(2026, 2, 21, tzinfo=UTC))]
)
def test_ratings_and_surveys_are_asked_again_for_as_long_as_they_may_turn(days, since):
    settings = {"base_url": "http://desk.example", "email": "a@desk.example", "api_token": "t", "ratings_days": days}
    found = {stream.name: stream for stream in Zendesk(ZendeskSettings.model_validate(settings)).streams()}
    mark = {"watermark": datetime(2026, 2, 28, tzinfo=UTC).isoformat()}

    ratings = params(found["satisfaction_ratings"].reading.begin(mark, START))
    surveys = params(found["survey_responses"].reading.begin(mark, START))

    assert ratings["start_time"] == str(int(since.timestamp()))
    assert surveys["filter[created_at_start]"] == str(int(since.timestamp()) * 1000)


def test_a_month_is_asked_again_where_nothing_else_is_said():
    assert Wishes().rated_within == timedelta(days=30)


def test_measures_come_with_the_tickets_or_from_their_list_and_never_twice():
    embedded = {stream.name: stream for stream in streams(Wishes())}
    listed = {stream.name: stream for stream in streams(Wishes(metrics_with_tickets=False))}

    assert params(embedded["tickets"].reading.begin(None, START))["include"] == "metric_sets,comment_count"
    assert embedded["ticket_metrics"].reading.begin(None, START).ask is None
    assert params(listed["tickets"].reading.begin(None, START))["include"] == "comment_count"
    assert listed["ticket_metrics"].reading.begin(None, START).ask is not None
