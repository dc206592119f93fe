"""Every address of the simulated desk answers as the vendor's own description of the API says, and says no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema.protocols import Validator

from kizuna.sandbox import World, serve
from kizuna_zendesk.sandbox import ZendeskSandbox
from kizuna_zendesk.sandbox.desk import addresses
from plugins.zendesk.tests.conftest import Desk
from tests.support.described import checks, complaints, nameless

# What the description leaves out and recorded answers hold: its object → the fields.
RECORDED = {
    "TicketObject": ("fields", "generated_timestamp"),
    "OrganizationObject": ("deleted_at",),
}
PAGED = ("count", "next_page", "previous_page", "links", "meta")
EVENT = "#/components/schemas/TicketMetricEvent"
# The description has no address for these: newer ones, and those it names together with others.
UNDESCRIBED = {"/api/v2/tickets/{}/metrics", "/api/v2/guide/survey_responses", "/api/v2/groups/show_many"}
ASKED = sorted({path for method, path, _ in addresses() if method == "GET"} - {"/api/v2/users/me"})


@pytest.fixture(scope="module")
def official(samples: Path) -> dict[str, Validator]:
    folder = samples / "zendesk" / "openapi"
    api = json.loads((folder / "zendesk-support-oas.json").read_bytes())
    objects: dict[str, Any] = json.loads((folder / "zendesk-objects.jsonschema.json").read_bytes())["components"][
        "schemas"
    ]
    for name, fields in RECORDED.items():
        objects[name]["properties"] |= {field: {} for field in fields}
    objects["TicketObject"]["properties"]["status"]["enum"].append("deleted")  # as recorded in exports
    # It describes the events of tickets by mistake as those of their measures, and those by what all of them share.
    objects["ExportIncrementalTicketEventsResponse"]["properties"]["ticket_events"]["items"] = {"type": "object"}
    shared = objects["TicketMetricEventBaseObject"]["properties"]
    for kind in ("Breach", "SLA", "UpdateStatus"):
        shared |= objects[f"TicketMetricEvent{kind}Object"]["allOf"][1]["properties"]
    return checks(api, objects, null_anywhere=True, also=(*PAGED, "end_of_stream"))


@pytest.fixture(scope="module")
def desk(world: World) -> Iterator[Desk]:
    """A desk with a ticket and a user in the bin."""
    with serve([ZendeskSandbox()], world=world, port_base=0, limits=False) as served:
        made = Desk(served)
        made.send("DELETE", f"/api/v2/tickets/{made.state.live('tickets')[0].id}")
        made.send("DELETE", f"/api/v2/users/{next(one.id for one in made.state.of_kind('person'))}")
        made.later()
        yield made


@pytest.mark.parametrize("query", [{}, {"page[size]": "50"}], ids=["by number", "by cursor"])
@pytest.mark.parametrize("path", ASKED)
def test_an_answer_is_as_the_vendor_describes_it(
    path: str, query: dict[str, str], desk: Desk, official: dict[str, Validator]
) -> None:
    stream = path.split("/")[3]
    known = [record.id for record in desk.state.live(stream)]
    ids = {"ids": ",".join(known[:20])} if "show_many" in path else {}
    since = {"start_time": "0"} if "incremental" in path else {}
    described = nameless(path)

    answer = desk.get(re.sub(r"\{.*?\}", known[-1] if known else "0", path), **query, **ids, **since)

    assert answer.is_success
    if described in UNDESCRIBED or path.endswith("/sample"):
        assert described not in official
    else:
        assert complaints(official[described], answer.json()) == {}
