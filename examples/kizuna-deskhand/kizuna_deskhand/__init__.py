"""Deskhand, an imaginary help desk. Vendor notes: https://deskhand.example/docs/v2."""

from collections.abc import Iterator
from datetime import datetime

from kizuna import sdk


class DeskhandSettings(sdk.Settings):
    subdomain: str
    token: sdk.SecretStr
    base_url: str | None = None


class Person(sdk.Payload):
    id: int
    full_name: str
    updated_at: datetime
    email: str | None = None


class Case(sdk.Payload):
    id: int
    title: str
    state: str
    requester_id: int
    created_at: datetime
    updated_at: datetime


STATES = {"new": sdk.TicketStatus.NEW, "with_customer": sdk.TicketStatus.PENDING, "solved": sdk.TicketStatus.SOLVED}


def person(payload: Person) -> sdk.Person:
    return sdk.Person(
        name=payload.full_name,
        emails=(payload.email,) if payload.email else (),
        role="requester",
        updated_at=payload.updated_at,
    )


def ticket(payload: Case) -> Iterator[sdk.Said]:
    status, unmapped = sdk.known(payload.state, STATES, sdk.TicketStatus.OTHER, "state")
    yield sdk.Ticket(
        subject=payload.title,
        status=status,
        stage=payload.state,
        person=sdk.Ref("people", str(payload.requester_id)),
        opened_at=payload.created_at,
        updated_at=payload.updated_at,
    )
    yield from unmapped


def changed(payload: Person | Case) -> datetime:
    return payload.updated_at


class Deskhand(sdk.Connector[DeskhandSettings]):
    """Cases of the help desk and the people who opened them."""

    key = "deskhand"
    title = "Deskhand"
    department = sdk.Department.SUPPORT
    limits = (sdk.Limit(10, 1.0),)  # 10 calls a second: https://deskhand.example/docs/v2/limits

    def base_url(self) -> str:
        return self.settings.base_url or f"https://{self.settings.subdomain}.deskhand.example/v2"

    def auth(self) -> sdk.Auth:
        return sdk.Bearer(self.settings.token)

    def trial(self) -> sdk.Ask:
        return sdk.Ask(path="/me")

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        paging = sdk.Cursor(param="cursor", token="meta.next")
        since: sdk.Since[Person | Case] = sdk.Since("updated_after", changed)
        return (
            sdk.Stream(
                name="people",
                payload=Person,
                map=person,
                version=changed,
                reading=sdk.Listing(path="/people", payload=Person, items="people", paging=paging, since=since),
            ),
            sdk.Stream(
                name="cases",
                payload=Case,
                map=ticket,
                version=changed,
                reading=sdk.Listing(path="/cases", payload=Case, items="cases", paging=paging, since=since),
            ),
        )


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.AnyConnector]]:
    yield Deskhand
