"""Facts as they can be read: the columns of each kind's table, its place, and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kizuna.model.facts import KINDS
from kizuna.storage.answers.ids import of_record
from kizuna.storage.answers.shape import (
    EARLIEST,
    Column,
    Filter,
    Order,
    Relation,
    Shape,
    from_json,
    money,
    truth,
    unit_money,
)
from kizuna.storage.tables.facts import FactField, fields_of

NEWEST = Order("newest", (f"COALESCE(p.at, {EARLIEST})", "p.rid", "p.part"), descending=True)
OLDEST = Order("oldest", (f"COALESCE(p.at, {EARLIEST})", "p.rid", "p.part"))
WRITTEN = Order("written", ("p.rid", "p.part"))

_READ: dict[str, Callable[..., Any]] = {"flag": truth, "json": from_json, "money": money}

_RECORD = {"record": "JOIN source_record r ON r.rid = f.rid"}
_PLACED = {**_RECORD, "connection": "JOIN connection c ON c.id = p.connection_id"}
_UNPLACED = {"connection": "JOIN source_record r ON r.rid = f.rid JOIN connection c ON c.id = r.connection_id"}
_SINCE = {"since": Filter("p.at", ">="), "until": Filter("p.at", "<")}

# A stage is a word or an id in its own system; the system's list of stages says how it is called.
_LABEL = """(SELECT MIN(g.label) FROM fact_stage g JOIN source_record gr ON gr.rid = g.rid
             WHERE g.stage = f.stage AND gr.connection_id = p.connection_id{more})"""
_ANY_PIPELINE = _LABEL.format(more="")
STAGE_LABEL = Column((f"COALESCE({_LABEL.format(more=' AND g.pipeline = f.pipeline')}, {_ANY_PIPELINE})",))
TICKET_STAGE_LABEL = Column((_ANY_PIPELINE,))


def _column(field: FactField) -> Column:
    return Column(tuple(f"f.{_quoted(name)}" for name in field.columns), _READ.get(field.form))


def _quoted(name: str) -> str:
    return f'"{name}"' if name == "primary" else name


def _columns(kind: str) -> dict[str, Column]:
    fields = {field.name: _column(field) for field in fields_of(KINDS[kind]) if field.form != "ref"}
    id_column = Column(("f.rid", "f.part"), of_record(kind))
    system = Column(("c.plugin",), needs=("connection",))
    return {"id": id_column, "system": system, "part": Column(("f.part",)), **fields}


def _placed(kind: str, more: Mapping[str, Column] | None = None, **relations: Relation) -> Shape:
    """A kind whose facts belong to customers and people."""
    return Shape(
        name=kind,
        source=f"placement p JOIN fact_{kind} f ON f.rid = p.rid AND f.part = p.part",
        where=f"p.kind = '{kind}'",
        columns={**_columns(kind), "at": Column(("p.at",)), **(more or {})},
        joins=_PLACED,
        relations={
            "customer": Relation("customer", ("p.customer_id",), ("k.id",), keys="word"),
            "person": Relation("person", ("p.person_id",), ("n.id",), keys="word"),
            "record": Relation("source_record", ("p.rid",), ("r.rid",)),
            **relations,
        },
        key=("p.rid", "p.part"),
    )


def _unplaced(kind: str, more: Mapping[str, Column] | None = None, **relations: Relation) -> Shape:
    """A kind that belongs to no customer."""
    return Shape(
        name=kind,
        source=f"fact_{kind} f",
        columns={**_columns(kind), **(more or {})},
        joins=_UNPLACED,
        relations={"record": Relation("source_record", ("f.rid",), ("r.rid",)), **relations},
        key=("f.rid", "f.part"),
    )


def staff(by: str) -> Relation:
    """Our colleague whose record is ``by``."""
    return Relation("staff", (by,), ("f.rid",), where="f.part = ''")


def parts(kind: str, order: Order = WRITTEN, **filters: Filter) -> Relation:
    """The facts of a kind that are part of this one."""
    return Relation(kind, ("p.rid",), ("p.parent_rid",), order, filters=filters)


def whole(kind: str, by: str = "p.parent_rid") -> Relation:
    """What this is a part of."""
    return Relation(kind, (by,), ("p.rid",))


def of_customer(kind: str, **filters: Filter) -> Relation:
    """A customer's facts of a kind."""
    return Relation(kind, ("k.id",), ("p.customer_id",), NEWEST, keys="word", filters={**_SINCE, **filters})


def of_person(kind: str, **filters: Filter) -> Relation:
    """A person's facts of a kind."""
    return Relation(kind, ("n.id",), ("p.person_id",), NEWEST, keys="word", filters={**_SINCE, **filters})


_PRODUCT = Relation("product", ("f.product_rid",), ("f.rid",), where="f.part = ''")
_PRICE = Relation("price", ("f.price_rid",), ("f.rid",), where="f.part = ''")
_UNIT = {"unit_price": Column(("f.unit_minor", "f.currency"), unit_money)}

SHAPES: tuple[Shape, ...] = (
    _unplaced("staff"),
    _unplaced("product"),
    _unplaced("price", _UNIT, product=_PRODUCT),
    _placed("deal", {"stage_label": STAGE_LABEL}, owner=staff("f.owner_rid"), lines=parts("deal_line")),
    _placed("deal_line", deal=whole("deal"), product=_PRODUCT),
    _placed("contract", owner=staff("f.owner_rid")),
    _placed(
        "ticket",
        {"stage_label": TICKET_STAGE_LABEL},
        assignee=staff("f.assignee_rid"),
        metrics=parts("ticket_metrics"),
        comments=parts("engagement", OLDEST),
        surveys=parts("survey_response"),
    ),
    _placed("ticket_metrics", ticket=whole("ticket")),
    _placed("engagement", staff=staff("f.staff_rid"), ticket=whole("ticket"), deal=whole("deal")),
    _placed("survey_response", staff=staff("f.staff_rid"), ticket=whole("ticket")),
    _placed(
        "subscription",
        items=parts("subscription_item"),
        discounts=parts("discount"),
        invoices=parts("invoice", NEWEST, status=Filter("f.status", "in")),
    ),
    _placed("subscription_item", _UNIT, subscription=whole("subscription"), product=_PRODUCT, price=_PRICE),
    _placed("discount", subscription=whole("subscription")),
    _placed(
        "invoice",
        lines=parts("invoice_line"),
        payments=parts("payment", NEWEST),
        credit_notes=parts("credit_note", NEWEST),
        subscription=whole("subscription"),
    ),
    _placed("invoice_line", invoice=whole("invoice"), product=_PRODUCT, price=_PRICE),
    _placed("payment", invoice=whole("invoice"), refunds=parts("refund", NEWEST)),
    _placed("refund", payment=whole("payment")),
    _placed("credit_note", invoice=whole("invoice")),
)
