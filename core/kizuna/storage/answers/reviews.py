"""Which open questions, and in which order: those first whose answer would change most."""

from __future__ import annotations

from sqlalchemy import Connection, text

from kizuna.storage.answers.operations import REVIEWS
from kizuna.storage.answers.reading import Condition
from kizuna.storage.answers.shape import Order

# What would move is weighed so that an average paying customer counts one, whatever the currency.
OPEN_TICKET_WORTH, PERSON_WORTH, MOMENT_WORTH = 0.1, 0.02, 0.001

THROUGH = """
    LEFT JOIN membership ma ON ma.rid = w.a AND ma.entity = w.entity
    LEFT JOIN membership mb ON mb.rid = w.b AND mb.entity = w.entity
    LEFT JOIN entity ea ON ea.id = ma.entity_id
    LEFT JOIN entity eb ON eb.id = mb.entity_id
    LEFT JOIN customer ka ON ka.id = ma.entity_id
    LEFT JOIN customer kb ON kb.id = mb.entity_id
    LEFT JOIN person na ON na.id = ma.entity_id
    LEFT JOIN person nb ON nb.id = mb.entity_id
"""
_A_RECORDS, _B_RECORDS = "COALESCE(ka.records, na.records, 0)", "COALESCE(kb.records, nb.records, 0)"
_B_MOVES = f"""({_A_RECORDS} > {_B_RECORDS} OR ({_A_RECORDS} = {_B_RECORDS}
    AND (ea.created_at < eb.created_at OR (ea.created_at = eb.created_at AND ma.entity_id < mb.entity_id))))"""
_MOVES = f"CASE WHEN {_B_MOVES} THEN mb.entity_id ELSE ma.entity_id END"

_PUT_OFF = """
    SELECT 1 FROM review_later o JOIN source_record oa ON oa.rid = o.a JOIN source_record ob ON ob.rid = o.b
    WHERE o.entity = w.entity AND o.a = w.a AND o.b = w.b AND (o.until > :now OR (
        o.until IS NULL AND o.bits = w.bits AND o.reason = w.reason
        AND o.a_version = oa.version_no AND o.b_version = ob.version_no))
"""


def put_off(now: int, *, wanted: bool) -> Condition:
    """Only the questions that are put off at that moment, or only the others."""
    return Condition(f"{'' if wanted else 'NOT '}EXISTS ({_PUT_OFF})", {"now": now})


def by_value(sql: Connection) -> tuple[Order, str, list[Condition]]:
    """The order by what a yes would move, the join it needs, and what it binds."""
    means = sql.execute(text("SELECT currency, AVG(micro) FROM customer_money WHERE measure = 'mrr' GROUP BY currency"))
    average = sorted((currency, float(mean)) for currency, mean in means if mean)
    bound: dict[str, object] = {}
    cases = []
    for n, (currency, mean) in enumerate(average):
        bound |= {f"currency{n}": currency, f"mean{n}": mean}
        cases.append(f"WHEN :currency{n} THEN CAST(:mean{n} AS DOUBLE PRECISION)")
    paid = "0"
    if cases:
        paid = f"""COALESCE((SELECT SUM(bm.micro / CASE bm.currency {" ".join(cases)} END) FROM customer_money bm
            WHERE bm.customer_id = {_MOVES} AND bm.measure = 'mrr'), 0)"""
    value = f"""CAST({paid}
        + {OPEN_TICKET_WORTH} * COALESCE(CASE WHEN {_B_MOVES} THEN kb.open_tickets ELSE ka.open_tickets END, 0)
        + {PERSON_WORTH} * COALESCE(CASE WHEN {_B_MOVES} THEN kb.people ELSE ka.people END, 0)
        + {MOMENT_WORTH} * CASE WHEN w.entity = 'person' THEN (SELECT COUNT(*) FROM placement pm
            WHERE pm.person_id = {_MOVES} AND pm.at IS NOT NULL) ELSE 0 END AS DOUBLE PRECISION)"""
    return Order("value", (value, *REVIEWS.parts), descending=True), THROUGH, [Condition("", bound)]
