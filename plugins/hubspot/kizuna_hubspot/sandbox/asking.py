"""What a request asks for: checked as HubSpot checks it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.sandbox.definitions import DEFAULTS, always, kind_named, property_names
from kizuna_hubspot.sandbox.refusals import Refusal

VERSIONS = ("2026-03", "2026-09")


@dataclass(frozen=True, slots=True)
class Shape:
    """How records are to be shown: these properties, associations with these kinds."""

    kind: Kind
    names: tuple[str, ...]
    associations: tuple[str, ...] = ()
    key: str = ""  # the same for the same shape


def kind_of(request: Request, param: str = "kind") -> Kind:
    """The kind of object a path names."""
    word = str(request.path_params[param])
    found = kind_named(word)
    if found is None:
        raise Refusal(400, f"Unable to infer object type from: {word}", None)
    return found


def shape(kind: Kind, names: list[str] | None, associations: list[str] | None = None) -> Shape:
    """The shape asked for; unknown properties are left out without a word, as HubSpot does."""
    wanted = {*(names or DEFAULTS.get(kind.name, ())), *always(kind)}
    known = tuple(name for name in property_names(kind) if name in wanted)
    kinds = [kind_named(word) for word in associations or ()]
    around = tuple(dict.fromkeys(found.name for found in kinds if found is not None))
    return Shape(kind, known, around, key="/".join((kind.name, *around, *known)))


def parts(request: Request, param: str) -> list[str]:
    """A list parameter: repeated, joined by commas, or both."""
    return [part for value in request.query_params.getlist(param) for part in value.split(",") if part]


def truth(request: Request, param: str) -> bool:
    """A boolean parameter; clients write ``false`` and ``False``."""
    return request.query_params.get(param, "false").lower() == "true"


def limit(value: Any, most: int, usual: int) -> int:
    """The size of a page. Refused outside 1 to ``most``."""
    try:
        found = usual if value in (None, "") else int(value)
    except (TypeError, ValueError) as error:
        raise Refusal(400, f"Invalid limit: {value}") from error
    if not 1 <= found <= most:
        raise Refusal(400, f"Invalid limit: {found} is not between 1 and {most}")
    return found


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body."""
    try:
        found = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise Refusal(400, "Invalid input JSON on line 1, column 1", "VALIDATION_ERROR") from error
    if not isinstance(found, dict):
        raise Refusal(400, "Invalid input JSON: an object is expected")
    return found


def inputs(body: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """The inputs of a batch."""
    found = body.get("inputs")
    if not isinstance(found, list) or not found:
        raise Refusal(400, "Some required fields were not set: [inputs]")
    if len(found) > most:
        raise Refusal(400, f"The maximum number of inputs supported in a batch request for objects is {most}")
    return found


def word(value: Any) -> str:
    return "" if value is None else str(value)
