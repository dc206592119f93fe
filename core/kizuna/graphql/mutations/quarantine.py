"""Giving up records that were set aside."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast

import strawberry

from kizuna.graphql.context import WRITE
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info, changing
from kizuna.graphql.mutations.payload import Wrong, answered
from kizuna.storage import aside, connections
from kizuna.storage.answers import ids
from kizuna.storage.aside import Chosen
from kizuna.sync import discarding

IDS_MOST = 1000


@strawberry.input(
    description="Which of the records set aside; those that fit all that is said. Something must be said."
)
class DiscardQuarantinedInput:
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Their ids, at most 1,000.")
    connection: str | None = strawberry.field(default=None, description="Only of this connection.")
    stream: str | None = strawberry.field(default=None, description="Only of this stream.")
    reason: str | None = strawberry.field(default=None, description="Only those in whose reason this stands.")
    dry_run: bool = strawberry.field(default=False, description="Whether to say what fits and change nothing.")


@strawberry.type(description="How many records of a stream are set aside for one reason.")
class QuarantinedGroup:
    connection: str = strawberry.field(description="The name of the connection.")
    stream: str = strawberry.field(description="The vendor's collection.")
    reason: str = strawberry.field(description="What was not understood.")
    records: int = strawberry.field(description="How many.")


@strawberry.type(description="What was discarded.")
class Discarded:
    chosen: list[QuarantinedGroup] = strawberry.field(description="What fitted.")
    discarded: int = strawberry.field(description="How many records have left the quarantine.")


@strawberry.type(description="What came of discarding.")
class DiscardedPayload:
    result: Discarded | None = strawberry.field(description="What was discarded; null when it failed.")
    user_errors: list[Wrong] = strawberry.field(description="What was wrong with the wish.")


@strawberry.type
class QuarantineMutations:
    @changing("Gives up records that were set aside. What the vendor sends again is taken as ever.")
    def discard_quarantined(
        self,
        info: Info,
        wish: Annotated[DiscardQuarantinedInput, strawberry.argument(name="input", description="Which.")],
    ) -> DiscardedPayload:
        info.context.require(WRITE)

        def change() -> Any:
            chosen = Chosen(_numbers(wish.ids), wish.connection, wish.stream, wish.reason)
            discarding.require_choice(chosen)
            with info.context.database.read() as sql:
                if wish.connection is not None:
                    connections.get(sql, wish.connection)
                groups = aside.groups(sql, chosen)
            gone = 0
            if groups and not wish.dry_run:
                gone = discarding.discard(info.context.database, chosen, info.context.caller.name)
            return {"chosen": [asdict(one) for one in groups], "discarded": gone}

        return cast("DiscardedPayload", answered(change))


def _numbers(given: list[strawberry.ID] | None) -> tuple[int, ...]:
    """The numbers of these ids. Raises UserError for one that is of nothing set aside, and for too many or none."""
    if given is not None and not 1 <= len(given) <= IDS_MOST:
        raise UserError(f"Name 1 to {IDS_MOST} records, or leave `ids` out.")
    numbers = [ids.parsed_number("quarantine", str(one)) for one in given or ()]
    if None in numbers:
        raise UserError("An id in `ids` is of nothing that can be set aside; take those that `quarantine` gives.")
    return tuple(number for number in numbers if number is not None)
