"""What a page lacks: associations and properties, read by batches."""

import pytest

from kizuna import sdk
from kizuna_hubspot.kinds import COMPANIES, DEALS
from plugins.hubspot.tests.answered import DONE, START, asked, opened, params, raw, reading, results, step


def test_found_records_carry_their_associations_in_the_lists_shape() -> None:
    machine = reading()
    wanting = step(machine, opened(machine, DONE), results(501, 502))
    said = {
        "results": [
            {
                "from": {"id": "501"},
                "to": [
                    {
                        "toObjectId": 29022297485,
                        "associationTypes": [
                            {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
                            {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
                        ],
                    },
                    {
                        "toObjectId": "7",
                        "associationTypes": [{"category": "USER_DEFINED", "typeId": 37, "label": "Adviser"}],
                    },
                ],
            }
        ],
        "errors": [{"category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}],
        "numErrors": 1,
    }

    turn = step(machine, wanting, said, 207)

    assert asked(wanting).path == "/crm/v4/associations/contacts/companies/batch/read"
    assert asked(wanting).json == {"inputs": [{"id": "501"}, {"id": "502"}]}
    assert (wanting.records, wanting.bookmark) == ((), None)
    assert [raw(record).get("associations") for record in turn.records] == [
        {
            "companies": {
                "results": [
                    {"id": "29022297485", "type": "contact_to_company"},
                    {"id": "29022297485", "type": "contact_to_company_unlabeled"},
                    {"id": "7", "type": "Adviser"},
                ]
            }
        },
        None,
    ]
    assert turn.bookmark == {"phase": "archived", "until": "2026-03-01T12:00:00Z", "since": "2026-03-01T10:00:00Z"}


def test_what_completes_a_page_is_asked_ahead_and_the_next_page_after_it() -> None:
    machine = reading(DEALS)
    wanting = step(machine, opened(machine, DONE), results(501, 502, after="x"))

    second = step(machine, wanting, {"results": []})

    paths = [ask.path for ask in (asked(wanting), *wanting.ahead)]
    assert paths == [
        *(f"/crm/v4/associations/deals/{to}/batch/read" for to in DEALS.associations),
        "/crm/v3/objects/deals/search",
    ]
    assert (asked(second), *second.ahead) == wanting.ahead
    assert wanting.ahead[-1].json["filterGroups"][0]["filters"][-1]["value"] == "502"


def test_associations_that_do_not_fit_into_one_answer_are_asked_on() -> None:
    machine = reading()
    wanting = step(machine, opened(machine, DONE), results(501))
    part = {"from": {"id": "501"}, "to": [{"toObjectId": 1, "associationTypes": []}]}

    further = step(machine, wanting, {"results": [{**part, "paging": {"next": {"after": "x"}}}]})
    turn = step(machine, further, {"results": [{**part, "to": [{"toObjectId": 2}]}]})

    assert asked(further).json == {"inputs": [{"id": "501", "after": "x"}]}
    assert [each["id"] for each in raw(turn.records[0])["associations"]["companies"]["results"]] == ["1", "2"]


def test_an_association_read_that_failed_in_part_is_refused() -> None:
    machine = reading()
    wanting = step(machine, opened(machine, DONE), results(501, 502))

    with pytest.raises(sdk.PageError, match="INTERNAL_ERROR"):
        step(machine, wanting, {"results": [], "errors": [{"category": "INTERNAL_ERROR"}]}, 207)


def test_a_listed_record_whose_associations_spilled_over_is_completed() -> None:
    machine = reading()
    few = {"id": "1", "properties": {}, "associations": {"companies": {"results": [{"id": "5", "type": "x"}]}}}
    many = {**few, "id": "2", "associations": {"companies": {"results": [], "paging": {"next": {"after": "9"}}}}}

    wanting = step(machine, opened(machine), {"results": [few, many]})
    turn = step(machine, wanting, {"results": [{"from": {"id": 2}, "to": [{"toObjectId": 6}]}]})

    assert asked(wanting).json == {"inputs": [{"id": "2"}]}
    assert raw(turn.records[0]) == few
    assert raw(turn.records[1])["associations"] == {
        "companies": {"results": [{"id": "6", "type": "contact_to_company_unlabeled"}]}
    }


def test_properties_the_portal_defined_are_asked_for_too() -> None:
    machine = reading(COMPANIES, custom=True)
    definitions = {
        "results": [{"name": "plan_tier", "hubspotDefined": False}, {"name": "about_us", "hubspotDefined": True}]
    }

    turn = step(machine, machine.begin(None, START), definitions)

    names = params(turn)["properties"].split(",")
    assert "plan_tier" in names
    assert "about_us" not in names


def test_properties_beyond_one_request_are_read_by_batch_and_written_into_the_record() -> None:
    machine = reading(COMPANIES, custom=True)
    definitions = {"results": [{"name": f"custom_{number:03}"} for number in range(150)]}

    first = step(machine, machine.begin(None, START), definitions)
    wanting = step(machine, first, {"results": [{"id": "1", "properties": {"name": "A"}}]})
    more = {"results": [{"id": "1", "properties": {"name": "B", "custom_149": "x"}}]}
    turn = step(machine, wanting, more)

    assert len(params(first)["properties"].split(",")) == 100
    assert asked(wanting).path == "/crm/v3/objects/companies/batch/read"
    assert "custom_149" in asked(wanting).json["properties"]
    assert raw(turn.records[0])["properties"] == {"name": "A", "custom_149": "x"}
