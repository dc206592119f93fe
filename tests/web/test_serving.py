"""The API over a real socket: what is answered, what is refused, and how."""

from __future__ import annotations

import contextlib
import logging
import socket
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text

from kizuna.access import tokens
from kizuna.config import GraphQLLimits, Settings
from tests.graphql.house import House
from tests.web.wire import asked, served, token

QUERY = "{ customers(first: 1) { nodes { name } } }"
NAMED = {"customers": {"nodes": [{"name": "Momiji"}]}}
PRODUCTION = Settings(mode="production")


@pytest.fixture
def client(made: House):
    with served(made) as one:
        yield one


@pytest.fixture
def strict(made: House):
    with served(made, PRODUCTION) as one:
        yield one


def test_a_query_is_answered_by_post_and_by_get(client: httpx.Client) -> None:
    posted = asked(client, QUERY)
    got = client.get(
        "/graphql",
        params={"query": "query ($n: Int!) { customers(first: $n) { nodes { name } } }", "variables": '{"n": 1}'},
    )

    assert posted.json()["data"] == NAMED
    assert got.json()["data"] == NAMED
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["cache-control"] == "no-store"


def test_a_get_may_not_change_anything(client: httpx.Client, made: House) -> None:
    response = client.get(
        "/graphql", params={"query": 'mutation { disableConnection(input: {name: "crm"}) { userErrors { code } } }'}
    )

    assert response.json()["errors"][0]["message"] == "A GET request may only ask; send changes by POST."
    with made.database.read() as sql:
        assert sql.execute(text("SELECT state FROM connection WHERE name = 'crm'")).scalar() == "active"


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("text/plain", b'{"query": "{ schemaVersion }"}', 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/x-www-form-urlencoded", b"query=x", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("multipart/form-data; boundary=x", b"--x--", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", b"{", 400, "BAD_REQUEST"),
        ("application/json", b'{"query": 3}', 400, "BAD_REQUEST"),
        ("application/json", b'{"variables": {}}', 400, "BAD_REQUEST"),
        ("application/json", b'{"query": "{ a }", "variables": [1]}', 400, "BAD_REQUEST"),
        ("application/json", b'[{"query": "{ schemaVersion }"}]', 400, "BATCHING_OFF"),
        ("application/json", b'{"query": "' + b"x" * 100_000 + b'"}', 413, "TOO_LARGE"),
        ("application/json", b"\xff\xfe", 400, "BAD_REQUEST"),
        ("application/json", b'{"query": "{ a }", "variables": {"a": ' + b"[" * 40_000, 400, "BAD_REQUEST"),
    ],
)
def test_what_is_no_proper_request_is_refused(
    client: httpx.Client, content_type: str, body: bytes, status: int, code: str
) -> None:
    response = client.post("/graphql", content=body, headers={"content-type": content_type})

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == code


def test_other_methods_are_refused(client: httpx.Client) -> None:
    response = client.put("/graphql", json={"query": QUERY})

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


def test_the_newer_media_type_tells_by_the_status_that_nothing_ran(client: httpx.Client) -> None:
    newer = client.post("/graphql", json={"query": "{ nam }"}, headers={"accept": "application/graphql-response+json"})
    older = client.post("/graphql", json={"query": "{ nam }"})

    assert newer.status_code == 400
    assert newer.headers["content-type"] == "application/graphql-response+json"
    assert older.status_code == 200


def test_without_a_valid_token_production_answers_nobody(strict: httpx.Client, made: House) -> None:
    with made.database.write() as sql:
        expired = tokens.create(sql, "old", ("read",), datetime(2020, 1, 1, tzinfo=UTC)).get_secret_value()
    good = token(made)
    other = good[:-1] + ("0" if good[-1] != "0" else "1")
    shown = ["x", "kz", "kz_x_y", other, good.replace("kz_", "kx_"), expired, good + "é"]
    values = [b"Bearer", *(f"Bearer {one}".encode() for one in shown)]

    refused = [strict.post("/graphql", json={"query": QUERY}, headers={"authorization": value}) for value in values]
    refused.append(strict.post("/graphql", json={"query": QUERY}))

    assert {response.status_code for response in refused} == {401}
    assert {response.headers["www-authenticate"] for response in refused} == {"Bearer"}
    assert {response.json()["errors"][0]["extensions"]["code"] for response in refused} == {"UNAUTHENTICATED"}
    assert asked(strict, QUERY, good).json()["data"] == NAMED


def test_a_token_of_few_scopes_may_do_little(strict: httpx.Client, made: House) -> None:
    change = 'mutation { disableConnection(input: {name: "crm"}) { result { state } } }'

    reader = asked(strict, change, token(made, "read")).json()
    admin = asked(strict, change, token(made, "admin")).json()

    assert reader["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert admin["data"]["disableConnection"]["result"] == {"state": "disabled"}


def test_a_token_that_was_taken_back_opens_nothing(strict: httpx.Client, made: House) -> None:
    from kizuna.storage import tokens as stored

    good = token(made)
    before = asked(strict, QUERY, good).status_code
    with made.database.write() as sql:
        stored.revoke(sql, good.split("_")[1], 1)

    after = asked(strict, QUERY, good).status_code

    assert (before, after) == (200, 401)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "kizuna.example"},
        {"host": "kizuna.example:80"},
        {"origin": "https://elsewhere.example"},
        {"x-forwarded-for": "203.0.113.7"},
        {"forwarded": "for=203.0.113.7"},
        {"sec-fetch-site": "cross-site"},
        {"authorization": "Basic eDp5"},
    ],
)
def test_only_this_machine_itself_needs_no_token_in_development(client: httpx.Client, headers: dict[str, str]) -> None:
    response = client.post("/graphql", json={"query": QUERY}, headers=headers)

    assert response.status_code == 401


def test_the_page_to_ask_by_hand_needs_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/graphql", headers={"accept": "text/html"})
    script = client.get("/graphql/explorer.js")
    style = client.get("/graphql/explorer.css")

    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "http://" not in page.text + script.text + style.text
    assert "https://" not in page.text + script.text + style.text
    assert client.get("/graphql/secrets.txt").status_code == 404


def test_production_serves_no_page_and_tells_nothing_of_its_schema(strict: httpx.Client, made: House) -> None:
    page = strict.get("/graphql", headers={"accept": "text/html"})
    script = strict.get("/graphql/explorer.js")
    schema = asked(strict, "{ __schema { queryType { name } } }", token(made))

    assert page.status_code == 400
    assert script.status_code == 404
    assert schema.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_health_is_told_without_a_token(strict: httpx.Client, made: House) -> None:
    assert strict.get("/healthz").json() == {"status": "ok"}
    assert strict.get("/readyz").json() == {"status": "ready"}

    with made.database.write() as sql:
        sql.exec_driver_sql("DROP TABLE customer")

    unready = strict.get("/readyz")

    assert unready.status_code == 503
    assert strict.get("/healthz").status_code == 200


def test_every_answer_bears_an_id_under_which_the_log_has_it(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "kizuna.web"):
        mine = client.post("/graphql", json={"query": QUERY}, headers={"x-request-id": "my-request-0001"})
        other = client.post("/graphql", json={"query": QUERY}, headers={"x-request-id": "not/proper"})

    assert mine.headers["x-request-id"] == "my-request-0001"
    assert other.headers["x-request-id"].startswith("req_")
    logged = [getattr(one, "fields", {}) for one in caplog.records]
    mine_logged = next(fields for fields in logged if fields.get("request_id") == "my-request-0001")
    assert mine_logged["path_template"] == "/graphql"
    assert mine_logged["status"] == 200


def test_a_request_that_takes_too_long_is_given_up_and_the_service_lives_on(
    made: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    hasty = replace(Settings(), graphql=GraphQLLimits(request_timeout_s=0.2))
    monkeypatch.setattr("kizuna.web.endpoint.GRACE_S", 0.1)

    with served(made, hasty) as client:
        with monkeypatch.context() as slow:
            slow.setattr("kizuna.graphql.query.customer_id", lambda *_: time.sleep(1.5))
            late = asked(client, '{ customer(id: "cus_x") { id } }')
        well = asked(client, QUERY)

    assert late.status_code == 504
    assert late.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert well.json()["data"] == NAMED


def test_a_slow_question_keeps_nobody_else_waiting(made: House, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    hold, entered = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        entered.set()
        hold.wait(20)

    monkeypatch.setattr("kizuna.graphql.query.customer_id", slow)
    with served(made) as client:
        waiting = threading.Thread(target=lambda: asked(client, '{ customer(id: "cus_x") { id } }'))
        waiting.start()
        assert entered.wait(20)

        answered = asked(client, QUERY).json()

        hold.set()
        waiting.join(20)

    assert answered["data"] == NAMED


def test_a_request_that_does_not_arrive_in_time_is_given_up(made: House) -> None:
    hasty = replace(Settings(), graphql=GraphQLLimits(request_timeout_s=0.2))

    with served(made, hasty) as client, half_a_request(client) as half:
        half.settimeout(20)
        answer = half.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408")


def test_half_a_request_harms_nobody(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with half_a_request(client):
        pass

    assert asked(client, QUERY).json()["data"] == NAMED
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def half_a_request(client: httpx.Client) -> contextlib.closing[socket.socket]:
    """An open connection on which a request has begun."""
    half = socket.create_connection((client.base_url.host, client.base_url.port or 0))
    head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"
    half.sendall(head.encode())
    return contextlib.closing(half)


def test_the_last_use_of_a_token_is_noted(made: House) -> None:
    good = token(made)

    with served(made, PRODUCTION) as client:
        asked(client, QUERY, good)

    with made.database.read() as sql:
        assert sql.execute(text("SELECT last_used_at FROM api_token")).scalar() is not None


def test_whoever_serves_may_add_routes_and_start_syncs_their_way(made: House) -> None:
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    started: list[tuple[str, bool, tuple[str, ...]]] = []

    def queue(name: str, full: bool, streams: tuple[str, ...]) -> str:
        started.append((name, full, streams))
        return "run_x"

    async def hello(_: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    with served(made, queue_sync=queue, routes=[Route("/hello", hello)]) as client:
        asked(client, 'mutation { startSync(input: {connection: "crm"}) { userErrors { message } } }')
        greeting = client.get("/hello").text

    assert started == [("crm", False, ())]
    assert greeting == "hello"


def test_the_same_is_answered_over_postgresql(postgres_url: str) -> None:
    from tests.graphql.house import house
    from tests.graphql.systems import record

    with house(postgres_url) as one:
        one.tell("crm", "accounts", record("a1", {"kind": "account", "name": "Momiji", "domains": ["momiji.example"]}))
        with served(one, PRODUCTION) as client:
            response = asked(client, QUERY, token(one))

    assert response.json()["data"] == NAMED
