"""Salesforce's answers opened just as far as a reading must look; the records themselves stay raw bytes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kizuna import sdk
from kizuna_salesforce.ids import full_id


class Page(msgspec.Struct, rename="camel", frozen=True):
    """A page of rows."""

    records: list[msgspec.Raw]
    total_size: int | None = None
    done: bool = True
    next_records_url: str | None = None


class Row(msgspec.Struct, rename="pascal", frozen=True):
    """What orders the rows."""

    id: str | None = None
    system_modstamp: datetime | None = None
    last_modified_date: datetime | None = None
    created_date: datetime | None = None

    def at(self) -> datetime | None:
        """The row's place in time, by the best stamp it carries."""
        return self.system_modstamp or self.last_modified_date or self.created_date


class Field(msgspec.Struct, rename="camel", frozen=True):
    """A field as the description has it; ``compound_field_name`` is the field that shows it together with others."""

    name: str
    type: str = "string"
    custom: bool = False
    compound_field_name: str | None = None
    deprecated_and_hidden: bool = False


class Description(msgspec.Struct, rename="camel", frozen=True):
    """An object as the org and the user's permissions make it."""

    fields: list[Field]
    queryable: bool = True
    replicateable: bool = True  # whether ``/deleted`` can be asked


class Gone(msgspec.Struct, rename="camel", frozen=True):
    id: str
    deleted_date: datetime | None = None


class Purged(msgspec.Struct, rename="camel", frozen=True):
    """The answer of ``/deleted``."""

    deleted_records: list[Gone]
    earliest_date_available: datetime | None = None
    latest_date_covered: datetime | None = None


CURSORS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")
"""Stamps by which changes are found, the best first: only the first one also moves when Salesforce itself writes."""

_PAGE = msgspec.json.Decoder(Page)
_ROW = msgspec.json.Decoder(Row)
_DESCRIPTION = msgspec.json.Decoder(Description)
_PURGED = msgspec.json.Decoder(Purged)


def page(answer: sdk.Answer, sobject: str, asked: str) -> Page:
    """The page. Raises PageError when it is none, or when it would lead back to the request ``asked``."""
    try:
        found = _PAGE.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"{sobject}: the answer is no page of records; the page is refused") from error
    if not found.done and not found.next_records_url:
        raise sdk.PageError(f"{sobject}: the page says it is not the last and names no next one; it is refused")
    if found.next_records_url and found.next_records_url == asked:
        raise sdk.PageError(f"{sobject}: the page names itself as the next one; it is refused")
    return found


def rows(found: Page) -> list[tuple[datetime, str]]:
    """Time and id of each row that has both; a row that has not is left to the engine to set aside."""
    seen = []
    for raw in found.records:
        try:
            row = _ROW.decode(raw)
        except msgspec.DecodeError:
            continue
        at = sdk.instant(row.at())
        if at is not None and row.id:
            seen.append((at, full_id(row.id)))
    return seen


def first_id(found: Page) -> str:
    """The id of the first row, empty when there is none that is understood."""
    try:
        return full_id(next((row.id for row in map(_ROW.decode, found.records) if row.id), ""))
    except msgspec.DecodeError:
        return ""


def description(answer: sdk.Answer, sobject: str) -> Description:
    """The description, with those fields only that can be asked for.

    Raises PageError when the answer is no description, DegradedError when the object cannot be queried.
    """
    try:
        found = _DESCRIPTION.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"{sobject}: the answer is no description of an object; it is refused") from error
    if not found.queryable:
        raise sdk.DegradedError(f"{sobject}: the user may not query this object; grant read access to it.")
    shown = [field for field in found.fields if not field.deprecated_and_hidden]
    return msgspec.structs.replace(found, fields=shown)


def purged(answer: sdk.Answer, sobject: str) -> Purged:
    """The deleted ids. Raises PageError when the answer is no such list."""
    try:
        return _PURGED.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"{sobject}: the answer is no list of deleted ids; it is refused") from error
