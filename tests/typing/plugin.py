"""A plugin as a stranger writes it; it is never run, two type checkers read it. What it uses of the SDK is public."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_type

import httpx

from kizuna import sdk


class DeskhandSettings(sdk.Settings):
    """What an administrator sets."""

    subdomain: str
    token: sdk.SecretStr
    base_url: str | None = None


class Person(sdk.Payload):
    """Someone who asks."""

    id: int
    full_name: str
    email: str | None = None
    updated_at: datetime | None = None


class Case(sdk.Payload):
    """A question."""

    id: int
    title: str
    state: str
    requester_id: int
    created_at: datetime
    updated_at: datetime


STATES = {"new": sdk.TicketStatus.NEW, "with_customer": sdk.TicketStatus.PENDING, "solved": sdk.TicketStatus.SOLVED}


def person(payload: Person) -> sdk.Person:
    """One fact."""
    return sdk.Person(name=payload.full_name, emails=(payload.email,) if payload.email else ())


def ticket(payload: Case) -> Iterator[sdk.Said]:
    """A fact, and a note when the vendor's word is not known."""
    status, unmapped = sdk.known(payload.state, STATES, sdk.TicketStatus.OTHER, "state")
    yield sdk.Ticket(
        subject=payload.title,
        status=status,
        opened_at=payload.created_at,
        person=sdk.Ref("people", str(payload.requester_id)),
    )
    yield from unmapped


PAGING = sdk.Cursor(param="cursor", token="meta.next")


def changed(payload: Case) -> datetime:
    """When the vendor last changed it."""
    return payload.updated_at


class Deskhand(sdk.Connector[DeskhandSettings]):
    """Support cases and the people who opened them."""

    key = "deskhand"
    title = "Deskhand"
    department = sdk.Department.SUPPORT
    limits = (sdk.Limit(10, 1.0),)

    def base_url(self) -> str:
        return self.settings.base_url or f"https://{self.settings.subdomain}.deskhand.example/v2"

    def auth(self) -> sdk.Auth:
        return sdk.Bearer(self.settings.token)

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        since = sdk.Since("updated_after", changed)
        return (
            sdk.Stream(
                name="people",
                payload=Person,
                map=person,
                reading=sdk.Listing(path="/people", payload=Person, items="people", paging=PAGING),
            ),
            sdk.Stream(
                name="cases",
                payload=Case,
                map=ticket,
                version=changed,
                reading=sdk.Listing(path="/cases", payload=Case, items="cases", paging=PAGING, since=since),
            ),
        )


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.AnyConnector]]:
    """The hook most plugins meet, and the only one."""
    yield Deskhand


class Odd:
    """A reading of one's own: a state machine that satisfies the protocol without inheriting from it."""

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return sdk.Turn(ask=sdk.Ask(path="/odd"))

    def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        return sdk.Turn(whole=True)


class Signed:
    """Webhooks of one's own."""

    def genuine(self, delivery: sdk.Delivery, secrets: Sequence[sdk.SecretStr]) -> bool:
        return False

    def hints(self, delivery: sdk.Delivery) -> Sequence[sdk.Hint]:
        return (sdk.Hint(stream="cases", id="1", event="e1"),)


reading: sdk.Reading = Odd()
webhooks: sdk.Webhooks = Signed()


def what_inference_gives(connector: Deskhand, payload: Person) -> None:
    """The types an author's editor shows."""
    assert_type(connector.settings, DeskhandSettings)
    assert_type(connector.settings.token.get_secret_value(), str)
    assert_type(payload.email, str | None)
    assert_type(sdk.instant("2026-03-01T12:00:00Z"), datetime | None)
    authentication: httpx.Auth = connector.auth()
    del authentication
