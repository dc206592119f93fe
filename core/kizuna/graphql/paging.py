"""Pages: the connection types, cursors, and what `first` may be."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import strawberry

from kizuna.access import seals
from kizuna.graphql.errors import UserError
from kizuna.graphql.plan import computed
from kizuna.storage.answers.reading import Page, Row
from kizuna.storage.answers.shape import Order

CURSOR = "cursor"
T = TypeVar("T")


def _cursor_at(place: str) -> Callable[[Mapping[str, Any], Any], str | None]:
    """The cursor of the row that a page or an edge keeps there; written only when it is asked for."""

    def written(source: Mapping[str, Any], context: Any) -> str | None:
        at = source[place]
        return None if at is None else cursor(source["order"], at, context.caller.seal)

    return written


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more behind this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are some before this page.")
    start_cursor: str | None = computed("The first row's cursor.", _cursor_at("start"))
    end_cursor: str | None = computed("The last row's cursor: pass it as `after` to continue.", _cursor_at("end"))


@strawberry.type(description="A row of a list with its cursor.")
class Edge(Generic[T]):
    cursor: str = computed("Where the row stands, good for who may read the same.", _cursor_at("at"))
    node: T = strawberry.field(description="The row.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="How many rows the whole list has; counted only when asked for.")


def page_of(
    order: Order,
    most: int,
    *,
    first: int | None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    seal: bytes | None = None,
) -> Page:
    """The page that the arguments ask for, whose cursor was sealed under that key. Raises UserError when they make no sense."""
    if (first is None) == (last is None):
        raise UserError("Give either `first` or `last`.")
    if (last is None and before is not None) or (first is None and after is not None):
        raise UserError("`after` goes with `first`, `before` with `last`.")
    size = first if last is None else last
    assert size is not None
    if not 1 <= size <= most:
        raise UserError(f"`{'first' if last is None else 'last'}` is {size}; it may be 1 to {most}.")
    behind = after if last is None else before
    return Page(size, None if behind is None else position(behind, order, seal), backward=last is not None)


def connection(order: Order, page: Page, rows: list[Row], total: int | None) -> dict[str, Any]:
    """The page as the source of a connection; ``rows`` may hold one more than the page, and hold it last."""
    more = len(rows) > page.size
    shown = rows[: page.size]
    if page.backward:
        shown.reverse()
    return {
        "nodes": [row.values for row in shown],
        "edges": [{"node": row.values, "at": row.position, "order": order} for row in shown],
        "page_info": {
            "has_next_page": page.position is not None if page.backward else more,
            "has_previous_page": more if page.backward else page.position is not None,
            "start": shown[0].position if shown else None,
            "end": shown[-1].position if shown else None,
            "order": order,
        },
        "total_count": total,
    }


def cursor(order: Order, at: tuple[Any, ...], seal: bytes | None = None) -> str:
    """Where a row stands in its order, as opaque text: it holds what the list is sorted by, sealed under the key."""
    written = json.dumps([order.name, *at], ensure_ascii=False, separators=(",", ":")).encode()
    kept = written if seal is None else seals.sealed(seal, written, CURSOR)
    return base64.urlsafe_b64encode(kept).decode("ascii").rstrip("=")


def position(text: str, order: Order, seal: bytes | None = None) -> tuple[Any, ...]:
    """The place in the order that the cursor means. Raises UserError when it is none of this list, or somebody else's."""
    try:
        kept = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        read = json.loads((kept if seal is None else seals.opened(seal, kept, CURSOR)) or b"")
    except (ValueError, binascii.Error) as error:
        raise UserError("The cursor is none of ours; pass one that an answer gave.") from error
    fits = isinstance(read, list) and read[:1] == [order.name] and len(read) == len(order.parts) + 1
    if not fits or not all(isinstance(value, str | int | float) for value in read):
        raise UserError("The cursor belongs to another list or order; pass one that this list gave.")
    return tuple(read[1:])
