"""What can be read by somebody who may not read everything: the shapes with rows and values left out of the SQL.

A field that is hidden as a whole is not asked for at all; here is what depends on the row. Orders that would put a
hidden value into a cursor are replaced by others, whose cursors do not fit the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kizuna.model.labels import NONE, Label, Labels
from kizuna.storage.answers.business import BY_NAME, PERSON_BY_NAME
from kizuna.storage.answers.catalogue import SHAPES
from kizuna.storage.answers.claims import claimed_value
from kizuna.storage.answers.search import LIMITED
from kizuna.storage.answers.shape import Column, Order, Relation, Shape, all_of

PUBLIC_NAME = "CASE WHEN k.customer_kind = 'person' THEN '' ELSE k.sort_name END"
"""What customers are sorted and found by where the names of human beings are hidden."""

PUBLIC_BY_NAME = Order("public_name", (PUBLIC_NAME, "k.id"))
PEOPLE_BY_ID = Order("person", ("n.id",))
_INSTEAD = {BY_NAME: PUBLIC_BY_NAME, PERSON_BY_NAME: PEOPLE_BY_ID}
_NAMES_OF_FIRMS = ("name", "corporate_number")
"""Attributes that are hidden only of human beings."""

_ON_TICKET = "EXISTS (SELECT 1 FROM fact_ticket th WHERE th.rid = p.parent_rid)"
_IS_COMMENT = """EXISTS (SELECT 1 FROM fact_engagement ch
    WHERE ch.rid = p.rid AND ch.part = p.part AND ch.engagement_kind = 'comment')"""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What somebody may not read: labels, and the kinds of facts and the attributes that tell of them."""

    labels: Labels = NONE
    kinds: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()


NOTHING = Hidden()


def seen(hidden: Hidden) -> Mapping[str, Shape]:
    """The catalogue as it can be read by somebody from whom this is hidden."""
    if not hidden.labels:
        return SHAPES
    return {name: _ordered(_VEILS.get(name, _as_it_is)(shape, hidden), hidden) for name, shape in SHAPES.items()}


def _as_it_is(shape: Shape, _: Hidden) -> Shape:
    return shape


def _ordered(shape: Shape, hidden: Hidden) -> Shape:
    """The shape whose lists are in no order that tells a name."""
    if Label.PII not in hidden.labels:
        return shape
    relations = {name: _reordered(relation) for name, relation in shape.relations.items()}
    return replace(shape, relations=relations)


def _reordered(relation: Relation) -> Relation:
    return replace(relation, order=_INSTEAD.get(relation.order, relation.order)) if relation.order else relation


def _customer(shape: Shape, hidden: Hidden) -> Shape:
    if Label.PII not in hidden.labels:
        return shape
    veiled = {
        name: Column((f"CASE WHEN k.customer_kind = 'person' THEN NULL ELSE k.{name} END",)) for name in _NAMES_OF_FIRMS
    }
    return replace(shape, columns={**shape.columns, **veiled})


def _claim(shape: Shape, hidden: Hidden) -> Shape:
    if not hidden.attributes:
        return shape
    always = _words(hidden.attributes - set(_NAMES_OF_FIRMS))
    told = f"q.attribute NOT IN ({always})" if always else "1 = 1"
    names = _words(hidden.attributes & set(_NAMES_OF_FIRMS))
    if names:
        told += f""" AND (q.attribute NOT IN ({names}) OR EXISTS (SELECT 1 FROM customer firm
            WHERE firm.id = q.entity_id AND firm.customer_kind <> 'person'))"""
    value = Column(("q.attribute", f"CASE WHEN {told} THEN q.value END"), _maybe_claimed)
    return replace(shape, columns={**shape.columns, "value": value})


def _maybe_claimed(attribute: str, value: str | None) -> str | None:
    return None if value is None else claimed_value(attribute, value)


def _timeline(shape: Shape, hidden: Hidden) -> Shape:
    left_out = []
    if hidden.kinds:
        left_out.append(f"p.kind NOT IN ({_words(hidden.kinds)})")
    if Label.SUPPORT in hidden.labels:
        left_out.append(f"NOT (p.kind = 'engagement' AND ({_ON_TICKET} OR {_IS_COMMENT}))")
    shape = replace(shape, where=all_of(shape.where, *left_out))
    if Label.PII not in hidden.labels:
        return shape
    title = Column(("CASE WHEN p.kind = 'engagement' THEN NULL ELSE p.title END",))
    return replace(shape, columns={**shape.columns, "title": title})


def _engagement(shape: Shape, hidden: Hidden) -> Shape:
    if Label.SUPPORT not in hidden.labels:
        return shape
    return replace(shape, where=all_of(shape.where, f"NOT ({_ON_TICKET} OR {_IS_COMMENT})"))


def _search_hit(shape: Shape, hidden: Hidden) -> Shape:
    return replace(shape, source=LIMITED) if Label.PII in hidden.labels else shape


def _words(words: Iterable[str]) -> str:
    """Our own words as a list in SQL."""
    return ", ".join(f"'{word}'" for word in sorted(words))


_VEILS: Mapping[str, Callable[[Shape, Hidden], Shape]] = {
    "customer": _customer,
    "claim": _claim,
    "alternative": _claim,
    "statement": _claim,
    "timeline": _timeline,
    "engagement": _engagement,
    "search_hit": _search_hit,
}
