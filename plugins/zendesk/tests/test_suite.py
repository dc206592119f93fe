"""What every connector promises, tried against the simulated desk."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

import httpx
import msgspec

from kizuna.sandbox import Native, StoredRecord, VendorSandbox
from kizuna.sandbox.clock import VirtualClock
from kizuna.sandbox.records import Ticket
from kizuna.sandbox.server import populate
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.verbs import reply
from kizuna.sandbox.world import World
from kizuna.testing import ConnectorSuite
from kizuna.testing.happenings import Move
from kizuna.testing.travelling import Travelling
from kizuna_zendesk import Zendesk
from kizuna_zendesk.sandbox import ZendeskSandbox
from kizuna_zendesk.sandbox.asking import API_TOKEN, EMAIL
from kizuna_zendesk.sandbox.ids import stamp
from kizuna_zendesk.streams import PARTS, RATED_WITHIN, Wishes, streams

MOST = 3
DAY = timedelta(days=1)
DEFINITIONS = ("sla_policies", "ticket_fields", "user_fields", "organization_fields")
BY_WISH = ("ticket_metrics", "survey_responses")
WISHED = "it comes by other settings, or in an account with other surveys; TestZendeskByOtherWishes tries it"
SETTINGS: Mapping[str, Any] = {"email": EMAIL, "api_token": API_TOKEN, "base_url": "http://desk.example"}


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


def written_anew(name: str) -> Move:
    """Someone edits this field of a record."""

    def move(state: SandboxState, record: StoredRecord, word: str) -> None:
        state.rewrite(record.stream, record.id, **{name: word, "updated_at": stamp(state.now())})

    return move


def answered(state: SandboxState, event: StoredRecord, word: str) -> None:
    """Someone comments on the same ticket."""
    reply(state, str(event.payload["ticket_id"]), word)


def began_again(state: SandboxState, event: StoredRecord, _word: str) -> None:
    """Another event of the same promise."""
    now = state.now()
    own = max(int(held.id) for held in state.stream(event.stream)) + 1
    payload = {**event.payload, "id": own, "type": "fulfill", "time": stamp(now)}
    state.put(Native(stream=event.stream, id=str(own), payload=payload, created_at=now, updated_at=now))


def rated(state: SandboxState, rating: StoredRecord, word: str) -> None:
    """Someone turns a rating; one offered so long ago that lists by time no longer reach it is offered once more."""
    now, ticket = state.now(), state.neutral("ticket", str(rating.payload["ticket_id"]))
    assert isinstance(ticket, Ticket)
    given = ticket.rating
    if given is not None and given.id == rating.id and now - rating.created_at < RATED_WITHIN - DAY:
        state.change("ticket", ticket.id, rating=msgspec.structs.replace(given, comment=word, answered_at=now))
        return
    own = max(int(held.id) for held in state.stream(rating.stream)) + 1
    payload = {**rating.payload, "id": own, "comment": word, "created_at": stamp(now), "updated_at": stamp(now)}
    state.put(Native(stream=rating.stream, id=str(own), payload=payload, created_at=now, updated_at=now))


class TestZendesk(ConnectorSuite):
    connector = Zendesk
    settings = SETTINGS
    records = shown()
    travelled = tuple(stream.name for stream in streams(Wishes()) if stream.name not in BY_WISH)
    kept_as: ClassVar[Mapping[str, str]] = {"comments": "ticket_events"}
    moves: ClassVar[Mapping[str, Move]] = {
        "ticket_events": answered,
        "satisfaction_ratings": rated,
        "ticket_metric_events": began_again,
        "sla_policies": written_anew("title"),
        "custom_statuses": written_anew("agent_label"),
        **{name: written_anew("title") for name in DEFINITIONS[1:]},
        **{name: written_anew("name") for name in PARTS},
    }
    deletes = ("account", "person", "tickets", *DEFINITIONS, *PARTS)
    short: ClassVar[Mapping[str, str]] = {"per_page": "5", "page[size]": "5"}
    merges = ("account", "person")
    names_winners = False
    exempt: ClassVar[Mapping[str, str]] = {
        "sets_a_bad_record_aside": "its readings are its own; sets_poison_aside tries it on the sandbox",
        "replays_samples": "its recordings lie outside the project; test_samples replays them",
        "renews_a_token_in_mid_page": "API tokens and the OAuth tokens that are taken do not expire",
        "fits_many_fields_into_a_url": "Zendesk sends every field unasked",
        **{f"is_changed_over_time {name}": WISHED for name in BY_WISH},
        "is_deleted_over_time comments": "Zendesk deletes no comments, it redacts them; test_followups tries it",
        "is_deleted_over_time satisfaction_ratings": "Zendesk deletes no ratings",
        "is_deleted_over_time ticket_metric_events": "Zendesk marks them as deleted; test_service_levels tries it",
        "is_deleted_over_time custom_statuses": "Zendesk deactivates statuses, which tickets go on to have",
    }

    def sandbox(self) -> VendorSandbox:
        return ZendeskSandbox()

    def vendor(self) -> httpx.AsyncBaseTransport:
        state = memory()
        return httpx.ASGITransport(ZendeskSandbox(surveys=True).app(state))


class TestZendeskByOtherWishes(Travelling):
    """Over time, what other settings and an account with the newer surveys bring."""

    connector = Zendesk
    chosen: ClassVar[Mapping[str, Any]] = {
        "ticket_metrics": "list",
        "user_identities": "each",
    }
    settings: ClassVar[Mapping[str, Any]] = {**SETTINGS, **chosen}
    travelled = ("users", *BY_WISH)
    companies = 3
    within_others = ("ticket_metrics",)  # their list leaves out those of archived tickets
    kept_as: ClassVar[Mapping[str, str]] = {"survey_responses": "satisfaction_ratings"}
    moves: ClassVar[Mapping[str, Move]] = {"satisfaction_ratings": rated}
    short = TestZendesk.short
    merges = ("account", "person")
    names_winners = False
    exempt: ClassVar[Mapping[str, str]] = {
        **{f"is_changed_over_time {name}": "TestZendesk tries it" for name in {*TestZendesk.travelled} - {"users"}},
        "is_deleted_over_time ticket_metrics": "Zendesk deletes no measures, they go with their tickets",
        "is_deleted_over_time survey_responses": "Zendesk deletes no answers",
        "renews_a_token_in_mid_page": TestZendesk.exempt["renews_a_token_in_mid_page"],
        "fits_many_fields_into_a_url": TestZendesk.exempt["fits_many_fields_into_a_url"],
    }

    def sandbox(self) -> VendorSandbox:
        return ZendeskSandbox(surveys=True)
