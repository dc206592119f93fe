"""Answers in part (HTTP 207): which of the records asked for HubSpot would not answer, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kizuna import sdk

ATTEMPTS = 3
_ABSENT = "OBJECT_NOT_FOUND"
_UNASSOCIATED = "NO_ASSOCIATIONS_FOUND"  # at the end of a subcategory, also where no category is told

_IDS = msgspec.json.Decoder(list[str | int])


class Fault(sdk.Payload, rename="camel"):
    """A fault in an answer; ``context`` names the ids, as ``ids`` or, of associations, as ``fromObjectId``."""

    category: str | None = None
    sub_category: str | None = None
    context: dict[str, msgspec.Raw] | None = None


def refused(faults: Sequence[Fault], asked: Sequence[str], answered: set[str]) -> Mapping[str, str]:
    """The ids that were refused, with the category of the fault.

    OBJECT_NOT_FOUND is none: the record has no association of the kind, or is not there any more. A fault that names
    no id may concern every record that was not answered.
    """
    absent = {key for fault in faults if is_absent(fault) for key in named(fault)}
    found: dict[str, str] = {}
    for fault in faults:
        if is_absent(fault):
            continue
        suspects = named(fault) or [key for key in asked if key not in answered and key not in absent]
        found.update(dict.fromkeys(suspects, fault.category or fault.sub_category or "no category"))
    return {key: found[key] for key in asked if key in found}


def is_absent(fault: Fault) -> bool:
    """Whether it says no more than that there is nothing."""
    return fault.category == _ABSENT or (fault.sub_category or "").rpartition(".")[2] == _UNASSOCIATED


def named(fault: Fault) -> list[str]:
    """The ids of the records a fault is about, none when it does not say."""
    context = fault.context or {}
    for name in ("fromObjectId", "ids", "id"):
        if name in context:
            try:
                return [str(key) for key in _IDS.decode(context[name])]
            except msgspec.DecodeError:
                return []
    return []
