"""GraphQL over HTTP: what a request says, or why it is refused before anything is read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request

DRAINED_MOST_BYTES = 1_000_000
"""So much of a body that is too large is read and dropped: who is still sending would not hear the answer."""
JSON_TYPES = ("application/json", "application/graphql-response+json")


class Refused(Exception):
    """The request is none that can be answered; ``status`` and ``code`` say of which sort."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, dict(headers or {})


class Asked(msgspec.Struct):
    """A GraphQL request as it is sent."""

    query: str | None = None
    documentId: str | None = None  # noqa: N815 - the protocol's spelling
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815 - the protocol's spelling
    extensions: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by the document or by its name; by GET nothing may be changed."""

    query: str | None
    document_id: str | None
    variables: Mapping[str, Any]
    operation_name: str | None
    queries_only: bool


_ASKED = msgspec.json.Decoder(Asked)
_VARIABLES = msgspec.json.Decoder(dict[str, Any])


async def question(request: Request, most_bytes: int) -> Question:
    """What is asked. Raises Refused."""
    if request.method == "GET":
        return _from_url(request, most_bytes)
    if request.method != "POST":
        raise Refused(405, "METHOD_NOT_ALLOWED", "Ask by POST, or by GET.", {"allow": "GET, POST"})
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    # A page of another site can send forms and plain text without being asked, but not this.
    if kind != "application/json":
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.")
    body = await body_of(request, most_bytes)
    if body.lstrip()[:1] == b"[":
        raise Refused(400, "BATCHING_OFF", "Send one request at a time; batches are not taken.")
    try:
        asked = _ASKED.decode(body)
    except msgspec.ValidationError as error:
        raise Refused(400, "BAD_REQUEST", f"The request has the wrong form: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "BAD_REQUEST", "The request is not valid JSON, or nested too deeply.") from error
    if asked.query is None and asked.documentId is None:
        raise Refused(400, "BAD_REQUEST", "The request has no document; send it as `query`, or its `documentId`.")
    return Question(asked.query, asked.documentId, asked.variables or {}, asked.operationName, queries_only=False)


def _from_url(request: Request, most_bytes: int) -> Question:
    if len(request.scope.get("query_string", b"")) > most_bytes:
        raise Refused(414, "TOO_LARGE", f"The request is too large; at most {most_bytes} bytes are taken.")
    query, document_id = (request.query_params.get(name) or None for name in ("query", "documentId"))
    if query is None and document_id is None:
        raise Refused(400, "BAD_REQUEST", "The request has no document; send it as `query`, or its `documentId`.")
    try:
        variables = _VARIABLES.decode(request.query_params.get("variables") or "{}")
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused(400, "BAD_REQUEST", "`variables` must be a JSON object.") from error
    name = request.query_params.get("operationName") or None
    return Question(query, document_id, variables, name, queries_only=True)


async def body_of(request: Request, most_bytes: int) -> bytes:
    """The body, kept no further than it may be long. Raises Refused when it is longer."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= most_bytes:
            parts.append(part)
        elif size > DRAINED_MOST_BYTES:
            break
    if size > most_bytes:
        told = f"The request is too large; at most {most_bytes} bytes are taken."
        raise Refused(413, "TOO_LARGE", told, {"connection": "close"})
    return b"".join(parts)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page to look at."""
    return (
        request.method == "GET"
        and not {"query", "documentId"} & request.query_params.keys()
        and "text/html" in request.headers.get("accept", "")
    )


def answers_as(request: Request) -> str:
    """The media type to answer in."""
    accepted = request.headers.get("accept", "")
    return JSON_TYPES[1] if JSON_TYPES[1] in accepted else JSON_TYPES[0]
