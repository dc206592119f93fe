"""Zenpy, the Python client, pages through the simulated desk over real HTTP and sees every record once."""

import warnings
from collections import Counter
from urllib.parse import urlsplit

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the client's own import warns on current Pythons
    from zenpy import Zenpy
    from zenpy.lib.exception import APIException, RecordNotFoundException

from kizuna.sandbox.faults import FaultPlan, FaultProfile


@pytest.fixture
def client(desk, monkeypatch):
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")  # read at each request
    host, port = urlsplit(desk.url).hostname, urlsplit(desk.url).port
    subdomain, _, rest = str(host).partition(".")
    return Zenpy(subdomain=subdomain, domain=f"{rest}:{port}", email="admin@sandbox.example", token="sandbox-token")


def living(desk, stream: str) -> Counter[int]:
    return Counter(int(record.id) for record in desk.state.live(stream))


def everything(desk, stream: str) -> Counter[int]:
    return Counter(int(record.id) for record in desk.state.stream(stream))


def test_cursor_exports_show_every_ticket_and_user_once(client, desk):
    tickets = Counter(ticket.id for ticket in client.tickets.incremental(paginate_by_time=False, start_time=1))
    users = Counter(user.id for user in client.users.incremental(paginate_by_time=False, start_time=1))

    assert tickets == everything(desk, "tickets")
    assert users == everything(desk, "users")


def test_cursor_exports_in_small_pages_show_every_ticket_once(client, desk):
    seen = Counter(
        ticket.id for ticket in client.tickets.incremental(paginate_by_time=False, start_time=1, per_page=50)
    )

    assert seen == everything(desk, "tickets")


def test_the_time_export_shows_every_organisation(client, desk):
    seen = Counter(organization.id for organization in client.organizations.incremental(start_time=1))

    assert seen == everything(desk, "organizations")


@pytest.mark.parametrize(
    "stream", ["users", "organizations", "organization_memberships", "satisfaction_ratings", "groups"]
)
def test_lists_paged_by_cursor_show_every_living_record_once(client, desk, stream):
    seen = Counter(record.id for record in getattr(client, stream)(cursor_pagination=50))

    assert seen == living(desk, stream)


def test_lists_paged_by_number_show_every_living_record_once(client, desk):
    assert Counter(user.id for user in client.users()) == living(desk, "users")


def test_a_ticket_is_read_changed_commented_and_deleted(client, desk):
    own = next(int(ticket.id) for ticket in desk.state.of_kind("ticket") if ticket.status != "closed")

    ticket = client.tickets(id=own)
    ticket.subject = "Changed by the client"
    client.tickets.update(ticket)
    bodies = [comment.body for comment in client.tickets.comments(ticket=own)]
    client.tickets.delete(ticket)

    assert desk.state.find("tickets", str(own)).payload["subject"] == "Changed by the client"
    assert bodies
    assert desk.state.find("tickets", str(own)).payload["status"] == "deleted"


def test_the_client_knows_who_asks(client):
    assert client.users.me().email == "admin@sandbox.example"


def test_what_changed_since_is_found_in_the_export(client, desk):
    own = next(int(ticket.id) for ticket in desk.state.of_kind("ticket") if ticket.status != "closed")
    desk.later(hours=1)
    since = int(desk.served.clock.now().timestamp())
    ticket = client.tickets(id=own)
    ticket.subject = "Changed since"

    client.tickets.update(ticket)
    desk.later()

    found = list(client.tickets.incremental(paginate_by_time=False, start_time=since))
    assert [(one.id, one.subject) for one in found] == [(own, "Changed since")]


def test_ratings_are_found_by_their_score_and_time(client, desk):
    good = {int(one.id) for one in desk.state.live("satisfaction_ratings") if one.payload["score"] == "good"}

    found = Counter(one.id for one in client.satisfaction_ratings(score="good"))

    assert found == Counter(good)


def test_a_wrong_token_is_refused(client, desk):
    client.users.session.auth = ("admin@sandbox.example/token", "somebody-elses")

    with pytest.raises(APIException, match="Couldn't authenticate you"):
        list(client.users())


def test_a_record_that_is_not_there_is_not_found(client):
    with pytest.raises(RecordNotFoundException):
        client.tickets(id=1)


def test_the_client_waits_as_long_as_it_is_told_and_goes_on(client, desk, monkeypatch):
    waits = []
    monkeypatch.setattr("zenpy.lib.api.sleep", waits.append)
    profile = FaultProfile("limits", {"rate_limited": 1.0}, most_in_a_row=1_000, at_most=1)
    desk.served.gateways[0].faults = FaultPlan(profile, 1)

    name = client.users.me().name

    assert name
    assert desk.state.requests["fault_rate_limited"] == 1
    assert sum(waits) >= 1
