"""Large first loads by several bulk jobs at once, each for a range of ids."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna.sync.reader import pages
from kizuna_salesforce import Salesforce, SalesforceSettings
from kizuna_salesforce.readings import Keyset
from kizuna_salesforce.splitting import cuts
from plugins.salesforce.tests.passes import read
from plugins.salesforce.tests.test_bulk import DELETED, EXPIRED, FIELDS, JOBS, answer, line, page, results, row

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READING = Keyset(sobject="Contact", wanted=("Id", "IsDeleted", "SystemModstamp"), version="62.0", bulk_from_rows=3)
LOWEST, HIGHEST = "003dM0000000000AAA", "003dM000000CCCCAAC"


def told(turn: sdk.Turn, *said: sdk.Answer) -> sdk.Turn:
    for each in said:
        assert turn.ask is not None
        turn = READING.turn(turn.state, turn.ask, each)
    return turn


def begun(bookmark: sdk.Bookmark | None = None) -> sdk.Turn:
    return READING.begin(bookmark, sdk.Start(now=NOW))


def one(source_id: str) -> sdk.Answer:
    return answer({"totalSize": 1, "done": True, "records": [{"Id": source_id}]})


def splitting(left: int = 19) -> sdk.Turn:
    """A first load behind its first page, which held one row."""
    return told(begun(), answer(FIELDS), page(row(30), total=1, following=None), page(row(1), total=left + 1))


def making(left: int = 19) -> sdk.Turn:
    return told(splitting(left), one(LOWEST), one(HIGHEST))


def made(number: int) -> sdk.Answer:
    return answer({"id": f"750{number}", "state": "UploadComplete"})


def complete(number: int) -> sdk.Answer:
    return answer({"id": f"750{number}", "state": "JobComplete"})


def collecting() -> sdk.Turn:
    """Three jobs, all of them complete."""
    return told(making(), *map(made, range(3)), *map(complete, range(3)))


def paths(*asks: sdk.Ask | None) -> list[tuple[str, str, str | None]]:
    return [(ask.method, ask.path.removeprefix(JOBS), dict(ask.params).get("locator")) for ask in asks if ask]


def test_ids_are_cut_into_ranges_of_the_same_width():
    assert cuts(LOWEST, HIGHEST, 4) == ("003dM0000003333QAA", "003dM0000006666QAA", "003dM0000009999QAA")


@pytest.mark.parametrize(
    ("lowest", "highest", "most"),
    [(LOWEST, HIGHEST, 1), (LOWEST, LOWEST, 4), (HIGHEST, LOWEST, 4), (LOWEST, "00QdM0000000000AAA", 4), ("x", "y", 4)],
)
def test_what_cannot_be_cut_stays_whole(lowest: str, highest: str, most: int):
    assert cuts(lowest, highest, most) == ()


def test_cuts_rise_from_the_lowest_to_the_highest():
    lowest, highest = "003dM0000000000AAA", "003zz0000zzzzzzAAA"

    found = cuts(lowest, highest, 40)

    assert [lowest, *found, highest] == sorted({lowest, *found, highest})
    assert len(found) == 39


def test_the_lowest_and_the_highest_id_are_asked_for_before_jobs_are_made():
    turn = splitting()

    assert turn.ask is not None
    assert dict(turn.ask.params)["q"] == "SELECT Id FROM Contact ORDER BY Id ASC LIMIT 1"
    assert [dict(ask.params)["q"] for ask in turn.ahead] == ["SELECT Id FROM Contact ORDER BY Id DESC LIMIT 1"]
    assert len(turn.records) == 1


def test_each_job_asks_for_its_range_behind_the_first_page_and_together_for_all_however_ids_are_compared():
    turn, wheres = making(), []
    for number in range(3):
        assert turn.ask is not None
        assert (turn.ask.method, turn.ask.path) == ("POST", JOBS)
        wheres.append(turn.ask.json["query"].partition(" WHERE ")[2])
        turn = told(turn, made(number))

    first, last = "003dM0000004444QAA", "003dM0000008888QAA"
    behind = "((SystemModstamp = 2026-02-01T00:00:01Z AND Id > '003dM0000000001AAA') OR SystemModstamp > 2026-02-01T00:00:01Z)"
    assert wheres == [
        f"{behind} AND Id < '{first}'",
        f"{behind} AND Id >= '{first}' AND Id < '{last}'",
        f"{behind} AND Id >= '{first}' AND Id >= '{last}'",
    ]
    assert turn.ask is not None
    assert turn.ask.path == f"{JOBS}/7500"


def test_results_of_all_jobs_are_asked_for_at_once_and_taken_in_turn():
    first = collecting()
    second = told(first, results(line(2), locator="Mg"))
    third = told(second, results(line(3), locator="Mw"))

    assert paths(first.ask, *first.ahead) == [("GET", f"/750{number}/results", None) for number in range(3)]
    assert paths(second.ask, *second.ahead) == [
        ("GET", "/7501/results", None),
        ("GET", "/7502/results", None),
        ("GET", "/7500/results", "Mg"),
    ]
    assert paths(third.ask) == [("GET", "/7502/results", None)]


def test_a_job_is_deleted_when_its_results_have_come_while_the_others_are_asked_for():
    deleting = told(collecting(), results(line(2)))
    going_on = told(deleting, DELETED)

    assert paths(deleting.ask, *deleting.ahead) == [
        ("DELETE", "/7500", None),
        ("GET", "/7501/results", None),
        ("GET", "/7502/results", None),
    ]
    assert paths(going_on.ask, *going_on.ahead) == [("GET", "/7501/results", None), ("GET", "/7502/results", None)]


def test_the_pass_ends_with_the_last_job():
    turn = collecting()
    for number in range(3):
        turn = told(turn, results(line(number + 2)), DELETED)

    assert (turn.ask, turn.whole) == (None, True)
    assert turn.bookmark is not None
    assert turn.bookmark["watermark"] == "2026-02-01T00:00:30Z"
    assert "jobs" not in turn.bookmark


def test_a_crash_while_jobs_are_made_makes_those_that_are_missing():
    bookmark = told(making(), made(0)).bookmark

    turn = begun(bookmark)

    assert turn.ask is not None
    assert turn.ask.method == "POST"
    assert "Id >= '003dM0000004444QAA' AND Id < '003dM0000008888QAA'" in turn.ask.json["query"]


def test_a_crash_while_results_come_goes_on_where_each_job_stood():
    bookmark = told(collecting(), results(line(2), locator="Mg"), results(line(3)), DELETED).bookmark

    turn = told(begun(bookmark), complete(0), complete(2))

    assert paths(turn.ask, *turn.ahead) == [("GET", "/7500/results", "Mg"), ("GET", "/7502/results", None)]


def test_one_job_that_has_expired_is_made_again_and_the_others_stay():
    making_again = told(collecting(), results(line(2), locator="Mg"), EXPIRED)
    turn = told(making_again, made(7), complete(7))

    assert making_again.ask is not None
    assert "Id >= '003dM0000004444QAA' AND Id < '003dM0000008888QAA'" in making_again.ask.json["query"]
    assert sorted(paths(turn.ask, *turn.ahead)) == [
        ("GET", "/7500/results", "Mg"),
        ("GET", "/7502/results", None),
        ("GET", "/7507/results", None),
    ]


def test_when_one_job_comes_to_nothing_all_are_ended_and_queries_read_the_rest():
    turn = told(making(), *map(made, range(3)), complete(0), answer({"id": "7501", "state": "Failed"}))
    asked = []
    while turn.ask is not None and turn.ask.path.startswith(JOBS):
        asked.append((turn.ask.method, turn.ask.path.removeprefix(JOBS)))
        turn = told(turn, DELETED)

    assert asked == [("DELETE", "/7500"), ("DELETE", "/7501"), ("PATCH", "/7502"), ("DELETE", "/7502")]
    assert turn.ask is not None
    assert "Id > '003dM0000000001AAA'" in dict(turn.ask.params)["q"]


def test_where_ids_cannot_be_asked_for_one_job_reads_all():
    refused = answer([{"errorCode": "QUERY_TIMEOUT", "message": "…"}], 400)

    turn = told(splitting(), refused)

    assert turn.ask is not None
    assert turn.ask.method == "POST"
    assert " AND Id >= " not in turn.ask.json["query"]


@pytest.mark.parametrize(("left", "jobs"), [(6, 1), (11, 1), (12, 2), (24, 4), (999, 4)])
def test_there_are_as_many_jobs_as_each_have_enough_to_read(left: int, jobs: int):
    turn = splitting(left)
    if jobs > 1:
        turn = told(turn, one(LOWEST), one(HIGHEST))
    number = 0
    while turn.ask is not None and turn.ask.method == "POST":
        turn, number = told(turn, made(number)), number + 1

    assert number == jobs


def test_an_org_read_by_several_jobs_at_once_shows_every_record_once(org: Served):
    state = org.states[0]

    found = read(org, names=["Contact"], bulk_from_rows=1)

    assert state.memory["jobs_made"] == ["Contact"] * 4
    assert Counter(found.ids("Contact")) == Counter(record.id for record in state.stream("Contact"))
    assert found.whole["Contact"]
    assert state.memory["jobs"] == {}


class Counting(httpx.AsyncBaseTransport):
    """The network, and how many jobs were asked for results at once."""

    def __init__(self) -> None:
        self.inner, self.under_way, self.most = httpx.AsyncHTTPTransport(), Counter[str](), 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path if request.url.path.endswith("/results") else ""
        self.under_way[path] += 1
        self.most = max(self.most, sum(1 for path, asked in self.under_way.items() if path and asked))
        try:
            await asyncio.sleep(0.01)  # an answer takes its time
            return await self.inner.handle_async_request(request)
        finally:
            self.under_way[path] -= 1

    async def aclose(self) -> None:
        await self.inner.aclose()


def test_the_engine_asks_several_jobs_for_results_at_once_and_takes_every_record_once(org: Served):
    endpoint, network = org.endpoint("salesforce"), Counting()
    settings = {**endpoint.settings, **endpoint.secrets, "bulk_from_rows": 1, "bulk_page_rows": 20}
    crm = Salesforce(SalesforceSettings.model_validate(settings))
    contacts = next(stream for stream in crm.streams() if stream.name == "Contact")

    async def loaded() -> list[str]:
        found: list[str] = []
        async with sdk.Transport(crm, http=network, paced=False) as line:
            async for each in pages(contacts.reading, line, None, sdk.Start(now=org.clock.now())):
                found += [json.loads(bytes(record.raw))["Id"] for record in each.records]
        return found

    found = asyncio.run(loaded())

    assert Counter(found) == Counter(record.id for record in org.states[0].stream("Contact"))
    assert network.most > 1
