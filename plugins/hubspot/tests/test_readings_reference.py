"""Owners and pipelines, which are read whole."""

from kizuna_hubspot import mapping
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.payloads import Owner
from kizuna_hubspot.readings import OwnerReading, PipelineReading
from plugins.hubspot.tests.answered import START, asked, params, results, step


def test_owners_who_left_are_read_too() -> None:
    machine = OwnerReading(Paths("2026-09"))

    first = machine.begin(None, START)
    second = step(machine, first, results(1, after="1"))
    third = step(machine, second, results(2))
    last = step(machine, third, results(3))

    assert asked(first).path == "/crm/owners/2026-09"
    assert params(second)["after"] == "1"
    assert (params(third)["archived"], params(third).get("after")) == ("true", None)
    assert [len(turn.records) for turn in (second, third, last)] == [1, 1, 1]
    assert (last.ask, last.whole) == (None, True)


def test_owners_go_on_after_a_crash_and_start_over_in_the_next_pass() -> None:
    machine = OwnerReading(Paths())
    middle = step(machine, machine.begin(None, START), results(1, after="1"))
    archived = step(machine, middle, results(2))
    last = step(machine, archived, results(3))

    begun = [machine.begin(turn.bookmark, START) for turn in (middle, archived, last)]

    assert [(params(turn)["archived"], params(turn).get("after")) for turn in begun] == [
        ("false", "1"),
        ("true", None),
        ("false", None),
    ]


def test_pipelines_come_in_one_answer() -> None:
    machine = PipelineReading(Paths(), "tickets")

    turn = step(machine, machine.begin({}, START), results(0))

    assert (len(turn.records), turn.ask, turn.whole) == (1, None, True)


def test_an_owner_that_is_a_queue_is_nobody_of_ours() -> None:
    person, queue = Owner(id=7, type="PERSON", first_name="Kim"), Owner(id=8, type="QUEUE", first_name="Support queue")

    assert len(list(mapping.owner(person))) == 1
    assert mapping.owner(queue) == ()
