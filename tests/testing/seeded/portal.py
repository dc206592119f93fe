"""Mistakes in reading HubSpot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_hubspot.readings import ObjectReading
from kizuna_hubspot.readings.objects import milliseconds
from kizuna_hubspot.readings.pages import Page
from kizuna_hubspot.readings.place import Place
from tests.testing.seeded import Seeded, altered, limited, methods, reading, streams, without_merges


class ByToken(ObjectReading):
    """A search walked by its page token, which ends at ten thousand rows."""

    def searching(self, here: Place, names: Any) -> sdk.Ask:
        ask = super().searching(msgspec.structs.replace(here, after=None), names)
        return msgspec.structs.replace(ask, json={**ask.json, "after": here.after or "0"})

    def after_search(self, here: Place, found: Page) -> Place:
        return here.at("search", found.after) if found.after else here.at("archived")


class ByTime(ObjectReading):
    """A search walked by the time of change: what shares the last second of a page is behind it."""

    def searching(self, here: Place, names: Any) -> sdk.Ask:
        ask = super().searching(msgspec.structs.replace(here, after=None), names)
        filters = [*ask.json["filterGroups"][0]["filters"]]
        if here.after:
            filters[0] = {"propertyName": self.kind.modified, "operator": "GT", "value": here.after}
        sorts = [{"propertyName": self.kind.modified, "direction": "ASCENDING"}]
        return msgspec.structs.replace(ask, json={**ask.json, "filterGroups": [{"filters": filters}], "sorts": sorts})

    def after_search(self, here: Place, found: Page) -> Place:
        if not found.rows or found.after is None:
            return here.at("archived")
        last = msgspec.json.decode(found.rows[-1].raw)["properties"][self.kind.modified]
        at = sdk.instant(last)
        assert at is not None
        return here.at("search", milliseconds(at))


def of(kind: type[ObjectReading]) -> Any:
    """The good reading as one of that kind."""
    return lambda good: kind(good.paths, good.kind, good.lookback, good.custom_properties)


def living_only(turn: sdk.Turn, _ask: sdk.Ask) -> sdk.Turn:
    """The archived list is read and forgotten."""
    records = [record for record in turn.records if record.deleted is None]
    return msgspec.structs.replace(turn, records=records, whole=False)


def trial_with_the_token(self: Any) -> sdk.Ask:
    """The connection check with the token in its URL."""
    secret = self.settings.access_token.get_secret_value()
    return sdk.Ask(path="/account-info/v3/details", params=(("hapikey", secret),))


PEOPLE = ("companies", "contacts")

PORTAL = (
    Seeded(
        connector="hubspot",
        name="a search is paged by its token",
        costs="of more than 10,000 changes the rest is refused, for ever",
        promise="keeps_ties_across_pages",
        complaint=2,
        change=reading(of(ByToken), *PEOPLE),
    ),
    Seeded(
        connector="hubspot",
        name="a search is paged by the time of change",
        costs="of what an import changed in one second, all but a page is lost",
        promise="keeps_ties_across_pages",
        complaint=7,
        change=reading(of(ByTime), *PEOPLE),
    ),
    Seeded(
        connector="hubspot",
        name="a search does not look back",
        costs="what the index shows late is never read",
        promise="catches_late_records",
        complaint=7,
        change=reading(lambda good: replace(good, lookback=timedelta(0)), *PEOPLE),
    ),
    Seeded(
        connector="hubspot",
        name="archived records are not read",
        costs="archived contacts live on",
        promise="follows_deletes",
        complaint=4,
        change=altered(*PEOPLE, turned=living_only),
    ),
    Seeded(
        connector="hubspot",
        name="merges are not mapped",
        costs="a merged company is a lost one: its history has no heir",
        promise="follows_merges",
        complaint=4,
        change=streams(without_merges, *PEOPLE),
    ),
    Seeded(
        connector="hubspot",
        name="searches are not told apart from other requests",
        costs="they run into 429 all the time",
        promise="keeps_to_the_limits",
        complaint=6,
        change=limited(sdk.Limit(100, 10.0, burst=10)),
    ),
    Seeded(
        connector="hubspot",
        name="ten times the plan's rate is declared",
        costs="the portal's other applications are refused too",
        promise="keeps_to_the_limits",
        complaint=6,
        change=limited(sdk.Limit(1_900, 10.0), sdk.Limit(5, 1.0, family="search")),
    ),
    Seeded(
        connector="hubspot",
        name="every property is asked for in one URL",
        costs="a portal with hundreds of properties is refused with 414",
        promise="fits_many_fields_into_a_url",
        complaint=9,
        patches=(
            ("kizuna_hubspot.readings.objects.LIST_PROPERTIES_CHARACTERS", 10**9),
            ("kizuna_hubspot.readings.objects.PROPERTIES_AT_ONCE", 10**9),
        ),
    ),
    Seeded(
        connector="hubspot",
        name="the token is sent in a URL",
        costs="it stands in the log of every proxy on the way",
        promise="keeps_secrets_out_of_logs",
        complaint=10,
        change=methods(trial=trial_with_the_token),
    ),
)
