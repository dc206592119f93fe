"""The GraphQL endpoint: refuse what cannot be answered, answer the rest in a bounded number of worker threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response

from kizuna import log
from kizuna.config import Settings
from kizuna.graphql import Caller, Engine, Request
from kizuna.storage.versions import Versions
from kizuna.web import explorer
from kizuna.web.callers import Callers
from kizuna.web.metered import retry_after_s
from kizuna.web.persisted import Persisted
from kizuna.web.requests import Question, Refused, answers_as, question, wants_page
from kizuna.web.tags import HEADERS, Tags, is_among

T = TypeVar("T")
_log = log.named(__name__)
_ENCODE = msgspec.json.Encoder()
GRACE_S = 1.0
"""How much longer than a request may take the endpoint waits for it to notice."""


class Workers:
    """A bounded number of threads in which the database may be asked."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="kizuna-api")
        self._aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kizuna-api-aside")

    async def run(self, work: Callable[[], T], within_s: float) -> T:
        """What the work gives. Raises TimeoutError when it takes longer; the thread ends by its own deadline."""
        return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._pool, work), within_s)

    def aside(self, work: Callable[[], None]) -> None:
        """Work that nobody waits for; when it fails the log says so."""
        self._aside.submit(_quietly, work)

    def close(self) -> None:
        """No more work is taken; what runs, and what is to be written still, is waited for."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._aside.shutdown(wait=True)


def _quietly(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - a border: nobody waits for this
        _log.warning("what was to be written after an answer was not", error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back, and to whom; under a ``tag`` the caller may keep it, ``unchanged`` is what they have kept."""

    caller: Caller
    body: bytes = b""
    refused: bool = False
    retry_after_s: int | None = None
    tag: str | None = None
    unchanged: bool = False


class GraphQLEndpoint:
    """Answers GET and POST at ``/graphql``; close it at the end."""

    def __init__(self, engine: Engine, callers: Callers, workers: Workers, settings: Settings) -> None:
        self.engine, self.callers, self.workers, self.settings = engine, callers, workers, settings
        self.persisted = Persisted(engine.database, settings)
        self.versions = Versions(engine.database)
        self.tags = Tags(self.versions, engine.api.registry.version)

    def close(self) -> None:
        """What it keeps open given back, once nothing is answered any more."""
        self.workers.close()
        self.versions.close()

    async def __call__(self, request: HTTPRequest) -> Response:
        """The answer to a request."""
        if wants_page(request) and self.settings.introspection:
            return explorer.page()
        media_type = answers_as(request)
        try:
            asked = await self._asked(request)
            answer = await self._answered(request, asked, media_type)
        except Refused as refusal:
            return _refusal(refusal, media_type)
        except ClientDisconnect:  # nobody is there to be told
            return Response(status_code=400)
        self.workers.aside(lambda: self.callers.note_use(answer.caller))
        return _sent(answer, media_type)

    async def _asked(self, request: HTTPRequest) -> Question:
        limits = self.settings.graphql
        try:
            return await asyncio.wait_for(question(request, limits.max_body_bytes), limits.request_timeout_s)
        except TimeoutError as error:
            raise Refused(408, "TIMEOUT", "The request did not arrive in time.", {"connection": "close"}) from error

    async def _answered(self, request: HTTPRequest, asked: Question, media_type: str) -> Answer:
        within_s = self.settings.graphql.request_timeout_s + GRACE_S
        try:
            return await self.workers.run(lambda: self._answer(request, asked, media_type), within_s)
        except TimeoutError as error:
            raise Refused(504, "TIMEOUT", "The request took longer than it may; ask for less at once.") from error

    def _answer(self, http: HTTPRequest, asked: Question, media_type: str) -> Answer:
        """Who asks and the answer as bytes; in a worker thread."""
        caller = self.callers.of(http)
        if caller is None:
            raise Refused(
                401,
                "UNAUTHENTICATED",
                "Send a valid token: `Authorization: Bearer kz_…`; `kizuna token create` makes one.",
                {"www-authenticate": "Bearer"},
            )
        query = self.persisted.text_of(asked.query, asked.document_id)
        # Told before the answer is read: what is written meanwhile then makes the tag too old, and never too new.
        tag = self.tags.of(caller, asked, query, media_type) if asked.queries_only else None
        if tag is not None and is_among(tag, http.headers.get("if-none-match")):
            return Answer(caller, tag=tag, unchanged=True)
        request_id = str(http.scope.get("state", {}).get("request_id", ""))
        response = self.engine.answer(
            Request(
                query,
                asked.variables,
                asked.operation_name,
                caller=caller,
                request_id=request_id,
                queries_only=asked.queries_only,
            )
        )
        if not response.refused and self.persisted.is_new(asked.query, asked.document_id):
            self.workers.aside(lambda: self.persisted.keep(query))
        body = _ENCODE.encode(response.body)
        whole = not response.refused and "errors" not in response.body
        return Answer(caller, body, response.refused, retry_after_s(response), tag if whole else None)


def _sent(answer: Answer, media_type: str) -> Response:
    headers = {"cache-control": "no-store"}
    if answer.tag is not None:
        headers = {"etag": answer.tag, **HEADERS}
    if answer.unchanged:
        return Response(status_code=304, headers=headers)
    if answer.retry_after_s is not None:
        return Response(answer.body, 429, headers | {"retry-after": str(answer.retry_after_s)}, media_type)
    # The newer media type tells by the status that nothing was executed; the older one always says 200.
    status = 400 if answer.refused and media_type != "application/json" else 200
    return Response(answer.body, status, headers, media_type)


def _refusal(refused: Refused, media_type: str) -> Response:
    body = {"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]}
    return Response(_ENCODE.encode(body), refused.status, refused.headers, media_type)
