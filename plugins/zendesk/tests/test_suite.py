"""What every connector promises, tried against the simulated desk."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import httpx

from kizuna.sandbox import VendorSandbox
from kizuna.sandbox.clock import VirtualClock
from kizuna.sandbox.server import populate
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.world import World
from kizuna.testing import ConnectorSuite
from kizuna_zendesk import Zendesk
from kizuna_zendesk.sandbox import ZendeskSandbox
from kizuna_zendesk.sandbox.asking import API_TOKEN, EMAIL
from kizuna_zendesk.streams import Wishes, streams

MOST = 3


@cache
def memory() -> SandboxState:
    """A small desk, whose answers fit one page of an export: a time-based one repeats rows at its page's edge."""
    world = World(seed=3, companies=12)
    return populate([ZendeskSandbox(surveys=True)], world, VirtualClock(world.now))[0]


def shown() -> dict[str, list[dict[str, Any]]]:
    """Some records of every stream, as the desk shows them."""
    state = memory()
    found = {stream.name: [record.payload for record in state.live(stream.name)][:MOST] for stream in streams(Wishes())}
    said = [child for event in state.live("ticket_events") for child in event.payload["child_events"]]
    found["comments"] = [{**child, "ticket_id": 1} for child in said if child["event_type"] == "Comment"][:MOST]
    survey = {"id": "01KGE4W600B9V6RD1T4S3Y2Z5X", "responder_id": 11, "answers": []}
    found["survey_responses"] = [survey, {**survey, "id": "01KGE4W600B9V6RD1T4S3Y2Z5Y"}]
    return found


class TestZendesk(ConnectorSuite):
    connector = Zendesk
    settings = {"email": EMAIL, "api_token": API_TOKEN, "base_url": "http://desk.example"}  # noqa: RUF012
    records = shown()
    travelled = ("users", "organizations", "tickets")
    short: ClassVar[Mapping[str, str]] = {"per_page": "5", "page[size]": "5"}
    merges = ("account", "person")
    names_winners = False
    exempt: ClassVar[Mapping[str, str]] = {
        "sets_a_bad_record_aside": "its readings are its own; sets_poison_aside tries it on the sandbox",
        "replays_samples": "its recordings lie outside the project; test_samples replays them",
        "renews_a_token_in_mid_page": "API tokens and the OAuth tokens that are taken do not expire",
        "fits_many_fields_into_a_url": "Zendesk sends every field unasked",
    }

    def sandbox(self) -> VendorSandbox:
        return ZendeskSandbox()

    def vendor(self) -> httpx.AsyncBaseTransport:
        state = memory()
        return httpx.ASGITransport(ZendeskSandbox(surveys=True).app(state))
