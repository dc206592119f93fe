"""Reading HubSpot's values: wrapped or plain, lists in strings, associations, merged ids, keys and times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from kizuna import sdk
from kizuna_hubspot.payloads import CrmRecord, Pipeline, Property, Wrapped

R = TypeVar("R", bound=CrmRecord)


def said(value: Property) -> str | None:
    """The value as text without surrounding space, None when there is none; the empty string clears a property."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    bare = value.value if isinstance(value, Wrapped) else value
    if isinstance(bare, bool):
        return str(bare).lower()
    return None if bare is None else str(bare).strip() or None


def instant(value: Property) -> datetime | None:
    """The instant a property or field names. Raises PayloadError when it names none."""
    if isinstance(value, str) and value.endswith("Z"):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return sdk.instant(value)
    return sdk.instant(said(value))


def several(value: Property) -> tuple[str, ...]:
    """The parts of a multi-valued property: ``a;b;c``."""
    text = said(value)
    return tuple(part for part in (piece.strip() for piece in text.split(";")) if part) if text else ()


def distinct(*values: str | None) -> tuple[str, ...]:
    """The values that are there, each once, in their order."""
    return tuple(dict.fromkeys([value for value in values if value]))


def ref(stream: str, value: Property) -> sdk.Ref | None:
    """A reference to the record with that id, None when the property is empty."""
    text = said(value)
    return sdk.Ref(stream, text) if text else None


def cross_references(*pairs: tuple[str, Property]) -> tuple[sdk.CrossRef, ...]:
    """Ids of other systems that stand in sync fields: (system, property)."""
    found = [(system, said(value)) for system, value in pairs if value is not None]
    return tuple(dict.fromkeys(sdk.CrossRef(system, text) for system, text in found if text)) if found else ()


def targets(record: CrmRecord, kind: str) -> dict[str, list[str]]:
    """The ids a record is associated with → the types of the association; an id is repeated once a label."""
    found: dict[str, list[str]] = {}
    associated = record.associations.get(kind) if record.associations else None
    for association in associated.results if associated else ():
        found.setdefault(str(association.id), []).append(association.type or "")
    return found


def main_target(record: CrmRecord, kind: str) -> sdk.Ref | None:
    """The primary association, the first where none is primary, None where there is none.

    The primary one has the bare type ``contact_to_company``; the same id comes again as ``…_unlabeled``.
    """
    associated = record.associations.get(kind) if record.associations else None
    if not associated or not associated.results:
        return None
    for association in associated.results:
        word = association.type or ""
        if "_to_" in word and not word.endswith("_unlabeled"):
            return sdk.Ref(kind, str(association.id))
    return sdk.Ref(kind, str(associated.results[0].id))


def label(types: Sequence[str]) -> str | None:
    """The label people gave an association, None when it has only HubSpot's own types."""
    return next((word for word in types if word and "_to_" not in word), None)


def merges(stream: str, winner: str, *lists: Property) -> tuple[sdk.Merged, ...]:
    """One ``Merged`` for each record that became this one.

    ``hs_merged_object_ids`` is ``id;id``, ``hs_calculated_merged_vids`` is ``vid:milliseconds;…``; ``hs_all_contact_vids`` is
    ``vid;vid`` and holds the winner's own id too.
    """
    losers = [part.partition(":")[0].strip() for value in lists if value for part in several(value)]
    return tuple(
        sdk.Merged(loser=sdk.Ref(stream, loser), winner=sdk.Ref(stream, winner))
        for loser in dict.fromkeys(losers)
        if loser.isdigit() and loser != winner
    )


def record_key(record: CrmRecord) -> str:
    """The record's id in the shape at hand. Raises PayloadError when it has none."""
    for value in (record.id, record.company_id, record.vid):
        if value is not None and value != "":
            return str(value)
    raise sdk.PayloadError("the record has no id", field="id")


def touched_at(record: CrmRecord) -> datetime | None:
    """When HubSpot last changed the record; archiving does not move ``updatedAt`` but has a time of its own."""
    updated_at, archived_at = instant(record.updated_at), instant(record.archived_at)
    return max(updated_at, archived_at) if updated_at and archived_at else updated_at or archived_at


def whole(meaning: Callable[[R], sdk.Said | Iterable[sdk.Said]]) -> Callable[[R], sdk.Said | Iterable[sdk.Said]]:
    """The mapping, for records that are whole: one that HubSpot would not complete is set aside and read again."""

    def said_of(record: R) -> sdk.Said | Iterable[sdk.Said]:
        if record.incomplete:
            raise sdk.PayloadError(f"HubSpot answered in part ({record.incomplete})", field="incomplete")
        return meaning(record)

    return said_of


def gone(record: CrmRecord) -> str | None:
    """``archived`` for a record that says so of itself."""
    return "archived" if record.archived else None


def pipeline_key(pipeline: Pipeline) -> str:
    """The pipeline's id in the shape at hand. Raises PayloadError when it has none."""
    found = pipeline.id if pipeline.id is not None else pipeline.pipeline_id
    if found is None:
        raise sdk.PayloadError("the pipeline has no id", field="id")
    return str(found)
