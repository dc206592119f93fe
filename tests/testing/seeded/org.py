"""Mistakes in reading Salesforce."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from kizuna import sdk
from kizuna_salesforce.auth import InstanceToken
from kizuna_salesforce.marks import Place
from kizuna_salesforce.readings import Keyset
from kizuna_salesforce.soql import moment
from tests.testing.seeded import Seeded, having, methods, reading, streams, without_merges


class LivingOnly(Keyset):
    """Asks ``query``, which shows neither deleted nor merged rows."""

    def query(self, question: str) -> sdk.Ask:
        return self.get("query", q=question)


def of(kind: type[Keyset]) -> Any:
    """The good reading as one of that kind."""
    return lambda good: kind(**{name: getattr(good, name) for name in Keyset.__dataclass_fields__} | {"purges": False})


def behind_the_second(cursor: str, at: datetime, _last_id: str) -> str:
    """Rows behind the position, ties left out."""
    return f"{cursor} > {moment(at)}"


def done_with(self: Keyset, place: Place) -> sdk.Turn:
    """A bulk job that came to nothing ends the pass."""
    done = self.finished(place, (), sdk.Answer(status=200, body=b"", headers={}, asked_at=place.now))
    done.whole = False
    return done


class OneToken(InstanceToken):
    """A session that is fetched once, and never again."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if self._token is None:
            async for step in self._fetch(None):
                response = yield step
                await response.aread()
                await self._keep(response)
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def one_token(self: Any) -> sdk.Auth:
    """The session of a first sign-in."""
    form: dict[str, sdk.SecretStr | str] = {"grant_type": "client_credentials", "client_id": self.settings.client_id}
    return OneToken(self.base_url(), {**form, "client_secret": self.settings.client_secret}, pinned=False)


ORG = (
    Seeded(
        connector="salesforce",
        name="deleted rows are not asked for, in queries or by id",
        costs="deleted accounts live on",
        promise="follows_deletes",
        complaint=4,
        change=lambda good: having(sweep=False)(reading(of(LivingOnly))(good)),
    ),
    Seeded(
        connector="salesforce",
        name="merges are not mapped",
        costs="a merged contact is a lost one: its history has no heir",
        promise="follows_merges",
        complaint=4,
        change=streams(without_merges),
    ),
    Seeded(
        connector="salesforce",
        name="a walk goes on behind its last second",
        costs="of what a data load wrote in one second, a page is all there is after a crash",
        promise="keeps_ties_across_pages",
        complaint=7,
        patches=(("kizuna_salesforce.soql.beyond", behind_the_second),),
    ),
    Seeded(
        connector="salesforce",
        name="changes are asked for without looking back",
        costs="a transaction that commits late is never read",
        promise="catches_late_records",
        complaint=7,
        change=reading(lambda good: replace(good, lookback=timedelta(0))),
    ),
    Seeded(
        connector="salesforce",
        name="a bulk job that is refused ends the pass",
        costs="a first load stops at its first page, and says that it is complete",
        promise="follows_changes",
        complaint=8,
        patches=(("kizuna_salesforce.bulk.given_up", done_with),),
        conditions="bulk jobs are refused",
    ),
    Seeded(
        connector="salesforce",
        name="every field is asked for in one query",
        costs="an org with hundreds of fields is refused with 414",
        promise="fits_many_fields_into_a_url",
        complaint=9,
        patches=(("kizuna_salesforce.fields.NAMES_BYTES_MOST", 10**9),),
    ),
    Seeded(
        connector="salesforce",
        name="a session that expires is not renewed",
        costs="a long first load dies, again and again",
        promise="renews_a_token_in_mid_page",
        complaint=10,
        change=methods(auth=one_token),
    ),
)
