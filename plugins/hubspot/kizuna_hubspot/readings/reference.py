"""Reading what is small: owners, and pipelines with their stages. Every pass reads all of it."""

from __future__ import annotations

from dataclasses import dataclass

from kizuna import sdk
from kizuna_hubspot.errors import require_scope
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings.pages import advanced, page

OWNERS_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class OwnerReading:
    """All owners, then the archived ones: old records still name those who left."""

    paths: Paths

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        mark = {} if bookmark is None or start.full else bookmark
        return sdk.Turn(ask=self.asking(archived=mark.get("archived") == "true").having(after=mark.get("after")))

    def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        require_scope(answer)
        found = page(answer.body, ask.path)
        records = tuple(sdk.Record(raw=row.raw) for row in found.rows)
        archived, after = ("archived", "true") in ask.params, advanced(found.after, ask)
        if after is not None:
            mark = {"archived": "true" if archived else "false", "after": after}
            return sdk.Turn(ask=ask.having(after=after), records=records, bookmark=mark)
        if not archived:
            return sdk.Turn(ask=self.asking(archived=True), records=records, bookmark={"archived": "true"})
        return sdk.Turn(records=records, bookmark={}, whole=True)

    def asking(self, *, archived: bool) -> sdk.Ask:
        """The first page of one of the two lists."""
        shown = "true" if archived else "false"
        return sdk.Ask(path=self.paths.owners(), params=(("limit", str(OWNERS_A_PAGE)), ("archived", shown)))


@dataclass(frozen=True, slots=True)
class PipelineReading:
    """All pipelines of one kind of object, in one answer."""

    paths: Paths
    kind: str

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return sdk.Turn(ask=sdk.Ask(path=self.paths.pipelines(self.kind)))

    def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        require_scope(answer)
        found = page(answer.body, ask.path)
        return sdk.Turn(records=tuple(sdk.Record(raw=row.raw) for row in found.rows), bookmark={}, whole=True)
