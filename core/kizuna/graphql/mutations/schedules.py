"""Saying how often a connection is read by itself."""

from __future__ import annotations

from typing import Annotated, Any, cast

import strawberry

from kizuna import clock
from kizuna.graphql.context import ADMIN
from kizuna.graphql.info import Info, changing
from kizuna.graphql.mutations.connections import ConnectionPayload
from kizuna.graphql.mutations.payload import answered, load_result
from kizuna.graphql.types.operations import SystemConnection
from kizuna.storage import audit, connections
from kizuna.storage.instants import micros
from kizuna.sync.rhythm import require_within_bounds


@strawberry.input(description="How often a connection is read by itself. What is left out follows the settings again.")
class ScheduleConnectionInput:
    name: str = strawberry.field(description="The connection's name.")
    every_minutes: float | None = strawberry.field(
        default=None, description="How often what changed is read, in minutes; 0 for never."
    )
    full_every_days: float | None = strawberry.field(
        default=None, description="How often everything is read again, in days; 0 for never."
    )


@strawberry.type
class ScheduleMutations:
    @changing("Sets how often a connection is read by itself, in place of the settings for all.")
    def schedule_connection(
        self,
        info: Info,
        wish: Annotated[ScheduleConnectionInput, strawberry.argument(name="input", description="How often.")],
    ) -> ConnectionPayload:
        info.context.require(ADMIN)

        def change() -> Any:
            require_within_bounds(wish.every_minutes, wish.full_every_days)
            rhythm = {"every_minutes": wish.every_minutes, "full_every_days": wish.full_every_days}
            now = micros(clock.now())
            with info.context.database.write() as sql:
                stored = connections.get(sql, wish.name)
                connections.set_schedule(sql, stored.id, wish.every_minutes, wish.full_every_days, now)
                audit.record(sql, now, info.context.caller.name, "connection.schedule", stored.name, rhythm)
            return load_result(info, ConnectionPayload, SystemConnection, stored.id)

        return cast("ConnectionPayload", answered(change))
