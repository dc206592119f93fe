"""Trying a connection's credentials and streams."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from typing import Annotated, Any, cast

import strawberry

from kizuna.graphql.context import ADMIN
from kizuna.graphql.info import Info, changing
from kizuna.graphql.mutations.connections import ConnectionNameInput
from kizuna.graphql.mutations.payload import Wrong, answered, noted
from kizuna.sync.checking import checked

SPARE_S = 1.0
"""So much of the request's time is left for saying what was found."""


@strawberry.type(description="How the credentials, or a stream, fared.")
class StreamVerdict:
    stream: str = strawberry.field(description="The vendor's collection; `(credentials)` for those.")
    verdict: str = strawberry.field(
        description="good, revoked, missing scope, not in plan, no object, refused or later (no answer now)."
    )
    records: int | None = strawberry.field(description="How many records its first page has; null when there is none.")
    reason: str | None = strawberry.field(description="What is missing and what to do.")
    optional: bool = strawberry.field(description="Whether not every plan has it, so that nothing need be done.")


@strawberry.type(description="What trying a connection found.")
class ConnectionCheck:
    good: bool = strawberry.field(description="Whether nothing is to be done about any of them.")
    verdicts: list[StreamVerdict] = strawberry.field(description="The credentials first, then each stream.")


@strawberry.type(description="What came of trying a connection.")
class ConnectionCheckPayload:
    result: ConnectionCheck | None = strawberry.field(description="What was found; null when it could not be tried.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.type
class CheckMutations:
    @changing("Tries a connection: its credentials, then the first page of each stream. Nothing is stored.")
    def check_connection(
        self, info: Info, wish: Annotated[ConnectionNameInput, strawberry.argument(name="input", description="Which.")]
    ) -> ConnectionCheckPayload:
        info.context.require(ADMIN)

        def change() -> Any:
            context = info.context
            place = checked(context.database, context.plugins, context.outbound, context.vault, wish.name)
            until_s = max(time.monotonic(), context.deadline_s - SPARE_S)
            found = asyncio.run(place.tried(context.answer_bytes, until_s))
            good = all(one.well for one in found)
            noted(context, "connection.check", wish.name, good=good)
            return {"good": good, "verdicts": [asdict(one) for one in found]}

        return cast("ConnectionCheckPayload", answered(change))
