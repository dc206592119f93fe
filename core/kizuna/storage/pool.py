"""A pool of connections that leaves none open: whoever is still at work while it is closed gives theirs back to be closed."""

from __future__ import annotations

from logging import getLogger
from typing import Any

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool


class ClosingPool(QueuePool):
    """The usual pool; whatever comes back after :meth:`dispose` is closed, also what was asked for after it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = getLogger("sqlalchemy.pool")  # as of any other pool: who opens and closes is not for our log
        self.is_disposed = False

    def dispose(self) -> None:
        self.is_disposed = True
        super().dispose()

    def recreate(self) -> ClosingPool:
        made = super().recreate()
        assert isinstance(made, ClosingPool)
        made.is_disposed = self.is_disposed  # an engine that is disposed of takes the new one at once
        return made

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        # Asked after it is in the pool: of a close at this very moment, one of the two sees what the other did.
        if self.is_disposed:
            super().dispose()
