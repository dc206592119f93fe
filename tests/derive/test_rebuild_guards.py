"""A rebuild loses nothing: batches wait for it and it for them, and where facts would be lost it refuses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from kizuna import sdk
from kizuna.errors import PluginError, StorageError
from kizuna.plugins import Plugins, load
from kizuna.sync.rebuild import rebuild
from kizuna.sync.writer import Gathered, Wrote
from tests.derive.test_rebuild import toys
from tests.support.toys import MORNING, Bench, Firm, Toy, at, bench, firm

KEPT = "SELECT source_id, name FROM source_record JOIN fact_account ON fact_account.rid = source_record.rid ORDER BY 1"
WAITING = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'source_record'::regclass AND NOT granted"


class Broken(Toy):
    """The toy vendor after an update that maps firms wrongly."""

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        def fails(payload: Firm) -> Any:
            if payload.name == "Acme":
                raise KeyError("site")
            return firm(payload)

        return tuple(replace(s, map=fails) if s.name == "firms" else s for s in super().streams())


@pytest.fixture
def made(database_url: str) -> Iterator[Bench]:
    """Two firms, derived."""
    with bench(database_url) as made:
        made.write({"id": "1", "name": "Acme", "at": at(0)}, {"id": "2", "name": "Aoba", "at": at(0)})
        yield made


def batch(made: Bench, *firms: bytes) -> Wrote:
    """A batch committed and not yet derived."""
    gathered = Gathered()
    gathered.add([sdk.Record(raw=raw) for raw in firms], {"page": "2"}, MORNING)
    return made.writer().write(gathered)


def test_a_batch_that_comes_while_everything_is_rebuilt_waits_and_nothing_is_lost(postgres_url: str) -> None:
    with bench(postgres_url) as made, ThreadPoolExecutor(1) as other:
        made.write({"id": "1", "name": "Acme", "at": at(0)}, {"id": "2", "name": "Aoba", "at": at(0)})
        begun: list[Any] = []
        before_the_end: list[Any] = []

        def in_the_middle(*_: object) -> None:
            if not begun:
                newer = f'{{"id": "1", "name": "Acme Foods", "at": "{at(5)}"}}'.encode()
                begun.append(other.submit(batch, made, newer, b'{"id": "3", "name": "Umber"}'))
                until(lambda: made.rows(WAITING) == [(1,)])
                before_the_end.append((made.rows(KEPT), begun[0].done()))

        found = rebuild(made.deriver, toys(), observe=in_the_middle)
        begun[0].result()
        made.deriver.drain()

        assert found == []
        assert before_the_end == [([("1", "Acme"), ("2", "Aoba")], False)]
        assert made.rows(KEPT) == [("1", "Acme Foods"), ("2", "Aoba"), ("3", "Umber")]
        assert made.rows("SELECT COUNT(*) FROM customer") == [(3,)]
        assert rebuild(made.deriver, toys(), check=True) == []


def test_a_rebuild_waits_for_the_batch_that_is_being_written(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench(postgres_url) as made, ThreadPoolExecutor(1) as other:
        made.write({"id": "1", "name": "Acme", "at": at(0)}, {"id": "2", "name": "Aoba", "at": at(0)})
        rebuilt: list[Any] = []

        def before_the_commit(point: str) -> None:
            if point == "batch.written":
                rebuilt.append(other.submit(rebuild, made.deriver, toys()))
                until(lambda: made.rows(WAITING) == [(1,)])

        monkeypatch.setattr("kizuna.sync.commit.failpoint", before_the_commit)
        batch(made, b'{"id": "3", "name": "Umber"}')
        found = rebuilt[0].result()

        assert found == []
        assert made.rows(KEPT) == [("1", "Acme"), ("2", "Aoba"), ("3", "Umber")]
        assert made.rows("SELECT COUNT(*) FROM customer") == [(3,)]
        assert made.rows("SELECT COUNT(*) FROM outbox") == [(0,)]


@pytest.mark.parametrize("check", [False, True])
def test_without_the_plugin_of_a_connection_nothing_is_rebuilt(made: Bench, check: bool) -> None:
    before = everything(made)
    none: Plugins = load(allowed=[])

    with pytest.raises(PluginError, match="Connection toy needs the plugin 'toy', which does not run; install it"):
        rebuild(made.deriver, none, check=check)

    assert everything(made) == before


def test_when_a_mapping_fails_nothing_is_rebuilt_and_a_check_shows_what_would_be_lost(made: Bench) -> None:
    before = everything(made)
    plugins = toys()
    plugins.connectors["toy"] = Broken

    shown = {one.table: (one.only_before, one.only_after) for one in rebuild(made.deriver, plugins, check=True)}
    with pytest.raises(StorageError, match=r"The mapping of one stored record fails now .* so nothing was rebuilt"):
        rebuild(made.deriver, plugins)

    assert shown["fact_account"] == (1, 0)
    assert shown["customer"] == (1, 0)
    assert everything(made) == before
    assert rebuild(made.deriver, toys()) == []


def until(true: Callable[[], bool]) -> None:
    """Returns when it has become true."""
    for _ in range(3_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def everything(made: Bench) -> tuple[object, ...]:
    """What is said and what is derived of it."""
    customers = "SELECT id, name, records FROM customer ORDER BY id"
    return made.rows(KEPT), made.rows(customers), made.rows("SELECT entity_id, rid FROM membership ORDER BY 1, 2")
