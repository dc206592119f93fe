"""Reading HubSpot's values: wrapped or plain, lists in strings, associations, merged ids, keys and times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kizuna import sdk
from kizuna_hubspot.payloads import CrmRecord, Pipeline, Property, Wrapped


def said(value: Property) -> str | None:
    """The value as text without surrounding space, None when there is none; the empty string clears a property."""
    bare = value.value if isinstance(value, Wrapped) else value
    if isinstance(bare, str):
        return bare.strip() or None
    if bare is None:
        return None
    return str(bare).lower() if isinstance(bare, bool) else str(bare)


def several(value: Property) -> tuple[str, ...]:
    """The parts of a multi-valued property: ``a;b;c``."""
    text = said(value)
    return tuple(part for part in (piece.strip() for piece in text.split(";")) if part) if text else ()


def distinct(values: Sequence[str | None]) -> tuple[str, ...]:
    """The values that are there, each once, in their order."""
    return tuple(dict.fromkeys(value for value in values if value))


def ref(stream: str, value: Property) -> sdk.Ref | None:
    """A reference to the record with that id, None when the property is empty."""
    text = said(value)
    return sdk.Ref(stream, text) if text else None


def cross_references(*pairs: tuple[str, Property]) -> tuple[sdk.CrossRef, ...]:
    """Ids of other systems that stand in sync fields: (system, property)."""
    found = ((system, said(value)) for system, value in pairs)
    return tuple(dict.fromkeys(sdk.CrossRef(system, text) for system, text in found if text))


def targets(record: CrmRecord, kind: str) -> dict[str, list[str]]:
    """The ids a record is associated with → the types of the association; an id is repeated once a label."""
    found: dict[str, list[str]] = {}
    associated = (record.associations or {}).get(kind)
    for association in associated.results if associated else ():
        found.setdefault(str(association.id), []).append(association.type or "")
    return found


def main_target(record: CrmRecord, kind: str) -> sdk.Ref | None:
    """The primary association, the first where none is primary, None where there is none.

    The primary one has the bare type ``contact_to_company``; the same id comes again as ``…_unlabeled``.
    """
    found = targets(record, kind)
    for target, types in found.items():
        if any("_to_" in word and not word.endswith("_unlabeled") for word in types):
            return sdk.Ref(kind, target)
    return sdk.Ref(kind, next(iter(found))) if found else None


def label(types: Sequence[str]) -> str | None:
    """The label people gave an association, None when it has only HubSpot's own types."""
    return next((word for word in types if word and "_to_" not in word), None)


def merges(stream: str, winner: str, *lists: Property) -> Iterator[sdk.Merged]:
    """One ``Merged`` for each record that became this one.

    ``hs_merged_object_ids`` is ``id;id``, ``hs_calculated_merged_vids`` is ``vid:milliseconds;…``.
    """
    losers = (part.partition(":")[0].strip() for value in lists for part in several(value))
    for loser in dict.fromkeys(losers):
        if loser.isdigit() and loser != winner:
            yield sdk.Merged(loser=sdk.Ref(stream, loser), winner=sdk.Ref(stream, winner))


def record_key(record: CrmRecord) -> str:
    """The record's id in the shape at hand. Raises PayloadError when it has none."""
    for value in (record.id, record.company_id, record.vid):
        if value is not None and value != "":
            return str(value)
    raise sdk.PayloadError("the record has no id", field="id")


def touched_at(record: CrmRecord) -> datetime | None:
    """When HubSpot last changed the record; archiving does not move ``updatedAt`` but has a time of its own."""
    times = [found for found in map(sdk.instant, (record.updated_at, record.archived_at)) if found]
    return max(times, default=None)


def gone(record: CrmRecord) -> str | None:
    """``archived`` for a record that says so of itself."""
    return "archived" if record.archived else None


def pipeline_key(pipeline: Pipeline) -> str:
    """The pipeline's id in the shape at hand. Raises PayloadError when it has none."""
    found = pipeline.id if pipeline.id is not None else pipeline.pipeline_id
    if found is None:
        raise sdk.PayloadError("the pipeline has no id", field="id")
    return str(found)
