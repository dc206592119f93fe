"""What we sell and what it costs."""

from __future__ import annotations

import strawberry

from kizuna.graphql.plan import column, one, shaped
from kizuna.graphql.scalars import Money
from kizuna.graphql.types.node import Node
from kizuna.graphql.types.records import SourceRecord
from kizuna.graphql.types.words import Interval


@shaped("product", "product")
@strawberry.type(description="Something we sell.")
class Product(Node):
    name: str | None = column("How it is called.")
    code: str | None = column("Its code.")
    description: str | None = column("What it is.")
    active: bool = column("Whether it is still sold.")
    system: str = column("The key of the connector that knows it.")
    record: SourceRecord | None = one("The record that says so.")


@shaped("price", "price")
@strawberry.type(description="What a product costs.")
class Price(Node):
    nickname: str | None = column("How the price is called.")
    unit_price: Money | None = column("What one unit costs; null for a tiered price.")
    interval: Interval = column("The unit of its period.")
    interval_count: int = column("How many of those units a period has.")
    metered: bool = column("Whether use is counted.")
    tiered: bool = column("Whether the price of one depends on how many.")
    active: bool = column("Whether it is still offered.")
    product: Product | None = one("The product it is for.")
    record: SourceRecord | None = one("The record that says so.")
