"""A delivery that was answered is not lost, whatever is killed or away; one that was not is sent again by the vendor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from kizuna.failpoints import OF_WEBHOOKS
from kizuna.sandbox import Served, WebhookCall
from kizuna.sandbox.faults import FaultPlan, FaultProfile
from kizuna.storage import schema
from kizuna.storage.database import Database
from tests.faults.processes import KILLED, LIMIT_S
from tests.faults.serving import serving
from tests.support.webhooks import SECRET, VARIABLE, calls, inbox_rows, receiving, sent, trust, until
from tests.support.worlds import Kizuna, kizuna, world

STATES = "SELECT state, attempts FROM webhook_delivery"
DOWN = FaultProfile("down", {"server_error": 1.0}, most_in_a_row=1_000_000)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with world("stripe", companies=5) as made:
        monkeypatch.setenv(VARIABLE, SECRET)
        yield made


@pytest.fixture
def one(database_url: str, served: Served) -> Iterator[Kizuna]:
    database = Database(database_url)
    schema.upgrade(database)
    database.close()
    with kizuna(database_url, served) as made:
        trust(made.parts.database, "stripe")
        made.sync("stripe")
        served.clock.advance(timedelta(hours=1))
        yield made


def renamed(served: Served) -> WebhookCall:
    """A customer renamed at the vendor, and the delivery that tells of it."""
    state = served.state("stripe")
    before = len(state.changes)
    state.change("account", state.live("customers")[0].id, name="Momiji Kogyo")
    return calls(served, "stripe", before)[0]


def known(one: Kizuna) -> bool:
    """Whether the new name has arrived where it is asked for."""
    return one.rows("SELECT count(*) FROM customer WHERE name = 'Momiji Kogyo'") == [(1,)]


@pytest.mark.parametrize("point", OF_WEBHOOKS)
def test_a_server_killed_at_a_point_has_done_the_work_after_its_next_start(
    point: str, database_url: str, one: Kizuna, served: Served
) -> None:
    call = renamed(served)
    with serving(database_url, point) as killed:
        answer = killed.send("stripe", call)
        ended = killed.process.wait(LIMIT_S)

    with serving(database_url) as next_one:
        again = next_one.send("stripe", call) if answer == 0 else answer
        until(lambda: {row[0] for row in inbox_rows(one.parts.database, STATES)} == {"done"})

    assert ended == KILLED
    assert again == 200
    assert known(one)
    assert len(inbox_rows(one.parts.database, STATES)) == 1
    assert one.not_as_rebuilt() == []


def test_a_delivery_is_answered_while_a_batch_holds_the_database(one: Kizuna, served: Served) -> None:
    call = renamed(served)
    with receiving(one) as client:
        sent(client, "stripe", call)  # the connection is looked up
        with one.parts.database.write() as sql:
            sql.execute(text("UPDATE connection SET updated_at = updated_at"))
            answer = sent(client, "stripe", call)

    assert answer.status_code == 200


def test_what_a_delivery_speaks_of_is_read_when_the_vendor_answers_again(one: Kizuna, served: Served) -> None:
    call, gateway = renamed(served), served.gateways[0]
    usual, gateway.faults = gateway.faults, FaultPlan(DOWN, "down")
    with receiving(one) as client:
        answer = sent(client, "stripe", call)
        until(lambda: served.state("stripe").requests["fault_server_error"] > 1)
        before = known(one)
        gateway.faults = usual

        until(lambda: inbox_rows(one.parts.database, STATES) == [("done", 0)])

    assert answer.status_code == 200
    assert not before
    assert known(one)
