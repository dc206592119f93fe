"""The vendors' own fields on their whole way: from four systems' payloads to one customer, by rules made afterwards."""

from __future__ import annotations

from pathlib import Path

from kizuna.sync.mapping import remapping
from kizuna.sync.mapping.wishes import Wish, put_into_force
from tests.journeys.test_plans import SMALL, scans_of, statements_of, tables
from tests.support.worlds import Kizuna, edit, kizuna, world

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")


KEPT = (
    ("salesforce", "Account", "Segment__c", "segment"),
    ("hubspot", "companies", "properties.customer_segment", "segment"),
    ("stripe", "customers", "metadata.salesforce_id", "crm_id"),
)


def say(made: Kizuna, *wishes: Wish) -> None:
    """The rules made, and applied to what is stored."""
    for wish in wishes:
        put_into_force(made.parts.database, made.parts.plugins, wish, "tester")
    assert remapping.finish(made.parts.deriver, made.parts.plugins)


def test_fields_of_several_systems_become_one_of_the_customer(database_url: str) -> None:
    with world(*VENDORS, companies=12) as served, kizuna(database_url, served) as made:
        made.sync(*VENDORS)

        say(made, *(Wish(connection=c, stream=s, path=p, keep=True, name=n) for c, s, p, n in KEPT))
        say(made, Wish(connection="salesforce", stream="Account", path="NameLatin__c", attribute="category"))
        mapped_again = made.not_as_rebuilt()
        edit(served, seed=3, edits=20)
        made.sync(*VENDORS)

        values = made.rows("SELECT entity_id, name, system FROM custom_value")
        systems = {(name, system) for _, name, system in values}
        both = {entity for entity, name, system in values if (name, system) == ("segment", "hubspot")}
        both &= {entity for entity, name, system in values if (name, system) == ("segment", "salesforce")}
        assert mapped_again == []
        assert systems == {("segment", "salesforce"), ("segment", "hubspot"), ("crm_id", "stripe")}
        assert both
        assert made.rows(
            "SELECT COUNT(*) FROM custom_value WHERE winner AND name = 'segment' GROUP BY entity_id, name"
        ) == [(1,) for _ in {entity for entity, name, _ in values if name == "segment"}]
        assert made.not_as_rebuilt() == []


def test_what_rules_touch_is_found_by_index(tmp_path: Path) -> None:
    with world(*VENDORS, companies=12) as served, kizuna(f"sqlite:///{tmp_path / 'kizuna.db'}", served) as made:
        made.sync(*VENDORS)
        statements = statements_of(made.parts.database.engine)

        say(made, *(Wish(connection=c, stream=s, path=p, keep=True, name=n) for c, s, p, n in KEPT))
        edit(served, seed=3, edits=20)
        made.sync(*VENDORS)

        scanned = scans_of(made.parts.database, set(statements))
        growing = tables(made) - SMALL - {"field_rule", "field_remap"}
        assert {name: statement for name, statement in scanned.items() if name in growing} == {}
