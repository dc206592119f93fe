"""Custom fields as they can be read: the value that stands in its type, where it comes from, what others say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kizuna.model.enums import CustomForm
from kizuna.model.money import Money
from kizuna.storage.answers.claims import rule_of
from kizuna.storage.answers.ids import of_record
from kizuna.storage.answers.shape import Column, Filter, Order, Relation, Shape, flags, money, plain
from kizuna.storage.instants import micros


def shown(form: str, value: str) -> str:
    """The value as text; money in major units."""
    if form != CustomForm.MONEY:
        return value
    minor, _, currency = value.partition(" ")
    return f"{Money(int(minor), currency).amount():f} {currency}"


def _typed(form: CustomForm, read: Any) -> Column:
    """The value where it is of that type, else None."""
    return Column(("v.form", "v.value"), lambda kept, value: read(value) if kept == form else None)


def _money(value: str) -> dict[str, str] | None:
    minor, _, currency = value.partition(" ")
    return money(int(minor), currency)


_CLAIMED = {
    **plain("v", "name", "system", "observed_at"),
    "type": Column(("v.form",)),
    "text": Column(("v.form", "v.value"), shown),
    "number": _typed(CustomForm.NUMBER, str),
    "boolean": _typed(CustomForm.BOOLEAN, lambda value: value == "true"),
    "day": _typed(CustomForm.DAY, str),
    "instant": _typed(CustomForm.INSTANT, lambda value: micros(datetime.fromisoformat(value))),
    "money": _typed(CustomForm.MONEY, _money),
    "trust_rank": Column(("v.rank",)),
    "record_id": Column(("v.rid", "''"), of_record("record")),
    **flags("v", "conflict"),
}
_OTHERS = "FROM custom_value z WHERE z.entity_id = v.entity_id AND z.name = v.name AND z.rid <> v.rid"

CUSTOM_VALUE = Shape(
    name="custom_value",
    source="custom_value v",
    columns={
        **_CLAIMED,
        "rule": Column(
            (
                "v.name",
                "v.rank",
                "v.observed_at",
                f"(SELECT MIN(z.rank) {_OTHERS})",
                f"(SELECT MAX(z.observed_at) {_OTHERS} AND z.rank = v.rank)",
            ),
            lambda _, rank, at, other, other_at: rule_of("custom", rank, at, other, other_at),
        ),
    },
).related(
    alternatives=Relation(
        "custom_alternative",
        ("v.entity_id", "v.name"),
        ("v.entity_id", "v.name"),
        Order("trust", ("v.rank", "v.rid")),
        keys="word",
        where="NOT v.winner",
    ),
    record=Relation("source_record", ("v.rid",), ("r.rid",)),
)

CUSTOM_ALTERNATIVE = Shape(name="custom_alternative", source="custom_value v", columns=_CLAIMED).related(
    record=CUSTOM_VALUE.relations["record"]
)


def custom_fields_of(by: str) -> Relation:
    """The relation from a customer or person, whose id is ``by``, to the custom fields that stand."""
    filters = {"names": Filter("v.name", "in")}
    order = Order("custom", ("v.name",))
    return Relation("custom_value", (by,), ("v.entity_id",), order, keys="word", where="v.winner", filters=filters)


SHAPES = (CUSTOM_VALUE, CUSTOM_ALTERNATIVE)
