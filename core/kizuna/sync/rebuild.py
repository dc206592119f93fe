"""Everything from facts down derived again from evidence, decisions and configuration; or only compared with it."""

from __future__ import annotations

from collections.abc import Callable

from kizuna import clock
from kizuna.derive import Deriver
from kizuna.derive.whole import derive_everything
from kizuna.derive.work import derive, only_me
from kizuna.plugins import Plugins
from kizuna.storage import derived, runs
from kizuna.storage.derived import Difference
from kizuna.storage.instants import micros
from kizuna.sync.remap import remap

Observe = Callable[[str, int, int], None]


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
            now = micros(clock.now())
            while (posts_rids := runs.collect(sql, 4_000))[0]:
                derive(sql, posts_rids[1], deriver.ranks, now)
                runs.settle(sql, posts_rids[0])
            before = derived.fingerprint(sql)
            derived.wipe(sql)
            done = 0

            def mapped(records: int) -> None:
                nonlocal done
                done += records
                observe("evidence", done, 0)

            remap(sql, plugins, mapped)
            derive_everything(sql, deriver.ranks, now, observe)
            found = derived.differences(sql, before)
            if check:
                raise _Undone
    except _Undone:
        pass
    return found
