"""The objects API: list, get, batch read, search, and the writes that change what others read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.sandbox import searching
from kizuna_hubspot.sandbox.asking import body_of, inputs, kind_of, limit, parts, shape, truth, word
from kizuna_hubspot.sandbox.definitions import property_names, target_of
from kizuna_hubspot.sandbox.forms import crm_object, iso
from kizuna_hubspot.sandbox.refusals import JSON, Refusal, answer, not_found
from kizuna_hubspot.sandbox.rendering import page, rendered

LISTED_A_PAGE = 100
WITH_HISTORY_A_PAGE = 50
FOUND_A_PAGE = 200
READ_AT_ONCE = 100
CREATED_FROM = 500_000_000_000
ARCHIVED_FOR = timedelta(days=90)


def numeric(record: StoredRecord) -> int:
    return int(record.id)


class Objects:
    """The readers' side, one handler a route."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state

    async def listing(self, request: Request) -> Response:
        """A page by id: the living records, or the archived ones of the last 90 days."""
        kind = kind_of(request)
        most = WITH_HISTORY_A_PAGE if parts(request, "propertiesWithHistory") else LISTED_A_PAGE
        size = limit(request.query_params.get("limit"), most, 10)
        wanted = shape(kind, parts(request, "properties"), parts(request, "associations"))
        archived = truth(request, "archived")
        with self.state.lock:
            rows = self.shown(kind, archived=archived)
            begin = bisect_right(rows, token(request), key=numeric)
            found = rows[begin : begin + size]
            after = found[-1].id if begin + size < len(rows) else None
            encoded = page([rendered(self.state, record, wanted) for record in found], after)
        return Response(encoded, media_type=JSON)

    def shown(self, kind: Kind, *, archived: bool) -> list[StoredRecord]:
        """The records a list goes through, by id. Those merged away or erased are in neither list."""
        collection = self.state.stream(kind.name)
        kept = self.state.memory.setdefault("shown", {})
        oldest = self.state.now() - ARCHIVED_FOR
        stamp = (collection.revision, oldest if archived else None)
        found = kept.get((kind.name, archived))
        if found is None or found[0] != stamp:
            erased = self.state.memory.get("erased", ())
            rows = [
                record
                for record in collection.ordered("id", numeric)
                if (
                    record.deleted_at is not None
                    and record.deleted_at >= oldest
                    and record.merged_into is None
                    and (kind.name, record.id) not in erased
                    if archived
                    else record.live
                )
            ]
            found = (stamp, rows)
            kept[(kind.name, archived)] = found
        made: list[StoredRecord] = found[1]
        return made

    async def get(self, request: Request) -> Response:
        """One record; the id of one that was merged away gives the one it became."""
        kind = kind_of(request)
        wanted = shape(kind, parts(request, "properties"), parts(request, "associations"))
        with self.state.lock:
            record = self.found(kind, request.path_params["id"], request.query_params.get("idProperty"))
            if record is None or record.live == truth(request, "archived"):
                raise not_found()
            return Response(rendered(self.state, record, wanted), media_type=JSON)

    def found(self, kind: Kind, key: str, property_name: str | None = None) -> StoredRecord | None:
        """The record with that id (or unique property), followed through merges."""
        if property_name and property_name != "hs_object_id":
            rows = (row for row in self.state.stream(kind.name) if row.live)
            return next((row for row in rows if row.payload["properties"].get(property_name) == key), None)
        record = self.state.find(kind.name, key)
        while record is not None and record.merged_into is not None:
            record = self.state.find(kind.name, record.merged_into)
        erased = self.state.memory.get("erased", ())
        return None if record is None or (kind.name, record.id) in erased else record

    async def batch_read(self, request: Request) -> Response:
        """Up to a hundred records; ids that are not there are named beside the others, with status 207."""
        kind, body = kind_of(request), await body_of(request)
        most = WITH_HISTORY_A_PAGE if body.get("propertiesWithHistory") else READ_AT_ONCE
        keys = [word(each.get("id")) for each in inputs(body, most)]
        wanted = shape(kind, body.get("properties"))
        began = iso(self.state.now())
        with self.state.lock:
            pairs = [(key, self.found(kind, key, body.get("idProperty"))) for key in keys]
            rows = [rendered(self.state, found, wanted) for _, found in pairs if found is not None and found.live]
        missing = [key for key, found in pairs if found is None or not found.live]
        encoded = page(rows, None)[:-1] + b',"status":"COMPLETE","startedAt":"%b","completedAt":"%b"' % (
            began.encode(),
            began.encode(),
        )
        if not missing:
            return Response(encoded + b"}", media_type=JSON)
        fault = {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": f"Could not get some {kind.name}, they may be deleted or not exist. Check that ids are valid.",
            "context": {"ids": missing},
        }
        errors = answer([fault]).body
        return Response(encoded + b',"numErrors":1,"errors":' + bytes(errors) + b"}", 207, media_type=JSON)

    async def search(self, request: Request) -> Response:
        """A page of a search: at most 200 rows, never beyond the ten-thousandth, never archived ones."""
        kind, body = kind_of(request), await body_of(request)
        if len(await request.body()) > searching.MOST_CHARACTERS:
            raise Refusal(400, f"The request body is longer than {searching.MOST_CHARACTERS} characters")
        size = limit(body.get("limit"), FOUND_A_PAGE, 10)
        begin = int(body.get("after") or 0)
        if begin + size > searching.MOST_ROWS:
            raise Refusal(400, f"Search results cannot be paged beyond {searching.MOST_ROWS}")
        wanted = shape(kind, body.get("properties"))
        with self.state.lock:
            seen = searching.found(self.state, kind, body)
            rows = [rendered(self.state, record, wanted, version) for record, version in seen[begin : begin + size]]
        after = str(begin + size) if begin + size < len(seen) else None
        return Response(page(rows, after, len(seen)), media_type=JSON)


def token(request: Request) -> int:
    """Where a list goes on; refused when it is none of ours."""
    after = request.query_params.get("after") or "0"
    if not after.isdigit():
        raise Refusal(400, f"Invalid after token: {after}")
    return int(after)


class Writes:
    """The writers' side: what changes here is seen by readers."""

    def __init__(self, objects: Objects) -> None:
        self.objects, self.state = objects, objects.state

    def there(self, request: Request) -> tuple[Kind, StoredRecord]:
        kind = kind_of(request)
        record = self.objects.found(kind, request.path_params["id"])
        if record is None or not record.live:
            raise not_found()
        return kind, record

    async def create(self, request: Request) -> Response:
        """A new record with these properties and associations; what an association means follows from its type id."""
        kind, body = kind_of(request), await body_of(request)
        around: dict[str, list[str]] = {}
        for each in body.get("associations") or ():
            for found in each.get("types") or ():
                to = target_of(kind.name, found.get("associationTypeId"))
                if to is None:
                    raise Refusal(400, f"No association type exists with id {found.get('associationTypeId')}")
                around.setdefault(to, []).append(word((each.get("to") or {}).get("id")))
        with self.state.lock:
            record = self.made(kind, body.get("properties") or {}, around)
            return Response(rendered(self.state, record, shape(kind, list(property_names(kind)))), 201, media_type=JSON)

    def made(self, kind: Kind, properties: Mapping[str, Any], around: Mapping[str, Sequence[str]]) -> StoredRecord:
        """The record, with an id beyond all others of its kind."""
        now = self.state.now()
        largest = max((int(record.id) for record in self.state.stream(kind.name)), default=CREATED_FROM)
        return self.state.put(
            crm_object(kind.name, str(largest + 1), properties, created_at=now, updated_at=now, associations=around)
        )

    async def update(self, request: Request) -> Response:
        """Properties set, as a new version."""
        given = (await body_of(request)).get("properties") or {}
        with self.state.lock:
            kind, record = self.there(request)
            now = iso(self.state.now())
            properties = {
                **record.payload["properties"],
                **{k: None if v is None else str(v) for k, v in given.items()},
            }
            properties[kind.modified] = now
            self.state.rewrite(kind.name, record.id, properties=properties, updatedAt=now)
            return Response(rendered(self.state, record, shape(kind, list(given))), media_type=JSON)

    async def archive(self, request: Request) -> Response:
        """Archived: gone from lists and searches, shown with ``archived=true`` for 90 days."""
        kind = kind_of(request)
        record = self.objects.found(kind, request.path_params["id"])
        if record is not None:
            self.state.remove(kind.name, record.id)
        return Response(status_code=204)

    def restore(self, kind: Kind, source_id: str) -> None:
        """Back from the archive with its id, as people do it in the recycling bin; no time of modification moves."""
        with self.state.lock:
            record = self.state.find(kind.name, source_id)
            if record is None or record.live:
                raise not_found()
            record.deleted_at = None
            self.state.stream(kind.name).revision += 1

    async def erase(self, request: Request) -> Response:
        """Erased for good: in no list any more."""
        kind, body = kind_of(request), await body_of(request)
        with self.state.lock:
            record = self.objects.found(kind, word(body.get("objectId")), body.get("idProperty"))
            if record is None:
                raise not_found()
            self.state.memory.setdefault("erased", set()).add((kind.name, record.id))
            self.state.remove(kind.name, record.id)
            self.state.stream(kind.name).revision += 1
        return Response(status_code=204)

    async def merge(self, request: Request) -> Response:
        """Two records made one: the winner of companies and contacts, a new record of deals and tickets."""
        kind, body = kind_of(request), await body_of(request)
        if kind.name not in (*_MERGED_AS, *_MERGED_ANEW):
            raise Refusal(400, f"Merging {kind.name} is not supported")
        with self.state.lock:
            pair = [self.objects.found(kind, word(body.get(name))) for name in ("primaryObjectId", "objectIdToMerge")]
            winner, loser = pair
            if winner is None or loser is None or not winner.live or not loser.live or winner.id == loser.id:
                raise not_found()
            if kind.name in _MERGED_AS:
                self.state.merge(_MERGED_AS[kind.name], winner.id, loser.id)
            else:
                winner = self.united(kind, winner, loser)
            return Response(rendered(self.state, winner, shape(kind, None)), media_type=JSON)

    def united(self, kind: Kind, winner: StoredRecord, loser: StoredRecord) -> StoredRecord:
        """A new record in place of both, with the winner's values and the associations of either."""
        of_winner, of_loser = (record.payload["associations"] for record in (winner, loser))
        around = {
            to: list(dict.fromkeys((*of_winner.get(to, ()), *of_loser.get(to, ())))) for to in {**of_winner, **of_loser}
        }
        made = self.made(kind, winner.payload["properties"], around)
        for record in (winner, loser):
            self.state.absorb(kind.name, made.id, record.id)
        return made


_MERGED_AS: dict[str, Any] = {"companies": "account", "contacts": "person"}
_MERGED_ANEW = ("deals", "tickets")
