"""Deskhand, an imaginary help desk. Vendor notes: https://deskhand.example/docs/v2."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kizuna import sdk


class DeskhandSettings(sdk.Settings):
    subdomain: str
    token: sdk.SecretStr
    base_url: str | None = None


class Changed(sdk.Payload):
    id: int
    updated_at: datetime
    deleted: bool = False
    merged_into: int | None = None


class Person(Changed, kw_only=True):
    full_name: str
    email: str | None = None


class Case(Changed, kw_only=True):
    title: str
    state: str
    created_at: datetime
    requester_id: int | None = None


STATES = {"new": sdk.TicketStatus.NEW, "with_customer": sdk.TicketStatus.PENDING, "solved": sdk.TicketStatus.SOLVED}


def person(payload: Person) -> Iterator[sdk.Said]:
    yield sdk.Person(
        name=payload.full_name,
        emails=(payload.email,) if payload.email else (),
        role="requester",
        updated_at=payload.updated_at,
    )
    if payload.merged_into is not None:
        yield sdk.Merged(loser=sdk.Ref("people", str(payload.id)), winner=sdk.Ref("people", str(payload.merged_into)))


def ticket(payload: Case) -> Iterator[sdk.Said]:
    status, unmapped = sdk.known(payload.state, STATES, sdk.TicketStatus.OTHER, "state")
    yield sdk.Ticket(
        subject=payload.title,
        status=status,
        stage=payload.state,
        person=sdk.Ref("people", str(payload.requester_id)) if payload.requester_id else None,
        opened_at=payload.created_at,
        updated_at=payload.updated_at,
    )
    yield from unmapped


def changed(payload: Changed) -> datetime:
    return payload.updated_at


def gone(payload: Changed) -> str | None:
    if payload.merged_into is not None:
        return "merged"
    return "deleted" if payload.deleted else None


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
        since: sdk.Since[Changed] = sdk.Since("updated_after", changed)
        limit = (("limit", "100"),)
        return (
            sdk.Stream(
                name="people",
                payload=Person,
                map=person,
                version=changed,
                deleted=gone,
                reading=sdk.Listing(
                    path="/people", payload=Person, items="people", paging=paging, since=since, params=limit
                ),
            ),
            sdk.Stream(
                name="cases",
                payload=Case,
                map=ticket,
                version=changed,
                deleted=gone,
                reading=sdk.Listing(
                    path="/cases", payload=Case, items="cases", paging=paging, since=since, params=limit
                ),
            ),
        )


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.AnyConnector]]:
    yield Deskhand


@sdk.hookimpl
def kizuna_sandboxes() -> Iterator[Any]:
    from kizuna_deskhand.sandbox import DeskhandSandbox

    yield DeskhandSandbox
