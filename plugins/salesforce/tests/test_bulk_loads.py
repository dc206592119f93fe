"""First loads through bulk jobs of an org that is served: every record once, whatever becomes of the jobs."""

from collections import Counter
from datetime import timedelta

from kizuna.sandbox import Served
from plugins.salesforce.tests.passes import read


def test_a_first_load_by_jobs_sees_every_record_once_and_as_a_query_shows_it(org: Served):
    state = org.states[0]
    names = ["Account", "Contact", "Contract", "Opportunity"]

    by_jobs = read(org, names=names, bulk_from_rows=1)

    by_queries = read(org, names=names, bulk_from_rows=0)
    assert set(state.memory["jobs_made"]) >= {"Account", "Contact", "Opportunity"}
    assert state.memory["jobs"] == {}
    for name in names:
        assert Counter(by_jobs.ids(name)) == Counter(record.id for record in state.stream(name)), name
        assert sorted(by_jobs.raws[name], key=lambda raw: raw["Id"]) == sorted(
            by_queries.raws[name], key=lambda raw: raw["Id"]
        )
    assert by_jobs.whole == by_queries.whole


def test_what_changed_after_a_load_by_jobs_is_seen_by_the_next_pass(org: Served):
    state = org.states[0]
    loaded = read(org, names=["Contact"], bulk_from_rows=1)
    org.clock.advance(timedelta(hours=1))
    changed, gone = (person.id for person in state.view.people[:2])
    state.change("person", changed, phone="+81300000001")
    state.delete("person", gone)

    again = read(org, loaded, names=["Contact"], bulk_from_rows=1)

    assert changed in again.ids("Contact")
    assert again.tombstones("Contact") == {gone: "deleted"}


def test_an_org_that_refuses_jobs_is_read_whole_nevertheless(org: Served):
    org.states[0].memory["no_bulk"] = {"Contact"}

    loaded = read(org, names=["Contact"], bulk_from_rows=1)

    assert Counter(loaded.ids("Contact")) == Counter(record.id for record in org.states[0].stream("Contact"))


def test_jobs_that_expired_between_two_runs_are_made_again(org: Served):
    state = org.states[0]
    begun = read(org, names=["Contact"], turns=10, bulk_from_rows=1)
    made = len(state.memory["jobs_made"])
    assert len(begun.bookmarks["Contact"]["jobs"]) == made > 1
    state.memory["jobs"].clear()

    ended = read(org, begun, names=["Contact"], bulk_from_rows=1)

    assert {*begun.ids("Contact"), *ended.ids("Contact")} == {record.id for record in state.stream("Contact")}
    assert len(state.memory["jobs_made"]) == 2 * made
    assert state.memory["jobs"] == {}


def test_jobs_left_by_a_run_that_was_cancelled_are_taken_up_by_the_next(org: Served):
    state = org.states[0]
    begun = read(org, names=["Contact"], turns=10, bulk_from_rows=1)
    made = len(state.memory["jobs_made"])

    ended = read(org, begun, names=["Contact"], bulk_from_rows=1)

    assert {*begun.ids("Contact"), *ended.ids("Contact")} == {record.id for record in state.stream("Contact")}
    assert len(state.memory["jobs_made"]) == made > 1
    assert state.memory["jobs"] == {}
