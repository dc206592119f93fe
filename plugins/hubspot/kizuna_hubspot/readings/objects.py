"""Reading a collection of CRM objects.

First load: the list with its associations, then the list of archived records. Afterwards: a search for what was
modified in a window that HubSpot's own clock closes, by id from page to page, completed with associations; then the
archived list again, of which only what was archived since is taken. A record found so tells which others were merged into it. What the archived list showed in the last pass and shows no
more may have been restored, which moves no modification time either: it is read by its id.

Why by id: a search answers at most 10,000 rows, and more than that may share one modification time. Why the archived
list: archiving moves no modification time and a search never shows archived records. Why the lookback: the search
index follows writes late. https://developers.hubspot.com/docs/api-reference/search/guide (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec

from kizuna import sdk
from kizuna_hubspot.errors import require_scope, unscoped
from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings.completing import READ_AT_ONCE, Completing, batch_read, fitting, wanted
from kizuna_hubspot.readings.currency import company_currency, with_currency
from kizuna_hubspot.readings.granting import refused_kind, told
from kizuna_hubspot.readings.merging import losers
from kizuna_hubspot.readings.pages import Page, Row, advanced, opened, page
from kizuna_hubspot.readings.partial import refused
from kizuna_hubspot.readings.place import Place, place
from kizuna_hubspot.readings.stages import PROPERTY, stage_labels, with_stage

LISTED_A_PAGE = 100
FOUND_A_PAGE = 200
PROPERTIES_AT_ONCE = 100
LIST_PROPERTIES_CHARACTERS = 6_000  # of a URL; HubSpot answers 414 somewhere beyond 15,000
SEARCH_PROPERTIES_CHARACTERS = 2_000  # of a body that may have 3,000


class _Definition(sdk.Payload, rename="camel"):
    name: str
    hubspot_defined: bool | None = None


class _Definitions(sdk.Payload):
    results: list[_Definition]


_DEFINITIONS = msgspec.json.Decoder(_Definitions)


@dataclass(frozen=True, slots=True)
class Opening:
    """Before the first page: the place a bookmark named, if any."""

    resumed: Place | None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """On the way: the place of the page under way, the properties asked for, ids known to be merged away.

    ``completing`` holds a page that still lacks something; ``place`` is then the one after it.
    """

    place: Place
    names: tuple[str, ...]
    merged: frozenset[str] = frozenset()
    completing: Completing | None = None
    currency: str | None = None
    stages: Mapping[str, str] = field(default_factory=dict)  # labels of the portal's own, by id
    apart: bool = False  # the list would not be shown with all associations: they are asked for kind by kind


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """One kind of object. ``lookback`` is asked again each time; ``custom_properties`` adds what the portal defined.

    ``company_currency`` says that its records are to name the currency of amounts that name none.
    """

    paths: Paths
    kind: Kind
    lookback: timedelta
    custom_properties: bool = True
    company_currency: bool = False

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        """Asks what closes the window and opens the pass: the properties' definitions, or the portal's own record."""
        resumed = None if start.full else place(bookmark)
        of_portal = self.company_currency or not self.custom_properties
        ask = sdk.Ask(path=self.paths.account()) if of_portal else self.defining()
        return sdk.Turn(ask=ask, state=Opening(resumed))

    def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if isinstance(state, Opening):
            require_scope(answer)
            return self.opened(state, ask, answer)
        assert isinstance(state, Walk)
        if unscoped(answer):
            return self.unscoped(state, ask, answer)
        if state.completing is not None:
            return self.completed(state, state.completing.with_answer(answer))
        found = page(answer.body, ask.path)
        if state.place.phase == "archived":
            return self.archived(state, found, ask)
        if state.place.phase == "again":
            return self.again(state, found, ask, answer.date())
        walk = replace(state, merged=state.merged.union(*(row.merged for row in found.rows)))
        if state.place.phase == "search":
            following = self.after_search(state.place, found)
        else:
            after = advanced(found.after, ask)
            following = state.place.at("list", after) if after else state.place.at("archived")
        _, rest = self.asked_and_rest(state)
        listing = state.place.phase == "list"  # what it lacks is gone, losers too
        associated = listing and not state.apart
        wants = tuple(wanted(self.paths, self.granted(state), found.rows, rest, associated=associated))
        gone = () if listing else losers(found.rows)
        return self.completed(replace(walk, place=following), Completing(found.rows, wants, gone=gone))

    def opened(self, state: Opening, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The pass begins, or goes on where the bookmark says."""
        if self.company_currency and ask.path == self.paths.account():
            state = replace(state, currency=company_currency(answer.body, ask.path))
            if self.custom_properties:
                return sdk.Turn(ask=self.defining(), state=state)
        custom = custom_names(answer.body, ask.path, self.kind) if self.custom_properties else ()
        stages = self.stages(answer.body, ask.path) if self.custom_properties else {}
        now, resumed = answer.date(), state.resumed
        if resumed is None:
            here = Place("list", until=now)
        elif resumed.phase == "done":
            here = resumed.following(now)
        else:
            here = resumed
        walk = Walk(here, names=(*self.kind.properties, *custom), currency=state.currency, stages=stages)
        return sdk.Turn(ask=self.asking(walk), state=walk)

    def defining(self) -> sdk.Ask:
        """The request for the definitions of the kind's properties."""
        return sdk.Ask(path=self.paths.properties(self.kind.name), params=(("archived", "false"),))

    def stages(self, body: bytes, what: str) -> Mapping[str, str]:
        """The labels of lifecycle stages, where the kind has such."""
        return stage_labels(body, what) if PROPERTY in self.kind.properties else {}

    def unscoped(self, walk: Walk, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """What to ask when a scope is missing: the same without associations, or without those of the kind refused.

        Raises DegradedError when it is missing for the kind that is read.
        """
        if walk.completing is None and dict(ask.params).get("associations"):
            apart = replace(walk, apart=True)
            return sdk.Turn(ask=self.asking(apart), state=apart)
        to, completing = refused_kind(walk.completing, answer), walk.completing
        assert to is not None
        assert completing is not None
        told(self.kind.name, to, answer)
        # Once the kind is known the list shows the others again.
        walk = replace(walk, place=walk.place.having_withheld(to), apart=False)
        return self.completed(walk, completing.without(to))

    def granted(self, walk: Walk) -> Kind:
        """The kind with those associations only that the token may read."""
        withheld = walk.place.withheld
        return replace(self.kind, associations=tuple(to for to in self.kind.associations if to not in withheld))

    def completed(self, walk: Walk, completing: Completing) -> sdk.Turn:
        """The records of a page that lacks nothing, else the next request for it."""
        if completing.wants:
            first, *others = (want.ask for want in completing.wants)
            # Which records are read again hangs on what is refused of this page, and so may the next list's form.
            unsure = walk.apart or walk.place.phase in ("again", "done")
            following = () if unsure else (self.asking(walk),)
            return sdk.Turn(ask=first, ahead=(*others, *following), state=replace(walk, completing=completing))
        records = [
            with_stage(with_currency(record, walk.currency), row, walk.stages)
            for row, record in zip(completing.rows, completing.records(), strict=True)
        ]
        place = walk.place.having_refused(completing.refused())
        return self.onward(replace(walk, place=place, completing=None), (*records, *completing.gone))

    def again(self, walk: Walk, found: Page, ask: sdk.Ask, now: datetime) -> sdk.Turn:
        """Records read by their ids: those HubSpot would not complete the last time, then those no longer archived.

        A restored record counts as changed now. What is not there is not answered, which is no failure.
        """
        asked = {each["id"] for each in ask.json["inputs"]}
        here, restored = walk.place, not walk.place.again
        refusal = refused(found.faults, sorted(asked), {row.id for row in found.rows if row.id})
        again = tuple(key for key in here.again if key not in asked)
        missing = tuple(key for key in here.missing if key not in asked)
        following = msgspec.structs.replace(here, again=again, missing=missing).having_refused(tuple(refusal)).ended()
        _, rest = self.asked_and_rest(walk)
        wants = tuple(wanted(self.paths, self.granted(walk), found.rows, rest, associated=False))
        completing = Completing(found.rows, wants, version=now if restored else None, gone=losers(found.rows))
        return self.completed(replace(walk, place=following), completing)

    def archived(self, walk: Walk, found: Page, ask: sdk.Ask) -> sdk.Turn:
        """The tombstones of a page of archived records; the list cannot be asked for changes only."""
        after = advanced(found.after, ask)
        met = {row.id: int(at.timestamp()) for row in found.rows if row.id and (at := archived_at(row))}
        here = walk.place.having_met(met)
        following = here.at("archived", after) if after else here.ended()
        since = walk.place.since - self.lookback if walk.place.since else None
        rows = [row for row in found.rows if archived_after(row, since)]
        gone = losers(rows) if since else ()  # whose winner went before a search showed it
        records = (*(tombstone(row, walk.merged) for row in rows), *gone)
        return self.onward(replace(walk, place=following), records, whole=walk.place.since is None)

    def onward(self, walk: Walk, records: Sequence[sdk.Record], *, whole: bool = False) -> sdk.Turn:
        """Records with the bookmark behind them, and the next page."""
        mark = walk.place.bookmark()
        if walk.place.phase == "done":
            return sdk.Turn(records=records, bookmark=mark, whole=whole)
        return sdk.Turn(ask=self.asking(walk), state=walk, records=records, bookmark=mark)

    def asking(self, walk: Walk) -> sdk.Ask:
        """The request for the page at the walk's place."""
        here, (names, _) = walk.place, self.asked_and_rest(walk)
        if here.phase == "search":
            return self.searching(here, names)
        if here.phase == "again":
            return batch_read(self.paths, self.kind, (here.again or here.missing)[:READ_AT_ONCE], names)
        params = [("limit", str(LISTED_A_PAGE)), ("properties", ",".join(names))]
        params.append(("archived", "true" if here.phase == "archived" else "false"))
        associations = () if walk.apart else self.granted(walk).associations
        if here.phase == "list" and associations:
            params.append(("associations", ",".join(associations)))
        if here.after:
            params.append(("after", here.after))
        return sdk.Ask(path=self.paths.objects(self.kind.name), params=tuple(params))

    def searching(self, here: Place, names: Sequence[str]) -> sdk.Ask:
        """The search for what was modified in the window, from the id after the last one seen."""
        since = (here.since or here.until) - self.lookback
        filters = [
            {"propertyName": self.kind.modified, "operator": "GTE", "value": milliseconds(since)},
            {"propertyName": self.kind.modified, "operator": "LT", "value": milliseconds(here.until)},
        ]
        if here.after:
            filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": here.after})
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(names),
            "limit": FOUND_A_PAGE,
        }
        return sdk.Ask(method="POST", path=self.paths.search(self.kind.name), json=body, family="search")

    def after_search(self, here: Place, found: Page) -> Place:
        """The place after a page of the search. Raises PageError when its ids do not go up: some would be missed.

        A row without an id that is understood is passed over, as long as others tell where to go on.
        """
        ids = [row.id for row in found.rows if row.id is not None]
        last, more = int(here.after or 0), found.after is not None or (found.total or 0) > len(found.rows)
        for key in ids:
            if not key.isdigit() or int(key) <= last:
                raise sdk.PageError(f"hubspot: the search of {self.kind.name} is not sorted by id; the page is refused")
            last = int(key)
        if more and found.rows and not ids:
            raise sdk.PageError(f"hubspot: the search of {self.kind.name} shows no id; the page is refused")
        more = more and bool(found.rows)
        return here.at("search", str(last)) if more else here.at("archived")

    def asked_and_rest(self, walk: Walk) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The properties a page is asked with, and those that must be read by batch."""
        most = SEARCH_PROPERTIES_CHARACTERS if walk.place.phase == "search" else LIST_PROPERTIES_CHARACTERS
        return fitting(walk.names, PROPERTIES_AT_ONCE, most)


def custom_names(body: bytes, what: str, kind: Kind) -> tuple[str, ...]:
    """The properties the portal itself defined. Raises PageError when the answer is no list of definitions."""
    found = opened(_DEFINITIONS, body, what).results
    return tuple(sorted({each.name for each in found if not each.hubspot_defined} - set(kind.properties)))


def tombstone(row: Row, merged: frozenset[str]) -> sdk.Record:
    """An archived record; one known to have been merged away is no deletion."""
    return sdk.Record(raw=row.raw, deleted="merged" if row.id in merged else "archived", version=archived_at(row))


def archived_after(row: Row, since: datetime | None) -> bool:
    """Whether a record was archived at or after ``since``; one that does not say when counts as such."""
    at = archived_at(row)
    return since is None or at is None or at >= since


def archived_at(row: Row) -> datetime | None:
    """When a record was archived, None when it does not say it properly."""
    try:
        return sdk.instant(row.archived_at)
    except sdk.PayloadError:
        return None


def milliseconds(at: datetime) -> str:
    """The instant as a search's filter takes it."""
    return str(int(at.timestamp() * 1000))
