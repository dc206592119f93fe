"""Answering a request: read, count, validate, execute, and tell errors so that nothing internal leaks."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeGuard, cast

from graphql import ExecutionResult, GraphQLError, OperationType
from graphql import execute as run
from graphql.execution.values import VariableValues, get_variable_values
from sqlalchemy.exc import DataError, DBAPIError

from kizuna import log
from kizuna.access.namable import Namable
from kizuna.access.vault import Vault
from kizuna.config import Settings
from kizuna.derive import Deriver
from kizuna.errors import KizunaError
from kizuna.graphql import behind, errors, limits
from kizuna.graphql.context import LOCAL, READ, Caller, Context, QueueSync
from kizuna.graphql.documents import Document, Documents
from kizuna.graphql.errors import Aborted, TooLate, UserError
from kizuna.graphql.permissions import looked_through
from kizuna.graphql.schema import API, build
from kizuna.graphql.selection import Selection
from kizuna.plugins import Plugins
from kizuna.sdk.outbound import Outbound
from kizuna.storage.answers import patience
from kizuna.storage.database import Database
from kizuna.sync.run import Syncer

_log = log.named(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller asks."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    caller: Caller = LOCAL
    request_id: str = ""
    queries_only: bool = False  # asked by GET, which must change nothing


@dataclass(frozen=True, slots=True)
class Response:
    """The answer; ``refused`` when nothing was executed."""

    body: dict[str, Any]
    refused: bool = False


class Engine:
    """Answers requests over one database; safe to use from many threads."""

    def __init__(
        self, database: Database, plugins: Plugins, settings: Settings, queue_sync: QueueSync | None = None
    ) -> None:
        self.database, self.plugins, self.settings = database, plugins, settings
        self.outbound, self.vault = Outbound.of(settings), Vault(database, settings.vault_key)
        self.namable = Namable.of(settings)
        self.api: API = build(plugins)
        self.documents = Documents(self.api.core, settings)
        self.queue_sync = queue_sync or self._queue

    def answer(self, request: Request) -> Response:
        """The answer to a request; never raises."""
        request_id = request.request_id or new_request_id()
        told: dict[str, Any] = {}
        try:
            return self._answer(request, request_id, told)
        except UserError as error:
            shown = errors.shown(GraphQLError(str(error), original_error=error), request_id, error.code)
            return Response(_body(None, [shown], told), refused=True)
        except Exception as error:  # noqa: BLE001 - a border: whatever went wrong, the caller gets an id and the log the reason
            _without_values(error)
            _log.error("a request failed", error, request_id=request_id)
            shown = errors.shown(GraphQLError("", original_error=error), request_id, errors.INTERNAL)
            return Response(_body(None, [shown], told), refused=True)

    def _answer(self, request: Request, request_id: str, told: dict[str, Any]) -> Response:
        deadline_s = time.monotonic() + self.settings.graphql.request_timeout_s
        document = self.documents.parsed(request.query)
        if document.malformed:
            return self._refused(document, request_id, errors.MALFORMED)
        self._count(document, request, told)
        document = self.documents.validated(request.query, document)
        if document.errors:
            return self._refused(document, request_id, errors.INVALID)
        operation = document.operation(request.operation_name)
        changes = operation.operation is OperationType.MUTATION
        if changes and request.queries_only:
            raise UserError("A GET request may only ask; send changes by POST.")
        variables = get_variable_values(
            self.api.core, operation.variable_definitions or (), dict(request.variables), hide_suggestions=self._hides
        )
        if isinstance(variables, list):
            shown = [errors.shown(error, request_id, errors.BAD_INPUT) for error in variables]
            return Response(_body(None, shown, told), refused=True)
        context = self._context(request, request_id, document, variables, deadline_s)
        context.require(READ)
        context.masked = looked_through(context.sight, context.selection, operation)
        return self._executed(request, context, document, told, changes=changes)

    @property
    def _hides(self) -> bool:
        return self.settings.mode == "production"

    def _count(self, document: Document, request: Request, told: dict[str, Any]) -> None:
        allowed = self.settings.graphql
        counted = document.count(self.api.core, request.operation_name, request.variables, allowed)
        told["cost"] = {"requested": counted.cost, "limit": allowed.max_cost}
        limits.check(counted, allowed)

    def _context(
        self, request: Request, request_id: str, document: Document, variables: VariableValues, deadline_s: float
    ) -> Context:
        return Context(
            database=self.database,
            plugins=self.plugins,
            outbound=self.outbound,
            namable=self.namable,
            vault=self.vault,
            limits=self.settings.graphql,
            registry=self.api.registry,
            selection=Selection(
                self.api.core, document.fragments, variables, self.api.registry.sight(request.caller.labels)
            ),
            caller=request.caller,
            request_id=request_id,
            queue_sync=self.queue_sync,
            deadline_s=deadline_s,
            answer_bytes=self.settings.sync.answer_bytes,
            zone=self.settings.zone,
            behind=behind,
        )

    def _executed(
        self, request: Request, context: Context, document: Document, told: dict[str, Any], *, changes: bool
    ) -> Response:
        assert document.node is not None
        with nullcontext() if changes else context.reading():
            result = run(
                self.api.core,
                document.node,
                context_value=context,
                variable_values=dict(request.variables),
                operation_name=request.operation_name,
                is_awaitable=_never,
                hide_suggestions=self._hides,
            )
        result = cast("ExecutionResult", result)
        if context.masked.found:
            told["masked"] = context.masked.told()
        return Response(_body(result.data, [self._told(error, context) for error in result.errors or ()], told))

    def _told(self, error: GraphQLError, context: Context) -> dict[str, Any]:
        original = error.original_error
        known = _known(original)
        if known is not None:
            error = GraphQLError(str(known), error.nodes, path=error.path, original_error=known)
        elif errors.is_fault(error):
            _without_values(original)
            _log.error("a field failed", original, request_id=context.request_id)
        return errors.shown(error, context.request_id, errors.BAD_INPUT)

    def _refused(self, document: Document, request_id: str, code: str) -> Response:
        shown = [errors.shown(error, request_id, code) for error in document.errors]
        return Response({"errors": shown}, refused=True)

    def _queue(self, name: str, full: bool, streams: Collection[str]) -> str:
        syncer = Syncer(self.database, self.plugins, Deriver(self.database), outbound=self.outbound, vault=self.vault)
        try:
            return syncer.queue(name, full=full, streams=streams, trigger="api")
        finally:
            syncer.close()


def new_request_id() -> str:
    """An id by which a request is found in the log."""
    return f"req_{uuid.uuid4().hex[:20]}"


def execute(
    database: Database,
    plugins: Plugins,
    query: str,
    variables: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    *,
    operation_name: str | None = None,
    caller: Caller = LOCAL,
    queue_sync: QueueSync | None = None,
) -> dict[str, Any]:
    """The answer to one query in this process: ``{"data": …, "errors": […], "extensions": …}``."""
    engine = Engine(database, plugins, settings or Settings(), queue_sync)
    return engine.answer(Request(query, variables or {}, operation_name, caller)).body


def sdl(plugins: Plugins | None = None) -> str:
    """The schema as text, with the fields of these plugins."""
    return build(plugins).sdl


def _body(data: Any, shown: list[dict[str, Any]], told: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"data": data} if data is not None or not shown else {}
    if not body and shown:
        body = {"data": None}
    if shown:
        body["errors"] = shown
    if told:
        body["extensions"] = dict(told)
    return body


def _known(error: BaseException | None) -> UserError | None:
    """The error in words for the caller, when it is not our fault."""
    if isinstance(error, DBAPIError) and patience.ran_out(error):
        return TooLate("A question to the database took longer than it may; ask for less at once.")
    if isinstance(error, DBAPIError) and patience.is_aborted(error):
        return Aborted("An earlier part of this request failed, and this part with it.")
    if isinstance(error, DataError | UnicodeEncodeError | OverflowError):
        return UserError("A value holds characters or a size that no database can hold; leave them out.")
    if isinstance(error, KizunaError) and not isinstance(error, UserError):
        return UserError(str(error))
    return None


def _without_values(error: BaseException | None) -> None:
    """A failed statement is logged without what was bound to it: that may be a name or an address."""
    if isinstance(error, DBAPIError):
        error.hide_parameters = True


def _never(_: Any) -> TypeGuard[Awaitable[Any]]:
    """Nothing here is to be awaited."""
    return False
