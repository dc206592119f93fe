"""The truth to compare with: who is who in every system, and how every subscription really moved."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from kizuna.sandbox.records import Account, Subscription
from kizuna.sandbox.state import SandboxState


class TruthRow(msgspec.Struct, frozen=True):
    """One record that carries an account (``customer``) or a person (``person``) and whom it really is."""

    entity: str
    true_id: str
    system: str
    stream: str
    source_id: str


class TrueMovement(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a company's recurring revenue; ``before`` and ``after`` are the subscription's MRR in minor units.

    ``kind``: start · trial_start · trial_end · upgrade · downgrade · pause · resume · discount_start · discount_end · past_due ·
    unpaid · recovered · cancel_request · cancel. Several subscriptions of one company move on their own.
    """

    true_id: str
    system: str
    account_id: str
    subscription_id: str
    at: datetime
    kind: str
    currency: str
    before: int
    after: int
    reason: str | None


def truth_rows(states: Iterable[SandboxState]) -> list[TruthRow]:
    """Every live record that carries an account or a person, with whom it is; as things stand now."""
    rows: list[TruthRow] = []
    for state in states:
        system = state.view.profile.key
        with state.lock:
            for collection in state.collections.values():
                for record in collection:
                    if not record.live:
                        continue
                    if record.customer is not None:
                        rows.append(TruthRow("customer", record.customer, system, record.stream, record.id))
                    if record.person is not None:
                        rows.append(TruthRow("person", record.person, system, record.stream, record.id))
    return rows


def true_movements(states: Iterable[SandboxState]) -> list[TrueMovement]:
    """What really happened to every subscription the systems hold, in order of time."""
    made: list[TrueMovement] = []
    for state in states:
        with state.lock:
            companies = {
                record.id: record.company for record in state.of_kind("account") if isinstance(record, Account)
            }
            for record in state.of_kind("subscription"):
                if isinstance(record, Subscription):
                    made.extend(_moved(record, state.view.profile.key, companies.get(record.account_id, "")))
    return sorted(made, key=lambda movement: (movement.at, movement.subscription_id))


def _moved(subscription: Subscription, system: str, company: str) -> list[TrueMovement]:
    made, before = [], 0
    for change in subscription.history:
        made.append(
            TrueMovement(
                true_id=company,
                system=system,
                account_id=subscription.account_id,
                subscription_id=subscription.id,
                at=change.at,
                kind=change.kind,
                currency=subscription.currency,
                before=before,
                after=change.mrr,
                reason=change.reason,
            )
        )
        before = change.mrr
    return made


def as_csv(rows: Sequence[msgspec.Struct]) -> str:
    """Rows as CSV with a header; no rows are no text."""
    if not rows:
        return ""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(rows[0].__struct_fields__)
    for row in rows:
        values = msgspec.structs.astuple(row)
        writer.writerow([value.isoformat() if isinstance(value, datetime) else value for value in values])
    return target.getvalue()


def as_json(rows: Sequence[msgspec.Struct]) -> str:
    """Rows as a JSON array of objects."""
    return json.dumps(msgspec.to_builtins(list(rows)), ensure_ascii=False)


def write_truth(path: Path, states: Sequence[SandboxState]) -> None:
    """Write who is who to ``path`` and the movements beside it (``NAME.movements.SUFFIX``); JSON when it ends so, else CSV."""
    form = as_json if path.suffix == ".json" else as_csv
    _replace(path, form(truth_rows(states)))
    _replace(path.with_name(f"{path.stem}.movements{path.suffix}"), form(true_movements(states)))


def _replace(path: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


class TruthFile:
    """Who is who in a file that follows the sandboxes' changes; ``refresh`` writes it when something has changed."""

    def __init__(self, path: Path, states: Sequence[SandboxState]) -> None:
        self.path, self.states = path, tuple(states)
        self._written_at = -1

    def refresh(self) -> bool:
        """Write the file when it is behind; whether it was."""
        seen = sum(len(state.changes) for state in self.states)
        if seen == self._written_at:
            return False
        write_truth(self.path, self.states)
        self._written_at = seen
        return True
