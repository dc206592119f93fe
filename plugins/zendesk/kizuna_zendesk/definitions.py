"""What an account has defined for itself: statuses of tickets, parts of the desk, fields of tickets, users, organisations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from kizuna import sdk
from kizuna_zendesk.facts import DeskPart
from kizuna_zendesk.payloads import Id

PIPELINE = "tickets"
ORDER = ("new", "open", "pending", "hold", "solved")


class CustomStatus(sdk.Payload):
    """A status an account has defined (or renamed) within one of the vendor's five."""

    id: Id
    agent_label: str | None = None
    end_user_label: str | None = None
    status_category: str | None = None
    default: bool | None = None
    active: bool | None = None
    updated_at: datetime | None = None


class FieldChoice(sdk.Payload):
    """A choice of a drop-down: records hold its ``value``, people read its ``name``."""

    name: str | None = None
    value: str | None = None


class FieldDefinition(sdk.Payload):
    """A field; tickets name it by ``id``, users and organisations by ``key``."""

    id: Id
    key: str | None = None
    type: str | None = None
    title: str | None = None
    active: bool | None = None
    custom_field_options: tuple[FieldChoice, ...] | None = None
    updated_at: datetime | None = None


class Part(sdk.Payload):
    """A group, a brand or a form of tickets."""

    id: Id
    name: str | None = None
    active: bool | None = None
    deleted: bool | None = None  # of a group
    is_deleted: bool | None = None  # of a brand
    updated_at: datetime | None = None


class DefinedField(sdk.Fact, frozen=True, kw_only=True):
    """What a custom field of a stream's payloads is called, and what its stored values mean."""

    kind: ClassVar[str] = "field_definition"

    stream: str
    field: str  # the id or key under which a payload holds it
    title: str | None = None
    field_type: str | None = None
    active: bool = True
    choices: dict[str, str] = {}  # noqa: RUF012  msgspec copies it for each value


def custom_status(record: CustomStatus) -> Iterator[sdk.Stage]:
    """The status under its id; the default of a category also under the category's word, which tickets carry besides."""
    category = (record.status_category or "").lower()
    label = sdk.text(record.agent_label) or sdk.text(record.end_user_label)
    for own in (str(record.id), category) if record.default and category else (str(record.id),):
        yield sdk.Stage(
            part=own,
            pipeline=PIPELINE,
            pipeline_label="Tickets",
            stage=own,
            label=label,
            position=ORDER.index(category) if category in ORDER else len(ORDER),
            closed=category == "solved",
        )


def part_of(of: str, record: Part) -> DeskPart:
    """What that part of the desk is called."""
    return DeskPart(of=of, name=sdk.text(record.name), active=record.active is not False)


def gone_part(record: Part) -> str | None:
    """``deleted`` where the row says so."""
    return "deleted" if record.deleted or record.is_deleted else None


def field_of(stream: str, record: FieldDefinition) -> DefinedField:
    """A field of that stream's payloads."""
    choices = {
        choice.value: choice.name for choice in record.custom_field_options or () if choice.value and choice.name
    }
    return DefinedField(
        stream=stream,
        field=str(record.key or record.id),
        title=sdk.text(record.title),
        field_type=sdk.text(record.type),
        active=record.active is not False,
        choices=choices,
    )
