"""Where a reading stands: the bookmark that survives a crash and the place within one conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kizuna import sdk


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The bookmark. Instants of rows are Salesforce's; the ``…_at`` of questions are ours, for durations only.

    ``watermark``: the newest change of the last whole pass, first seen at ``found_at``; ``settled`` once so long ago
    that no transaction older than it can still be open. ``at``, ``id``: the position in an unfinished pass.
    ``ceiling``: the watermark may not go beyond it when this pass ends. ``purged_until``: up to where records gone
    from the recycle bin are known, asked for at ``purged_asked_at``. ``owed``: all that is not listed by this pass is gone,
    which holds only if the engine has seen all of it. ``job``, ``job_version``, ``locator``: the bulk job that
    reads what lies behind the position, the API's version that made it, and where its results go on; ``unhurried`` once a
    job came to nothing in this pass. ``currency``: the org's, where records name none. ``refused``: fields
    that the description shows and queries do not. ``unlogged``: Salesforce keeps no log of this object's deletions.
    """

    fields: tuple[str, ...] = ()
    described_at: datetime | None = None
    watermark: datetime | None = None
    found_at: datetime | None = None
    settled: bool = False
    at: datetime | None = None
    id: str | None = None
    ceiling: datetime | None = None
    purged_until: datetime | None = None
    purged_asked_at: datetime | None = None
    owed: bool = False
    job: str | None = None
    job_version: str = ""
    locator: str | None = None
    unhurried: bool = False
    currency: str | None = None
    refused: tuple[str, ...] = ()
    unlogged: bool = False


Asking = Literal[
    "describe", "currency", "newest", "rows", "purged", "existing", "job", "state", "results", "abort", "drop"
]
After = Literal["describe", "rows", "end"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What one conversation remembers beside its bookmark; lost in a crash."""

    mark: Mark
    now: datetime
    whole: bool
    unbroken: bool = False  # the engine has seen the pass from its beginning
    asking: Asking = "rows"
    high: datetime | None = None  # the newest change seen in this pass
    most: int | None = None  # rows a query, once Salesforce timed out without a limit
    counted: int = 0  # rows that came since the query
    behind: tuple[datetime | None, str | None] = (None, None)  # the position that the query began at
    descriptions: int = 0
    described: tuple[str, ...] = ()  # the fields of a description that is not acted upon yet
    types: tuple[tuple[str, str], ...] = ()  # of the fields, known once they were described in this conversation
    looks: int = 0  # at a bulk job
    restarts: int = 0  # of a bulk job that had expired
    dropping: str = ""  # the bulk job that is being deleted
    then: After = "rows"  # what comes when it is
    purged: tuple[tuple[str, datetime | None], ...] = ()  # ids that may be gone for good, and since when


def marked(bookmark: sdk.Bookmark | None) -> Mark:
    """The bookmark as a value; an unreadable one (of another version of this connector) begins anew."""
    if bookmark is None:
        return Mark()
    try:
        return msgspec.convert(bookmark, Mark, strict=True)
    except msgspec.ValidationError:
        return Mark()


def bookmarked(mark: Mark) -> sdk.Bookmark:
    """The value as JSON values."""
    built: sdk.Bookmark = msgspec.json.decode(msgspec.json.encode(mark))
    return built
