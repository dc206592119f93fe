"""Finding customers and people by what is known of their name, domain or address."""

from __future__ import annotations

from kizuna.storage.answers.customers import escaped
from kizuna.storage.answers.shape import Column, Order, Relation, Shape, plain

# One row a customer or person: its best match. Equal is 0, beginning so is 1, containing it is 2.
_FOUND = """(
    SELECT entity_id, entity, matched, text, nearness, sort_name,
           ROW_NUMBER() OVER (PARTITION BY entity_id ORDER BY nearness, matched, text) AS choice
    FROM (
        SELECT k.id AS entity_id, 'customer' AS entity, 'name' AS matched, k.name AS text, k.sort_name,
               CASE WHEN k.sort_name = :equal THEN 0 WHEN k.sort_name LIKE :begins ESCAPE '!' THEN 1 ELSE 2 END AS nearness
        FROM customer k WHERE k.sort_name LIKE :contains ESCAPE '!'
        UNION ALL
        SELECT n.id, 'person', 'name', n.name, n.sort_name,
               CASE WHEN n.sort_name = :equal THEN 0 WHEN n.sort_name LIKE :begins ESCAPE '!' THEN 1 ELSE 2 END
        FROM person n WHERE n.sort_name LIKE :contains ESCAPE '!'
        UNION ALL
        SELECT k.id, 'customer', 'domain', q.value, k.sort_name, CASE WHEN q.value = :equal THEN 0 ELSE 1 END
        FROM claim q JOIN customer k ON k.id = q.entity_id
        WHERE q.attribute = 'domain' AND q.value LIKE :begins ESCAPE '!'
        UNION ALL
        SELECT x.entity_id, x.entity, 'email', x.address, COALESCE(k.sort_name, n.sort_name),
               CASE WHEN x.address = :equal THEN 0 ELSE 1 END
        FROM email_address x LEFT JOIN customer k ON k.id = x.entity_id LEFT JOIN person n ON n.id = x.entity_id
        WHERE x.address LIKE :begins ESCAPE '!'
    ) AS every
) AS h"""

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
