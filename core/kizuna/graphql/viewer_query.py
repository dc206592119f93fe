"""Who asks: what the token of a request may do and read."""

from __future__ import annotations

from typing import cast

import strawberry

from kizuna.access.tokens import SCOPES
from kizuna.graphql.info import Info, asked
from kizuna.graphql.types.words import Label


@strawberry.type(description="Whoever asks.")
class Viewer:
    name: str = strawberry.field(description="As the audit log calls them: `local`, or a token by its id.")
    role: str = strawberry.field(description="The role of the token, which says what it may read.")
    scopes: list[str] = strawberry.field(description="What it may do: read, write, admin.")
    labels: list[Label] = strawberry.field(description="What it may read besides what has no label.")


@strawberry.type
class ViewerQueries:
    @asked("Who asks, what they may do and what they may read.")
    def viewer(self, info: Info) -> Viewer:
        caller = info.context.caller
        scopes = [scope for scope in SCOPES if caller.may(scope)]
        told = {"name": caller.name, "role": caller.role, "scopes": scopes, "labels": sorted(caller.labels)}
        return cast("Viewer", told)
