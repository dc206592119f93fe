"""A rule for a custom field tried on stored records, before anything changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from kizuna.model.custom import FieldRule, at_path, fitted, misfit, says_nothing
from kizuna.model.facts import Account
from kizuna.sdk import AnyStream, Record
from kizuna.storage import evidence, kept
from kizuna.storage.connections import StoredConnection
from kizuna.storage.payloads import Payloads
from kizuna.sync.prepare import Decoding, Rejected

TRIED_MOST: Final = 1_000
SHOWN_CHARACTERS: Final = 120
_DECODE: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """What one record holds in the field, and what it would be kept as; ``problem`` says why it would not."""

    source_id: str
    holds: str
    kept: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """How many stored records were tried (a thousand at most), in how many the field is filled, and fits; some of them."""

    records: int = 0
    filled: int = 0
    fits: int = 0
    samples: tuple[Sample, ...] = ()


def tried(sql: Connection, stored: StoredConnection, stream: AnyStream, rule: FieldRule, samples: int) -> Trial:
    """What the rule would make of the first stored records that are there; those that do not fit are shown first."""
    payloads = Payloads(evidence.dictionaries(sql))
    decoding = Decoding(stored.name, stream)
    chunk = next(kept.versions(sql, stored.id, stream.name, TRIED_MOST, current_only=True), [])
    found: list[Sample] = []
    living = [version for version in chunk if version.deleted is None]
    for version in living:
        raw = payloads.opened(version.dictionary_id, version.payload)
        try:
            value = at_path(_DECODE.decode(raw), rule.path)
        except msgspec.DecodeError:
            continue
        if says_nothing(value):
            continue
        fit = fitted(rule, value, _currency(decoding, raw))
        problem = None if fit is not None else misfit(rule, value)
        found.append(Sample(version.source_id, _shown(value), fit, problem))
    unfit = [sample for sample in found if sample.problem]
    fine = (sample for sample in found if not sample.problem)
    chosen = [*unfit[: samples // 2 or samples], *fine]
    return Trial(len(living), len(found), len(found) - len(unfit), tuple(islice(chosen, samples)))


def _currency(decoding: Decoding, raw: bytes) -> str | None:
    """The currency of the account a record says."""
    record = decoding.understood(Record(raw=raw), _NEVER)
    said = decoding.said(record) if not isinstance(record, Rejected) else record
    facts = () if isinstance(said, Rejected) else said.facts
    return next((fact.currency for fact in facts if isinstance(fact, Account)), None)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
