"""The associations API (v4): batch read with 207, the associations of one record, labels."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kizuna.sandbox import SandboxState
from kizuna_hubspot.sandbox.asking import body_of, inputs, kind_of, limit, word
from kizuna_hubspot.sandbox.definitions import association_types, singular
from kizuna_hubspot.sandbox.forms import iso
from kizuna_hubspot.sandbox.refusals import answer
from kizuna_hubspot.sandbox.rendering import targets

ASKED_AT_ONCE = 1000
TARGETS_A_PAGE = 500


class Associations:
    def __init__(self, state: SandboxState) -> None:
        self.state = state

    async def batch_read(self, request: Request) -> Response:
        """What each id is associated with; one without any is an error in a 207, which is no failure."""
        origin, to = kind_of(request, "origin").name, kind_of(request, "to").name
        asked = inputs(await body_of(request), ASKED_AT_ONCE)
        began = iso(self.state.now())
        results, errors = [], []
        with self.state.lock:
            for each in asked:
                key = word(each.get("id"))
                if failing(self.state, key):
                    errors.append(failed(origin, key))
                    continue
                found, after = self.slice(origin, key, to, word(each.get("after")), TARGETS_A_PAGE)
                if not found:
                    errors.append(nothing(origin, to, key))
                    continue
                result: dict[str, Any] = {"from": {"id": key}, "to": found}
                if after is not None:
                    result["paging"] = {"next": {"after": after, "link": "https://api.hubapi.com/"}}
                results.append(result)
        body = {"completedAt": began, "status": "COMPLETE", "startedAt": began, "results": results}
        if not errors:
            return answer(body)
        return answer({**body, "errors": errors, "numErrors": len(errors)}, 207)

    async def of_record(self, request: Request) -> Response:
        """The associations of one record, a page at a time."""
        origin, to = kind_of(request).name, kind_of(request, "to").name
        size = limit(request.query_params.get("limit"), TARGETS_A_PAGE, TARGETS_A_PAGE)
        with self.state.lock:
            found, after = self.slice(
                origin, request.path_params["id"], to, request.query_params.get("after", ""), size
            )
        body: dict[str, Any] = {"results": found}
        if after is not None:
            body["paging"] = {"next": {"after": after, "link": "https://api.hubapi.com/"}}
        return answer(body)

    async def labels(self, request: Request) -> Response:
        origin, to = kind_of(request, "origin").name, kind_of(request, "to").name
        return answer({"results": list(association_types(origin, to, primary=True))})

    def slice(self, origin: str, key: str, to: str, after: str, size: int) -> tuple[list[dict[str, Any]], str | None]:
        """Targets from behind the one named ``after``, and the token of the next page. Ids are numbers on this wire."""
        ids = targets(self.state, origin, key, to)
        begin = ids.index(after) + 1 if after in ids else 0
        taken = ids[begin : begin + size]
        found = [
            {
                "toObjectId": int(target),
                "associationTypes": list(association_types(origin, to, primary=begin + place == 0)),
            }
            for place, target in enumerate(taken)
        ]
        return found, taken[-1] if begin + size < len(ids) else None


def refuse(state: SandboxState, key: str, times: int) -> None:
    """From now on the batch read answers so often that it cannot tell this record's associations."""
    state.memory.setdefault("refusing", {})[key] = times


def failing(state: SandboxState, key: str) -> bool:
    """Whether this read of the record's associations fails."""
    refusing: dict[str, int] = state.memory.setdefault("refusing", {})
    left = refusing.get(key, 0)
    refusing[key] = left - 1
    return left > 0


def failed(origin: str, key: str) -> dict[str, Any]:
    """The entry for an id that could not be answered: the others of the batch are."""
    return {
        "status": "error",
        "category": "INTERNAL_ERROR",
        "message": "internal error",
        "context": {"fromObjectId": [key], "fromObjectType": [singular(origin)]},
    }


def nothing(origin: str, to: str, key: str) -> dict[str, Any]:
    """The entry for an id that has no association of the kind."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {singular(to)} is associated with {singular(origin)} {key}.",
        "context": {"fromObjectId": [key], "fromObjectType": [singular(origin)], "toObjectType": [singular(to)]},
    }
