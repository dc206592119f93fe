"""The harness around a simulated vendor, asked over real HTTP."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import httpx
import pytest

from kizuna.errors import ConfigError
from kizuna.sandbox import Endpoint, Served, World, serve
from tests.sandbox.toys import TOKEN, Toy


def client(endpoint: Endpoint) -> httpx.Client:
    return httpx.Client(base_url=endpoint.base_url, headers={"Authorization": f"Bearer {TOKEN}"})


def everything(http: httpx.Client, stream: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    after: int | None = 0
    while after is not None:
        answer = http.get(f"/v1/{stream}", params={"after": after}).json()
        rows += answer["data"]
        after = answer["next"]
    return rows


def test_vendors_are_served_in_the_order_of_their_roles(served: Served) -> None:
    order = [endpoint.vendor for endpoint in served.endpoints]

    assert order == ["rolodex", "desk", "till"]


def test_a_list_read_to_its_end_is_the_whole_view(served: Served) -> None:
    with client(served.endpoint("desk")) as http:
        rows = everything(http, "people")

    assert [row["id"] for row in rows] == [person.id for person in served.state("desk").view.people]
    assert len(rows) > 50


def test_a_wrong_token_is_refused(served: Served) -> None:
    answer = httpx.get(f"{served.endpoint('till').base_url}/v1/accounts", headers={"Authorization": "Bearer no"})

    assert answer.status_code == 401


def test_the_control_api_says_what_connect_takes(served: Served) -> None:
    endpoint = served.endpoint("till")

    about = httpx.get(f"{endpoint.base_url}/_sandbox/").json()

    assert about["settings"] == {"base_url": endpoint.base_url}
    assert about["secrets"] == {"token": TOKEN}
    assert about["records"]["accounts"] == len(served.state("till").view.accounts)


def test_the_clock_advances_for_all_vendors_at_once(served: Served) -> None:
    before = served.clock.now()

    said = httpx.post(f"{served.endpoint('till').base_url}/_sandbox/clock", json={"advance_s": 3600}).json()["now"]
    other = httpx.get(f"{served.endpoint('desk').base_url}/_sandbox/clock").json()["now"]

    assert said == other
    assert (served.clock.now() - before).total_seconds() == 3600


def test_answers_are_dated_by_the_simulated_clock(served: Served) -> None:
    served.clock.advance(timedelta(days=40))

    answer = httpx.get(f"{served.endpoint('desk').base_url}/v1/people")

    assert answer.headers.get_list("date") == [format_datetime(served.clock.now(), usegmt=True)]


def test_the_clock_refuses_to_go_back(served: Served) -> None:
    answer = httpx.post(f"{served.endpoint('till').base_url}/_sandbox/clock", json={"advance_s": -1})

    assert answer.status_code == 400
    assert "forward" in answer.json()["error"]


def test_a_neutral_change_shows_in_the_vendors_answer_with_the_simulated_time(served: Served) -> None:
    state = served.state("rolodex")
    account = state.view.accounts[0].id
    control = f"{served.endpoint('rolodex').base_url}/_sandbox"
    httpx.post(f"{control}/clock", json={"advance_s": 60})

    httpx.patch(f"{control}/neutral/account/{account}", json={"phone": "+81399998888"}).raise_for_status()

    stored = state.find("accounts", account)
    assert stored is not None
    assert stored.payload["phone"] == "+81399998888"
    assert (stored.updated_at, len(stored.versions)) == (served.clock.now(), 2)


def test_a_merge_moves_what_hung_on_the_loser_and_leaves_the_truth_right(served: Served) -> None:
    state = served.state("desk")
    winner, loser = state.view.accounts[0], state.view.accounts[1]
    control = f"{served.endpoint('desk').base_url}/_sandbox"

    httpx.post(f"{control}/neutral/account/merge", json={"winner": winner.id, "loser": loser.id}).raise_for_status()

    gone = httpx.get(f"{control}/records/accounts/{loser.id}").json()
    truth = {row["source_id"] for row in httpx.get(f"{control}/truth").json() if row["stream"] == "accounts"}
    assert (gone["live"], gone["merged_into"]) == (False, winner.id)
    assert winner.id in truth
    assert loser.id not in truth
    assert not [row for row in state.live("tickets") if row.payload["account"] == loser.id]


def test_a_deleted_record_bears_the_vendors_mark_and_leaves_the_list(served: Served) -> None:
    state = served.state("desk")
    person = state.view.people[0].id
    control = f"{served.endpoint('desk').base_url}/_sandbox"

    httpx.delete(f"{control}/neutral/person/{person}").raise_for_status()

    stored = state.find("people", person)
    with client(served.endpoint("desk")) as http:
        assert person not in {row["id"] for row in everything(http, "people")}
    assert stored is not None
    assert stored.payload["deleted"] is True


def test_a_record_can_be_created_from_a_few_fields(served: Served) -> None:
    control = f"{served.endpoint('rolodex').base_url}/_sandbox"

    made = httpx.post(f"{control}/neutral/account", json={"name": "株式会社新規", "company": "c-new"}).json()["id"]

    row = httpx.get(f"{control}/records/accounts/{made}").json()
    truth = httpx.get(f"{control}/truth", params={"format": "csv"}).text
    assert row["payload"]["name"] == "株式会社新規"
    assert f"customer,c-new,rolodex,accounts,{made}" in truth.splitlines()


def test_an_unknown_kind_is_named_and_the_nearest_offered(served: Served) -> None:
    answer = httpx.get(f"{served.endpoint('rolodex').base_url}/_sandbox/neutral/acount")

    assert answer.status_code == 404
    assert "did you mean 'account'" in answer.json()["error"]


def test_random_edits_of_one_seed_are_the_same_edits(small_world: World) -> None:
    def edited() -> list[dict[str, str]]:
        with serve([Toy("desk", "support")], world=small_world, port_base=0) as running:
            url = f"{running.endpoints[0].base_url}/_sandbox/edits"
            done: list[dict[str, str]] = httpx.post(url, json={"seed": 5, "count": 40}).json()["edits"]
            return done

    first, second = edited(), edited()

    assert first == second
    assert len({edit["verb"] for edit in first}) > 1


def test_a_used_up_limit_answers_429_and_says_how_long_to_wait(small_world: World) -> None:
    slow = Toy("desk", "support")
    slow.limits = (type(Toy.limits[0])("burst", capacity=3, per_s=0.001),)
    with serve([slow], world=small_world, port_base=0) as running, client(running.endpoints[0]) as http:
        answers = [http.get("/v1/accounts") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["retry-after"]) >= 900


FAULTS_SEEN = {
    "rate_limited": lambda http: http.get("/v1/people").status_code == 429,
    "server_error": lambda http: http.get("/v1/people").status_code in {500, 502, 503},
    "html": lambda http: http.get("/v1/people").headers["content-type"].startswith("text/html"),
    "truncated": lambda http: not http.get("/v1/people").text.endswith("}"),
    "repeated": lambda http: max(Counter(row["id"] for row in http.get("/v1/people").json()["data"]).values()) == 2,
    "slow": lambda http: http.get("/v1/people").status_code == 200,
    "token_expired": lambda http: http.get("/v1/people").status_code == 200,
}


@pytest.mark.parametrize("fault", sorted(FAULTS_SEEN))
def test_a_fault_asked_for_strikes_as_named(served: Served, fault: str) -> None:
    endpoint = served.endpoint("desk")
    httpx.post(f"{endpoint.base_url}/_sandbox/faults", json={"rates": {fault: 1.0}, "slow_s": 0.0})

    with client(endpoint) as http:
        seen = FAULTS_SEEN[fault](http)

    assert seen
    assert httpx.get(f"{endpoint.base_url}/_sandbox/faults").json()["struck"] == {fault: 1}


def test_a_shuffled_page_keeps_its_rows_and_its_last_row(served: Served) -> None:
    endpoint = served.endpoint("desk")
    usual = [person.id for person in served.state("desk").view.people][:50]
    httpx.post(f"{endpoint.base_url}/_sandbox/faults", json={"rates": {"shuffled": 1.0}})

    with client(endpoint) as http:
        page = [row["id"] for row in http.get("/v1/people").json()["data"]]

    assert page != usual
    assert sorted(page) == sorted(usual)
    assert page[-1] == usual[-1]


def test_a_reset_connection_breaks_in_the_middle_of_the_answer(served: Served) -> None:
    endpoint = served.endpoint("desk")
    httpx.post(f"{endpoint.base_url}/_sandbox/faults", json={"rates": {"reset": 1.0}, "at_most": 1})

    with client(endpoint) as http, pytest.raises(httpx.RemoteProtocolError):
        http.get("/v1/people")

    with client(endpoint) as http:
        assert http.get("/v1/people").status_code == 200


def test_faults_never_strike_longer_in_a_row_than_the_profile_says(served: Served) -> None:
    endpoint = served.endpoint("desk")
    httpx.post(f"{endpoint.base_url}/_sandbox/faults", json={"rates": {"server_error": 1.0}, "most_in_a_row": 2})

    with client(endpoint) as http:
        failed = [http.get("/v1/people").status_code >= 500 for _ in range(6)]

    assert failed == [True, True, False, True, True, False]


def test_requests_and_their_answers_are_counted(served: Served) -> None:
    endpoint = served.endpoint("till")
    with client(endpoint) as http:
        http.get("/v1/accounts")
        http.get("/nowhere")

    counted = httpx.get(f"{endpoint.base_url}/_sandbox/statistics").json()

    assert (counted["requests"], counted["status_200"], counted["status_404"]) == (2, 1, 1)


def test_a_late_change_surfaces_only_after_its_time(served: Served) -> None:
    state = served.state("rolodex")
    account = state.view.accounts[0]
    control = f"{served.endpoint('rolodex').base_url}/_sandbox"
    httpx.post(f"{control}/lateness", json={"seconds": 30})

    state.change("account", account.id, name="renamed")

    stored = state.find("accounts", account.id)
    assert stored is not None
    early, late = stored.seen_at(served.clock.now()), None
    httpx.post(f"{control}/clock", json={"advance_s": 31})
    late = stored.seen_at(served.clock.now())
    assert early is not None
    assert late is not None
    assert (early.payload["name"], late.payload["name"]) == (account.name, "renamed")


@pytest.fixture
def inbox() -> Iterator[tuple[str, Queue[tuple[str, str]]]]:
    """The address of a receiver of webhooks and what it hears: signature and body."""
    heard: Queue[tuple[str, str]] = Queue()

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            heard.put((self.headers["x-signature"], body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Inbox)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", heard
    server.shutdown()
    server.server_close()


def test_a_change_is_delivered_to_the_webhook_endpoint(
    served: Served, inbox: tuple[str, Queue[tuple[str, str]]]
) -> None:
    url, heard = inbox
    endpoint = served.endpoint("desk")
    httpx.post(f"{endpoint.base_url}/_sandbox/webhooks", json={"url": url, "secret": "s3cret"})
    person = served.state("desk").view.people[0].id

    served.state("desk").change("person", person, title="CFO")

    assert heard.get(timeout=10) == ("s3cret", f"change:people:{person}")


def test_webhooks_come_twice_and_late_when_asked_to(served: Served, inbox: tuple[str, Queue[tuple[str, str]]]) -> None:
    url, heard = inbox
    control = f"{served.endpoint('desk').base_url}/_sandbox/webhooks"
    httpx.post(control, json={"url": url, "disorder": {"twice": 1.0}})
    first, second = (person.id for person in served.state("desk").view.people[:2])

    served.state("desk").change("person", first, title="CFO")
    twice = [heard.get(timeout=10)[1] for _ in range(2)]
    httpx.post(control, json={"disorder": {"twice": 0.0, "late": 1.0, "late_s": 1.5}})
    served.state("desk").change("person", first, title="CEO")
    httpx.post(control, json={"disorder": {"late": 0.0}})
    served.state("desk").change("person", second, title="COO")
    disordered = [heard.get(timeout=10)[1] for _ in range(2)]

    assert twice == [f"change:people:{first}"] * 2
    assert disordered == [f"change:people:{second}", f"change:people:{first}"]


def test_the_truth_as_csv_has_a_line_for_every_account_and_person(served: Served) -> None:
    view = served.state("desk").view

    text = httpx.get(f"{served.endpoint('desk').base_url}/_sandbox/truth", params={"format": "csv"}).text

    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["entity", "true_id", "system", "stream", "source_id"]
    assert Counter(row["entity"] for row in rows) == {"customer": len(view.accounts), "person": len(view.people)}


def test_a_taken_port_is_reported_with_what_to_do(served: Served, small_world: World) -> None:
    port = int(served.endpoints[0].base_url.rsplit(":", 1)[1])

    with pytest.raises(ConfigError, match="choose another base"):
        serve([Toy("desk", "support")], world=small_world, port_base=port)
