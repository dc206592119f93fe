"""The engine as it serves callers from elsewhere: what each token asks for is paid from its bucket."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from kizuna.config import Settings
from kizuna.graphql import Engine, Request, Response
from kizuna.graphql.context import Caller, QueueSync
from kizuna.graphql.documents import Document
from kizuna.graphql.errors import THROTTLED, Throttled, shown
from kizuna.plugins import Plugins
from kizuna.storage.database import Database
from kizuna.web.buckets import Buckets

REFUSED_COST = 10
"""What a document costs that is refused: to read it takes about as long as to answer a small one."""


class MeteredEngine(Engine):
    """Answers requests, and refuses those of a token that has spent what it may."""

    def __init__(
        self,
        database: Database,
        plugins: Plugins,
        settings: Settings,
        queue_sync: QueueSync | None,
        buckets: Buckets,
    ) -> None:
        super().__init__(database, plugins, settings, queue_sync)
        self.buckets = buckets

    def answer(self, request: Request) -> Response:
        """The answer to a request; of a token that has nothing left not even the document is read."""
        token_id = self._token(request.caller)
        if token_id is None:
            return super().answer(request)
        try:
            self.buckets.require(token_id)
        except Throttled as error:
            told = shown(GraphQLError(str(error), original_error=error), request.request_id, error.code)
            return Response({"data": None, "errors": [told]}, refused=True)
        response = super().answer(request)
        if response.refused and retry_after_s(response) is None:
            self.buckets.charge(token_id, REFUSED_COST)
        return response

    def _count(self, document: Document, request: Request, told: dict[str, Any]) -> None:
        super()._count(document, request, told)
        token_id = self._token(request.caller)
        if token_id is not None:
            cost = told["cost"]["requested"]
            told["cost"]["throttle"] = self.buckets.spend(token_id, max(1, cost)).told()

    def _token(self, caller: Caller) -> str | None:
        """The token that pays; None for whoever sits at this machine, and where buckets have no end."""
        kind, _, token_id = caller.name.partition(":")
        return token_id if kind == "token" and self.settings.graphql.bucket_size else None


def retry_after_s(response: Response) -> int | None:
    """In how many seconds to ask again; None when the answer was not held back."""
    for error in response.body.get("errors", ()):
        if error["extensions"]["code"] == THROTTLED:
            return int(error["extensions"]["retryAfterS"])
    return None
