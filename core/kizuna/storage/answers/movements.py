"""What moved recurring revenue, as it can be read: the ledger under Kizuna's own policy."""

from __future__ import annotations

from kizuna.storage.answers.shape import Column, Filter, Order, Relation, Shape, lists, micro_money, plain

LATEST_MOVED = Order("moved", ("v.day", "v.customer_id", "v.n"), descending=True)

MOVEMENT_FILTERS = {
    "kinds": Filter("v.kind", "in"),
    "since": Filter("v.day", ">="),
    "until": Filter("v.day", "<"),
    "currency": Filter("v.currency", "="),
}

MOVEMENT = Shape(
    name="movement",
    source="revenue_movement v",
    columns={
        **plain("v", "day", "kind", "reason", "currency", "customer_id"),
        "amount": Column(("v.exact", "v.currency"), micro_money),
        **lists("v", "parts"),
    },
).related(customer=Relation("customer", ("v.customer_id",), ("k.id",), keys="word"))

OF_CUSTOMER = Relation("movement", ("k.id",), ("v.customer_id",), LATEST_MOVED, keys="word", filters=MOVEMENT_FILTERS)

SHAPES = (MOVEMENT,)
