"""Finding customers and people by what is known of their name, domain or address."""

from __future__ import annotations

from kizuna.storage.answers.customers import escaped
from kizuna.storage.answers.shape import Column, Order, Relation, Shape, plain

_NEARNESS = """CASE WHEN {name} = :equal THEN 0 WHEN {name} LIKE :begins ESCAPE '!' THEN 1 ELSE 2 END AS nearness"""
_FIRM_NAMES = f"""
    SELECT k.id AS entity_id, 'customer' AS entity, 'name' AS matched, k.name AS text, k.sort_name,
           {_NEARNESS.format(name="k.sort_name")}
    FROM customer k WHERE k.sort_name LIKE :contains ESCAPE '!'"""
_PEOPLE = f"""
    SELECT n.id, 'person', 'name', n.name, n.sort_name, {_NEARNESS.format(name="n.sort_name")}
    FROM person n WHERE n.sort_name LIKE :contains ESCAPE '!'"""
_DOMAINS = """
    SELECT k.id, 'customer', 'domain', q.value, {name}, CASE WHEN q.value = :equal THEN 0 ELSE 1 END
    FROM claim q JOIN customer k ON k.id = q.entity_id
    WHERE q.attribute = 'domain' AND q.value LIKE :begins ESCAPE '!'"""
_ADDRESSES = """
    SELECT x.entity_id, x.entity, 'email', x.address, COALESCE(k.sort_name, n.sort_name),
           CASE WHEN x.address = :equal THEN 0 ELSE 1 END
    FROM email_address x LEFT JOIN customer k ON k.id = x.entity_id LEFT JOIN person n ON n.id = x.entity_id
    WHERE x.address LIKE :begins ESCAPE '!'"""


def _best(*places: str) -> str:
    """One row a customer or person: its best match. Equal is 0, beginning so is 1, containing it is 2."""
    return f"""(
        SELECT entity_id, entity, matched, text, nearness, sort_name,
               ROW_NUMBER() OVER (PARTITION BY entity_id ORDER BY nearness, matched, text) AS choice
        FROM ({" UNION ALL ".join(places)}) AS every
    ) AS h"""


_FOUND = _best(_FIRM_NAMES, _PEOPLE, _DOMAINS.format(name="k.sort_name"), _ADDRESSES)
LIMITED = _best(
    f"{_FIRM_NAMES} AND k.customer_kind <> 'person'",
    _DOMAINS.format(name="CASE WHEN k.customer_kind = 'person' THEN '' ELSE k.sort_name END"),
)
"""Where neither the names nor the addresses of human beings are looked in."""

BEST = Order("nearness", ("h.nearness", "h.entity", "h.sort_name", "h.entity_id"))
_CUSTOMER = "CASE WHEN h.entity = 'customer' THEN h.entity_id END"
_PERSON = "CASE WHEN h.entity = 'person' THEN h.entity_id END"

SEARCH_HIT = Shape(
    name="search_hit",
    source=_FOUND,
    where="h.choice = 1",
    columns={**plain("h", "matched"), "text": Column(("h.text",))},
).related(
    customer=Relation("customer", (_CUSTOMER,), ("k.id",), keys="word"),
    person=Relation("person", (_PERSON,), ("n.id",), keys="word"),
)


def bound(folded: str) -> dict[str, str]:
    """What a search for this folded text binds."""
    literal = escaped(folded)
    return {"equal": folded, "begins": f"{literal}%", "contains": f"%{literal}%"}
