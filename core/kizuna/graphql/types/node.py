"""What everything with an id of its own has in common, and the two types all others refer to."""

from __future__ import annotations

from typing import Annotated

import strawberry

from kizuna.graphql.plan import column

LazyCustomer = Annotated["Customer", strawberry.lazy("kizuna.graphql.types.customers")]  # type: ignore[name-defined]  # noqa: F821 - resolved by Strawberry
LazyPerson = Annotated["Person", strawberry.lazy("kizuna.graphql.types.people")]  # type: ignore[name-defined]  # noqa: F821 - resolved by Strawberry


@strawberry.interface(description="Something with an id that is good for the whole API.")
class Node:
    id: strawberry.ID = column("An id that is good for the whole API: pass it to `node`.")
