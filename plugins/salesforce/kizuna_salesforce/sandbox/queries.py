"""``/query`` and ``/queryAll``: SOQL answered in pages behind a locator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState
from kizuna_salesforce.sandbox import matching, schema, soql
from kizuna_salesforce.sandbox.ids import numbered
from kizuna_salesforce.sandbox.matching import Row
from kizuna_salesforce.sandbox.refusals import Refused, no_access, no_object
from kizuna_salesforce.sandbox.shelves import shelf

PAGE_ROWS = 2000
LEAST_PAGE_ROWS = 200
LOCATORS_KEPT = 50
OFFSET_MOST = 2000
JSON = "application/json;charset=UTF-8"
_BY_CHANGE = (soql.Order("SystemModstamp"), soql.Order("Id"))
_BATCH = re.compile(r"batchSize=(\d+)")


@dataclass(frozen=True, slots=True)
class Locator:
    """A result that stands still while it is paged through."""

    id: str
    sobject: str
    fields: tuple[str, ...]
    rows: Sequence[Row]
    page_rows: int


class QueryDesk:
    """Answers queries of one org."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._numbers = count(1)

    async def query(self, request: Request) -> Response:
        """Rows that are neither deleted nor archived."""
        return self._asked(request, everything=False)

    async def query_all(self, request: Request) -> Response:
        """Deleted, merged and archived rows too."""
        return self._asked(request, everything=True)

    async def more(self, request: Request) -> Response:
        """The page of a locator that begins at the row its name ends with."""
        name, _, offset = request.path_params["locator"].rpartition("-")
        kept: dict[str, Locator] = self._state.memory.get("locators", {})
        if name not in kept or not offset.isdigit():
            raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(kept[name], int(offset), request.path_params["version"])

    def _asked(self, request: Request, *, everything: bool) -> Response:
        with self._state.lock:
            query = soql.parse(request.query_params.get("q", ""))
            sobject = readable(self._state, query.sobject)
            if sobject is None:
                raise no_object(query.sobject)
            hidden = hidden_fields(self._state, sobject)
            rows = found(self._state, query, sobject, hidden, everything=everything)
            if query.count:
                return Response(b'{"totalSize":%d,"done":true,"records":[]}' % len(rows), media_type=JSON)
            page_rows = self._page_rows(request)
            locator = Locator(
                numbered("0r8", next(self._numbers)), sobject, _selected(query, sobject, hidden), rows, page_rows
            )
            if len(rows) > page_rows:
                self._keep(locator)
            return self._page(locator, 0, request.path_params["version"])

    def _page_rows(self, request: Request) -> int:
        """Rows on a page: what the caller hints at within Salesforce's bounds; ``memory["page_rows"]`` for small worlds."""
        usual: int = self._state.memory.get("page_rows", PAGE_ROWS)
        wanted = _BATCH.search(request.headers.get("sforce-query-options", ""))
        return min(usual, max(LEAST_PAGE_ROWS, int(wanted[1]))) if wanted else usual

    def _keep(self, locator: Locator) -> None:
        kept: dict[str, Locator] = self._state.memory.setdefault("locators", {})
        kept[locator.id] = locator
        while len(kept) > LOCATORS_KEPT:
            del kept[next(iter(kept))]

    def _page(self, locator: Locator, offset: int, version: str) -> Response:
        end = offset + locator.page_rows
        records = b",".join(encoded(locator, row, version) for row in locator.rows[offset:end])
        done = end >= len(locator.rows)
        following = (
            b""
            if done
            else b'"nextRecordsUrl":"/services/data/%s/query/%s-%d",'
            % (
                version.encode(),
                locator.id.encode(),
                end,
            )
        )
        head = b'{"totalSize":%d,"done":%s,' % (len(locator.rows), b"true" if done else b"false")
        return Response(b"".join((head, following, b'"records":[', records, b"]}")), media_type=JSON)


def encoded(locator: Locator, row: Row, version: str) -> bytes:
    """A row with the fields asked for, as JSON."""
    url = f"/services/data/{version}/sobjects/{locator.sobject}/{row['Id']}"
    shown = {"attributes": {"type": locator.sobject, "url": url}, **{name: row[name] for name in locator.fields}}
    return msgspec.json.encode(shown)


def found(
    state: SandboxState, query: soql.Query, sobject: str, hidden: frozenset[str], *, everything: bool
) -> list[Row]:
    """The rows a query means, in its order."""
    if query.offset > OFFSET_MOST:
        raise Refused(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
    rows: Sequence[Row] = shelf(state, sobject).since(matching.earliest(query.condition))
    if query.condition is not None:
        matches = matching.predicate(query.condition, sobject, hidden)
        rows = [row for row in rows if matches(row)]
    if not everything:
        rows = [row for row in rows if not row.get("IsDeleted") and not row.get("IsArchived")]
    ordered = rows if query.order == _BY_CHANGE else matching.sort(list(rows), query.order, sobject, hidden)
    end = None if query.limit is None else query.offset + query.limit
    return list(ordered[query.offset : end])


def withhold(state: SandboxState, sobject: str, *, openly: bool = False) -> None:
    """From now on the user has no read access to the object: it is as if there were none, or ``openly`` refused."""
    state.memory.setdefault("unreadable", {})[sobject] = openly


def readable(state: SandboxState, word: str) -> str | None:
    """The object of that name, None when there is none for the user. Raises Refused for one that is openly withheld."""
    sobject = schema.named(word)
    openly = state.memory.get("unreadable", {}).get(sobject)
    if openly:
        raise no_access()
    return sobject if openly is None else None


def hidden_fields(state: SandboxState, sobject: str) -> frozenset[str]:
    """Fields of the object that field-level security keeps from the user, or that the org does not have.

    ``memory["one_currency"]`` makes it an org with one currency, whose records name none.
    """
    hidden: dict[str, frozenset[str]] = state.memory.get("hidden_fields", {})
    absent = frozenset({"CurrencyIsoCode"}) if state.memory.get("one_currency") else frozenset()
    return hidden.get(sobject, frozenset()) | absent


def _selected(query: soql.Query, sobject: str, hidden: frozenset[str]) -> tuple[str, ...]:
    """The fields asked for in the org's spelling. Raises Refused for an unknown one and for one named twice."""
    if query.fields and query.fields[0].startswith("FIELDS("):
        group = query.fields[0][7:-1]
        if group != "STANDARD" and (query.limit is None or query.limit > 200):
            raise Refused(400, "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200")
        names = [field.name for field in schema.fields(sobject).values() if field.name not in hidden]
        custom = {"STANDARD": False, "CUSTOM": True}.get(group)
        return tuple(name for name in names if custom is None or name.endswith("__c") is custom)
    own = [name.rpartition(".")[2] if name.lower().startswith(f"{sobject.lower()}.") else name for name in query.fields]
    names = [matching.column(sobject, name, hidden).name for name in own]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise Refused(400, "INVALID_FIELD", f"duplicate field selected: {twice}")
    return tuple(names)
