"""What moved the recurring revenue of customers: the ledger under Kizuna's own policy, made anew from dated facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import tzinfo
from typing import Any

import msgspec
from sqlalchemy import Connection

from kizuna.metrics.movements import Movement, ledger
from kizuna.metrics.policy import KIZUNA
from kizuna.storage import agreements, golden


def unify(sql: Connection, customers: Collection[str], zone: tzinfo) -> None:
    """The movements of these customers; one without subscriptions and contracts has none."""
    made = ledger(agreements.dated(sql, zone, customers), KIZUNA)
    golden.replace_movements(sql, customers, rows(made))


def rows(made: list[Movement]) -> list[dict[str, Any]]:
    """The rows of movements, those of one customer and day numbered in their order."""
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    found = []
    for one in made:
        key = (one.customer, one.date.isoformat())
        found.append(
            {
                "customer_id": one.customer,
                "day": key[1],
                "n": numbers[key],
                "kind": one.kind.value,
                "reason": one.reason,
                "currency": one.currency,
                **golden.sum_of(one.micro),
                "parts": msgspec.json.encode(one.parts).decode(),
            }
        )
        numbers[key] += 1
    return found
