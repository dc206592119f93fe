"""Everything from facts down derived again from evidence, decisions and configuration; or only compared with it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from kizuna import clock
from kizuna.derive import Deriver
from kizuna.derive.whole import derive_everything
from kizuna.derive.work import derive, only_me
from kizuna.errors import PluginError, StorageError
from kizuna.plugins import Plugins
from kizuna.storage import connections, derived, runs
from kizuna.storage.derived import Difference
from kizuna.storage.instants import micros
from kizuna.sync.mapping.remap import remap
from kizuna.sync.mapping.remapping import finish_within

Observe = Callable[[str, int, int], None]


def no_batches(sql: Connection) -> None:
    """No batch commits until this transaction ends (SQLite has one writer anyway)."""
    if sql.dialect.name == "postgresql":
        sql.execute(text("LOCK TABLE source_record IN EXCLUSIVE MODE"))


def refuse_gaps(sql: Connection, plugins: Plugins) -> None:
    """Raises PluginError when the connector of a connection is not there: its facts could not be derived again."""
    for stored in connections.all_of(sql):
        if stored.plugin not in plugins.connectors:
            raise PluginError(
                f"Connection {stored.name} needs the plugin {stored.plugin!r}, which does not run; install it."
            )


class _Undone(Exception):
    """Leaves the transaction without committing it."""


def rebuild(
    deriver: Deriver, plugins: Plugins, *, check: bool = False, observe: Observe = lambda *_: None
) -> list[Difference]:
    """How the tables differed from what evidence gives; afterwards they hold the latter.

    ``check`` changes nothing: all of it happens in a transaction that is rolled back.
    """
    found: list[Difference] = []
    try:
        with deriver.database.write() as sql:
            only_me(sql)
            no_batches(sql)
            now = micros(clock.now())
            finish_within(sql, plugins)
            while (posts_rids := runs.collect(sql, 4_000))[0]:
                derive(sql, posts_rids[1], deriver.declared, now)
                runs.settle(sql, posts_rids[0])
            before = derived.fingerprint(sql)
            derived.wipe(sql)
            done = 0

            def mapped(records: int) -> None:
                nonlocal done
                done += records
                observe("evidence", done, 0)

            refuse_gaps(sql, plugins)
            lost = remap(sql, plugins, mapped)
            if lost and not check:
                raise StorageError(
                    f"The mapping of {'one stored record' if lost == 1 else f'{lost} stored records'} fails now and their facts "
                    "would be lost, so nothing was rebuilt; `kizuna rebuild --check` shows which. Correct the connector."
                )
            derive_everything(sql, deriver.declared, now, observe)
            found = derived.differences(sql, before)
            if check:
                raise _Undone
    except _Undone:
        pass
    return found
