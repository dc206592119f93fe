"""The simulated desk as its clients meet it: paths, pages, credentials, limits, refusals, changes, webhooks."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from kizuna import sdk
from kizuna.sandbox import WebhookEndpoint
from kizuna_zendesk.webhooks import ZendeskWebhooks

AUTH = ("admin@sandbox.example/token", "sandbox-token")


@pytest.mark.parametrize("path", ["/api/v2/incremental/tickets/cursor", "/api/v2/incremental/organizations"])
def test_a_path_may_end_in_json_or_not(desk, path):
    bare, suffixed = desk.get(path, start_time=0).json(), desk.get(f"{path}.json", start_time=0).json()

    name = "tickets" if "tickets" in path else "organizations"
    assert bare[name] == suffixed[name]
    assert urlsplit(suffixed.get("after_url") or suffixed["next_page"]).path == f"{path}.json"


def test_the_next_link_of_a_cursor_export_keeps_the_other_parameters(desk):
    body = desk.get("/api/v2/incremental/tickets/cursor.json", start_time=0, per_page=3, include="metric_sets").json()

    query = parse_qs(urlsplit(body["after_url"]).query)
    assert query == {"cursor": [body["after_cursor"]], "per_page": ["3"], "include": ["metric_sets"]}


def test_a_poll_with_nothing_new_answers_without_a_cursor(desk):
    done = desk.get("/api/v2/incremental/users/cursor.json", start_time=0).json()

    again = desk.get("/api/v2/incremental/users/cursor.json", cursor=done["after_cursor"]).json()

    assert again == {
        "users": [],
        "after_url": None,
        "before_url": None,
        "after_cursor": None,
        "before_cursor": None,
        "end_of_stream": True,
    }


def test_a_time_export_has_a_next_page_even_at_its_end(desk):
    body = desk.get("/api/v2/incremental/organizations.json", start_time=0).json()

    assert body["end_of_stream"] is True
    assert body["next_page"].endswith(f"organizations.json?start_time={body['end_time']}")
    assert body["count"] == len(body["organizations"])


@pytest.mark.parametrize(
    ("params", "status", "error"),
    [
        ({}, 400, "InvalidValue"),
        ({"start_time": "x"}, 400, "InvalidValue"),
        ({"start_time": 4_000_000_000}, 422, "InvalidValue"),
        ({"cursor": "nonsense"}, 400, "InvalidValue"),
    ],
)
def test_an_export_refuses_what_it_cannot_begin_with(desk, params, status, error):
    answer = desk.get("/api/v2/incremental/tickets/cursor", **params)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_sample_has_at_most_fifty_rows(desk):
    assert desk.get("/api/v2/incremental/tickets/sample.json", start_time=0).json()["count"] == 50


def test_events_without_the_side_load_say_only_that_there_was_a_comment(desk):
    body = desk.get("/api/v2/incremental/ticket_events.json", start_time=0).json()

    comments = [c for e in body["ticket_events"] for c in e["child_events"] if c["event_type"] == "Comment"]
    assert comments
    assert all("body" not in comment and comment["comment_present"] for comment in comments)


def test_a_list_without_page_size_is_paged_by_number(desk):
    body = desk.get("/api/v2/users.json", per_page=10).json()

    assert (len(body["users"]), body["previous_page"]) == (10, None)
    assert parse_qs(urlsplit(body["next_page"]).query) == {"page": ["2"], "per_page": ["10"]}
    assert body["count"] == len(desk.state.live("users"))


def test_offset_paging_ends_at_ten_thousand_rows(desk):
    assert desk.get("/api/v2/users.json", page=101, per_page=100).status_code == 400


def test_a_list_paged_by_cursor_walks_forward_and_back_and_always_has_a_next_link(desk):
    first = desk.get("/api/v2/users.json", **{"page[size]": 10}).json()
    second = httpx.get(first["links"]["next"], auth=AUTH, trust_env=False).json()

    back = httpx.get(second["links"]["prev"], auth=AUTH, trust_env=False).json()

    assert [user["id"] for user in back["users"]] == [user["id"] for user in first["users"]]
    assert not {user["id"] for user in first["users"]} & {user["id"] for user in second["users"]}
    last = desk.get("/api/v2/groups.json", **{"page[size]": 100}).json()
    assert last["meta"]["has_more"] is False
    assert "page%5Bafter%5D" in last["links"]["next"]


def test_wrong_credentials_are_an_anonymous_user_or_a_refusal(desk):
    me = httpx.get(f"{desk.url}/api/v2/users/me.json", auth=("a", "b"), trust_env=False)
    users = httpx.get(f"{desk.url}/api/v2/users.json", auth=("a", "b"), trust_env=False)

    assert (me.status_code, me.json()["user"]["id"]) == (200, None)
    assert (users.status_code, users.json()) == (401, {"error": "Couldn't authenticate you"})


def test_an_oauth_token_opens_the_desk_until_it_expires(desk):
    granted = httpx.post(
        f"{desk.url}/oauth/tokens", json={"grant_type": "client_credentials", "client_id": "x"}, trust_env=False
    ).json()
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}

    before = httpx.get(f"{desk.url}/api/v2/users.json", headers=bearer, trust_env=False)
    desk.served.gateways[0].vendor.expire_tokens(desk.state)
    after = httpx.get(f"{desk.url}/api/v2/users.json", headers=bearer, trust_env=False)

    assert (before.status_code, after.status_code) == (200, 401)
    assert after.json()["error"] == "invalid_token"


def test_a_refresh_token_is_good_for_once(desk):
    first = httpx.post(f"{desk.url}/oauth/tokens", json={"grant_type": "client_credentials"}, trust_env=False).json()
    asked = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}

    once, twice = (httpx.post(f"{desk.url}/oauth/tokens", data=asked, trust_env=False) for _ in range(2))

    assert (once.status_code, twice.status_code) == (200, 400)
    assert twice.json()["error"] == "invalid_grant"


def test_exports_beyond_the_accounts_limit_are_refused_with_the_time_to_wait(open_desk):
    desk = open_desk(exports_per_minute=2)
    path = "/api/v2/incremental/organizations.json"

    answers = [desk.get(path, start_time=0) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == "APIRateLimitExceeded"
    assert int(answers[2].headers["retry-after"]) >= 29
    assert answers[0].headers["zendesk-ratelimit-incremental"].startswith("total=2; remaining=1;")
    assert answers[0].headers["ratelimit-limit"] == answers[0].headers["x-rate-limit"]


def test_the_connector_reads_the_refusal(open_desk):
    desk = open_desk(exports_per_minute=1)
    desk.get("/api/v2/incremental/organizations.json", start_time=0)
    refused = desk.get("/api/v2/incremental/organizations.json", start_time=0)
    answer = sdk.Answer(
        status=refused.status_code,
        body=refused.content,
        headers={name.lower(): value for name, value in refused.headers.items()},
        asked_at=datetime.now(UTC),
    )

    error = desk.connector.sort_error(answer)

    assert isinstance(error, sdk.TransientError)
    assert error.retry_after_s is not None
    assert error.retry_after_s >= 29


def test_what_is_not_there_is_refused_as_recorded(desk):
    record, address = desk.get("/api/v2/tickets/999999999999.json"), desk.get("/api/v2/nothing.json")

    assert (record.status_code, record.json()) == (404, {"error": "RecordNotFound", "description": "Not found"})
    assert (address.status_code, address.json()["error"]) == (404, "InvalidEndpoint")


def test_more_than_a_hundred_ids_are_too_many(desk):
    answer = desk.get("/api/v2/users/show_many.json", ids=",".join(map(str, range(101))))

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "TooManyValues", "description": "Parameter  cannot specify more than 100 values", "max_count": 100},
    )


def test_a_ticket_shows_its_comments_and_measures(desk):
    own = desk.state.of_kind("ticket")[0].id

    comments = desk.get(f"/api/v2/tickets/{own}/comments.json").json()["comments"]
    metrics = desk.get(f"/api/v2/tickets/{own}/metrics").json()["ticket_metric"]

    assert len(comments) == len(desk.state.of_kind("ticket")[0].comments)
    assert metrics["ticket_id"] == int(own)


def test_a_ticket_is_opened_answered_and_solved(desk):
    user = desk.state.of_kind("person")[0].id
    made = httpx.post(
        f"{desk.url}/api/v2/tickets.json",
        json={"ticket": {"subject": "Help", "comment": {"body": "It burns"}, "requester_id": int(user)}},
        auth=AUTH,
        trust_env=False,
    )
    own = made.json()["ticket"]["id"]
    solved = httpx.put(
        f"{desk.url}/api/v2/tickets/{own}.json",
        json={"ticket": {"status": "solved", "comment": {"body": "Water", "public": True}}},
        auth=AUTH,
        trust_env=False,
    )
    desk.later()

    seen = next(record for record in desk.read("tickets").records if record["id"] == own)
    bodies = [record["body"] for record in desk.read("comments").records if record["ticket_id"] == own]

    assert (made.status_code, solved.status_code) == (201, 200)
    assert (seen["status"], seen["metric_set"]["replies"]) == ("solved", 1)
    assert sorted(bodies) == ["It burns", "Water"]


@pytest.mark.parametrize(("body", "status"), [({"ticket": {"subject": "x"}}, 422), ({"ticket": 1}, 400), ({}, 400)])
def test_a_ticket_without_a_description_is_refused(desk, body, status):
    made = httpx.post(f"{desk.url}/api/v2/tickets.json", json=body, auth=AUTH, trust_env=False)

    assert made.status_code == status


def test_merged_tickets_are_closed_with_a_tag_and_name_the_target_in_a_private_comment_only(desk):
    source, target = [ticket.id for ticket in desk.state.of_kind("ticket") if ticket.status != "closed"][:2]
    httpx.post(
        f"{desk.url}/api/v2/tickets/{target}/merge.json", json={"ids": [int(source)]}, auth=AUTH, trust_env=False
    )

    shown = desk.get(f"/api/v2/tickets/{source}.json").json()["ticket"]
    last = desk.get(f"/api/v2/tickets/{source}/comments.json").json()["comments"][-1]

    assert shown["status"] == "closed"
    assert "closed_by_merge" in shown["tags"]
    assert (last["public"], target in last["body"]) == (False, True)


def test_users_are_merged_by_their_clients(desk):
    loser, winner = (person.id for person in desk.state.of_kind("person")[:2])

    answer = httpx.put(
        f"{desk.url}/api/v2/users/{loser}/merge.json", json={"user": {"id": int(winner)}}, auth=AUTH, trust_env=False
    )

    assert answer.json()["user"]["id"] == int(winner)
    assert desk.get(f"/api/v2/users/{loser}.json").json()["user"]["active"] is False


@pytest.mark.parametrize(("stream", "kind"), [("tickets", "ticket"), ("users", "person"), ("organizations", "account")])
def test_records_are_changed_and_deleted_by_their_clients(desk, stream, kind):
    one = stream[:-1]
    title = "subject" if stream == "tickets" else "name"
    own = next(r.id for r in desk.state.of_kind(kind) if getattr(r, "status", None) != "closed")

    changed = httpx.put(f"{desk.url}/api/v2/{stream}/{own}", json={one: {title: "New"}}, auth=AUTH, trust_env=False)
    deleted = httpx.delete(f"{desk.url}/api/v2/{stream}/{own}.json", auth=AUTH, trust_env=False)

    assert changed.json()[one][title] == "New"
    assert deleted.status_code == (200 if stream == "users" else 204)
    assert desk.state.find(stream, own).live is False


def test_a_webhook_of_the_desk_is_genuine_to_the_connector_and_says_what_to_read_again(desk):
    endpoint = WebhookEndpoint(id="01HAN", url="http://127.0.0.1:9/", secret="s3cret")
    vendor, calls = desk.served.gateways[0].vendor, []
    desk.state.listeners.append(lambda change: calls.extend(vendor.webhooks(change, endpoint, desk.state)))
    ticket = desk.state.of_kind("ticket")[0].id
    desk.state.change("ticket", ticket, priority="urgent", subject="Changed")
    desk.state.delete("ticket", ticket)

    deliveries = [
        sdk.Delivery(
            method="POST",
            url=endpoint.url,
            headers={name.lower(): value for name, value in call.headers.items()},
            body=call.body,
            received_at=desk.state.wall_clock(),
        )
        for call in calls
    ]

    assert all(ZendeskWebhooks().genuine(delivery, [sdk.SecretStr("s3cret")]) for delivery in deliveries)
    hints = [hint for delivery in deliveries for hint in ZendeskWebhooks().hints(delivery)]
    assert {(hint.stream, hint.id) for hint in hints} == {("tickets", ticket)}
    assert hints[-1].deleted
    assert {json.loads(delivery.body)["type"] for delivery in deliveries} >= {
        "zen:event-type:ticket.subject_changed",
        "zen:event-type:ticket.soft_deleted",
    }
