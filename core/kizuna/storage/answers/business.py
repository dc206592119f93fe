"""Customers and people as they can be read: golden values, money, claims, owners, places, the timeline."""

from __future__ import annotations

from kizuna.storage.answers.claims import claimed_value, rule_of
from kizuna.storage.answers.custom import custom_fields_of
from kizuna.storage.answers.facts import of_customer, of_person
from kizuna.storage.answers.ids import of_record
from kizuna.storage.answers.movements import OF_CUSTOMER as MOVEMENTS_OF_CUSTOMER
from kizuna.storage.answers.shape import (
    Column,
    Filter,
    Order,
    Relation,
    Shape,
    flags,
    lists,
    micro_money,
    money,
    plain,
)

BY_NAME = Order("name", ("k.sort_name", "k.id"))
PERSON_BY_NAME = Order("name", ("n.sort_name", "n.id"))
MOMENT = Order("moment", ("p.at", "p.rid", "p.kind", "p.part"), descending=True)
RECORDS = Order("record", ("r.connection_id", "r.stream", "r.source_id"))

TIMELINE_FILTERS = {
    "kinds": Filter("p.kind", "in"),
    "systems": Filter("c.plugin", "in"),
    "direction": Filter("p.direction", "="),
    "since": Filter("p.at", ">="),
    "until": Filter("p.at", "<"),
}

_OWNER_RID = "CASE WHEN o.attribute = 'owner' THEN CAST(o.value AS BIGINT) END"


def _records_of(entity: str, by: str) -> Relation:
    through = f"JOIN membership m ON m.rid = r.rid AND m.entity = '{entity}'"
    return Relation("source_record", (by,), ("m.entity_id",), RECORDS, keys="word", through=through)


def _claims_of(by: str) -> Relation:
    order = Order("claim", ("q.attribute", "q.rid", "q.n"))
    filters = {"fields": Filter("q.attribute", "in")}
    return Relation("claim", (by,), ("q.entity_id",), order, keys="word", where="q.winner", filters=filters)


def _timeline_of(by: str, on: str) -> Relation:
    return Relation("timeline", (by,), (on,), MOMENT, keys="word", filters=TIMELINE_FILTERS)


_STATUS = {"status": Filter("f.status", "in")}

CUSTOMER = Shape(
    name="customer",
    source="customer k",
    columns={
        **plain("k", *"id name domain email phone industry employees street city state postal_code country".split()),
        **plain("k", *"corporate_number category lifecycle_stage records first_seen_at people tickets".split()),
        **plain("k", *"open_tickets deals open_deals subscriptions active_subscriptions invoices".split()),
        **plain("k", *"unpaid_invoices last_activity_at next_renewal_at sort_name parent_id owner_rid".split()),
        "kind": Column(("k.customer_kind",)),
        "annual_revenue": Column(("k.annual_revenue_minor", "k.annual_revenue_currency"), money),
        **lists("k", "systems"),
    },
    key=("k.id",),
).related(
    parent=Relation("customer", ("k.parent_id",), ("k.id",), keys="word"),
    children=Relation("customer", ("k.id",), ("k.parent_id",), BY_NAME, keys="word"),
    owner=Relation("staff", ("k.owner_rid",), ("f.rid",), where="f.part = ''"),
    owners=Relation(
        "owner",
        ("k.id",),
        ("o.entity_id",),
        Order("owner", ("o.rank", "o.rid")),
        keys="word",
    ),
    money=Relation(
        "customer_money", ("k.id",), ("b.customer_id",), Order("measure", ("b.measure", "b.currency")), keys="word"
    ),
    provenance=_claims_of("k.id"),
    custom_fields=custom_fields_of("k.id"),
    records=_records_of("account", "k.id"),
    people=Relation(
        "person",
        ("k.id",),
        ("pc.customer_id",),
        PERSON_BY_NAME,
        keys="word",
        through="JOIN person_customer pc ON pc.person_id = n.id",
    ),
    timeline=_timeline_of("k.id", "p.customer_id"),
    deals=of_customer("deal", **_STATUS),
    contracts=of_customer("contract", **_STATUS),
    tickets=of_customer("ticket", **_STATUS, priority=Filter("f.priority", "in")),
    engagements=of_customer("engagement", kinds=Filter("f.engagement_kind", "in")),
    subscriptions=of_customer("subscription", **_STATUS),
    movements=MOVEMENTS_OF_CUSTOMER,
    invoices=of_customer("invoice", **_STATUS),
    payments=of_customer("payment", **_STATUS),
    refunds=of_customer("refund"),
    credit_notes=of_customer("credit_note"),
    surveys=of_customer("survey_response", kinds=Filter("f.survey_kind", "in")),
)

_NO_LONGER_THERE = """NOT EXISTS (
    SELECT 1 FROM membership there JOIN person_customer pc ON pc.customer_id = there.entity_id
    WHERE there.rid = COALESCE(w.winner_rid, j.account_rid) AND there.entity = 'account' AND pc.person_id = m.entity_id)"""

# Who was merged into another one by their own system, twice at most, has the other one's membership.
_PEOPLE_AS_NAMED = """
    SELECT rid, entity_id FROM membership WHERE entity = 'person'
    UNION ALL SELECT a.rid, e.entity_id FROM membership e JOIN record_alias a ON a.winner_rid = e.rid
    WHERE e.entity = 'person'
    UNION ALL SELECT b.rid, e.entity_id FROM membership e JOIN record_alias a ON a.winner_rid = e.rid
    JOIN record_alias b ON b.winner_rid = a.rid WHERE e.entity = 'person'
"""

PERSON = Shape(
    name="person",
    source="person n",
    columns={
        **plain("n", *"id name given_name family_name email phone title department role country language".split()),
        **plain("n", *"records last_activity_at sort_name customer_id".split()),
        **flags("n", "active"),
        **lists("n", "systems"),
    },
    key=("n.id",),
).related(
    customer=Relation("customer", ("n.customer_id",), ("k.id",), keys="word"),
    places=Relation(
        "place", ("n.id",), ("pc.person_id",), Order("place", ("pc.is_primary", "pc.customer_id"), True), keys="word"
    ),
    former_places=Relation(
        "former_place",
        ("n.id",),
        ("m.entity_id",),
        Order("former", ("j.until", "j.seq"), True),
        keys="word",
        through=f"JOIN ({_PEOPLE_AS_NAMED}) AS m ON m.rid = j.person_rid",
        where=_NO_LONGER_THERE,
    ),
    provenance=_claims_of("n.id"),
    custom_fields=custom_fields_of("n.id"),
    records=_records_of("person", "n.id"),
    timeline=_timeline_of("n.id", "p.person_id"),
    tickets=of_person("ticket", **_STATUS, priority=Filter("f.priority", "in")),
    engagements=of_person("engagement", kinds=Filter("f.engagement_kind", "in")),
    deals=of_person("deal", **_STATUS),
)

PLACE = Shape(
    name="place",
    source="person_customer pc",
    columns={**flags("pc", "is_primary"), **lists("pc", "labels")},
).related(customer=Relation("customer", ("pc.customer_id",), ("k.id",), keys="word"))

FORMER_PLACE = Shape(
    name="former_place",
    source="person_job j LEFT JOIN record_alias w ON w.rid = j.account_rid",
    columns=plain("j", "since", "until"),
).related(
    customer=Relation(
        "customer",
        ("COALESCE(w.winner_rid, j.account_rid)",),
        ("ma.rid",),
        through="JOIN membership ma ON ma.entity_id = k.id AND ma.entity = 'account'",
    ),
    record=Relation("source_record", ("j.rid",), ("r.rid",)),
)

CUSTOMER_MONEY = Shape(
    name="customer_money",
    source="customer_money b",
    columns={**plain("b", "measure"), "money": Column(("b.exact", "b.currency"), micro_money)},
)

OWNER = Shape(
    name="owner",
    source="claim o",
    where="o.attribute = 'owner'",
    columns={**plain("o", "system"), "is_primary": Column(("o.winner",), bool)},
).related(staff=Relation("staff", (_OWNER_RID,), ("f.rid",), where="f.part = ''"))

_CLAIMED = {
    **plain("q", "system", "observed_at"),
    "field": Column(("q.attribute",)),
    "value": Column(("q.attribute", "q.value"), claimed_value),
    "trust_rank": Column(("q.rank",)),
    "record_id": Column(("q.rid", "''"), of_record("record")),
    **flags("q", "conflict"),
}
_OTHERS = "FROM claim z WHERE z.entity_id = q.entity_id AND z.attribute = q.attribute AND z.rid <> q.rid"

CLAIM = Shape(
    name="claim",
    source="claim q",
    columns={
        **_CLAIMED,
        "rule": Column(
            (
                "q.attribute",
                "q.rank",
                "q.observed_at",
                f"(SELECT MIN(z.rank) {_OTHERS})",
                f"(SELECT MAX(z.observed_at) {_OTHERS} AND z.rank = q.rank)",
            ),
            rule_of,
        ),
    },
).related(
    alternatives=Relation(
        "alternative",
        ("q.entity_id", "q.attribute"),
        ("q.entity_id", "q.attribute"),
        Order("trust", ("q.rank", "q.n", "q.rid")),
        keys="word",
        where="NOT q.winner",
    ),
    record=Relation("source_record", ("q.rid",), ("r.rid",)),
)

ALTERNATIVE = Shape(name="alternative", source="claim q", columns=_CLAIMED).related(record=CLAIM.relations["record"])

STATEMENT = Shape(
    name="statement",
    source="claim q",
    columns={**_CLAIMED, "stands": Column(("q.winner",), bool)},
)

TIMELINE = Shape(
    name="timeline",
    source="placement p JOIN connection c ON c.id = p.connection_id",
    where="p.at IS NOT NULL",
    columns={
        "id": Column(("p.kind", "p.rid", "p.part"), lambda kind, rid, part: of_record(f"entry_{kind}")(rid, part)),
        "about_id": Column(("p.kind", "p.rid", "p.part"), lambda kind, rid, part: of_record(kind)(rid, part)),
        **plain("p", "kind", "at", "title", "direction"),
        "system": Column(("c.plugin",)),
        "connection": Column(("c.name",)),
    },
).related(
    customer=Relation("customer", ("p.customer_id",), ("k.id",), keys="word"),
    person=Relation("person", ("p.person_id",), ("n.id",), keys="word"),
    record=Relation("source_record", ("p.rid",), ("r.rid",)),
)

SHAPES = (CUSTOMER, PERSON, PLACE, FORMER_PLACE, CUSTOMER_MONEY, OWNER, CLAIM, ALTERNATIVE, STATEMENT, TIMELINE)
