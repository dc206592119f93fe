"""Where a reading stands: the bookmark that survives a crash and the place within one conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kizuna import sdk


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bulk job and what it reads: the ids from every one of ``above`` on and ``below`` another.

    ``id`` is empty before it is made, at ``made_at`` by our clock; ``locator`` is where its results go on; ``done`` when all
    have come.
    """

    id: str = ""
    made_at: datetime | None = None
    above: tuple[str, ...] = ()
    below: str | None = None
    locator: str | None = None
    done: bool = False


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The bookmark. Instants of rows are Salesforce's; the ``…_at`` of questions are ours, for durations only.

    ``watermark``: the newest change of the last whole pass, first seen at ``found_at``; ``settled`` once so long ago
    that no transaction older than it can still be open. ``at``, ``id``: the position in an unfinished pass.
    ``ceiling``: the watermark may not go beyond it when this pass ends. ``purged_until``: up to where records gone
    from the recycle bin are known, asked for at ``purged_asked_at``. ``owed``: all that is not listed by this pass is gone,
    which holds only if the engine has seen all of it. ``jobs``: the bulk jobs that read what lies behind
    the position, ``job_version`` the API's version that made them; ``unhurried`` once a job came to nothing in this pass;
    ``remade``: how often in this pass one was made in place of one that had expired. ``types``: of the fields of a first
    load that are no text, for the results of jobs; None when they are not known, and in later passes. ``currency``: the
    org's, where records name none. ``refused``: fields that the description shows and queries do not. ``unlogged``: by the
    description Salesforce keeps no log of this object's deletions; ``log_refused``: whatever that says, the log was
    refused since all was listed.
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
    jobs: tuple[Part, ...] = ()
    job_version: str = ""
    unhurried: bool = False
    remade: int = 0
    types: tuple[tuple[str, str], ...] | None = None
    currency: str | None = None
    refused: tuple[str, ...] = ()
    unlogged: bool = False
    log_refused: bool = False

    @property
    def logged(self) -> bool:
        """Whether the log of this object's deletions can be asked."""
        return not (self.unlogged or self.log_refused)


_Reading = Literal["describe", "currency", "newest", "rows", "purged", "existing"]
_ByJobs = Literal["lowest", "highest", "job", "state", "results", "abort", "drop"]
Asking = _Reading | _ByJobs
After = Literal["rows", "part"]


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
    types: tuple[tuple[str, str], ...] | None = None  # of those fields, where jobs may read them
    parts: int = 1  # bulk jobs to be made
    lowest: str = ""  # the id at which the first of them begins
    part: int = 0  # the bulk job that is asked about
    ended: frozenset[str] = frozenset()  # bulk jobs that are not under way any more
    dropping: tuple[str, ...] = ()  # bulk jobs that are being deleted
    then: After = "rows"  # what comes when they are
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
