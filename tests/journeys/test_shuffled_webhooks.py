"""Changes told by webhooks in any order, and again: the ledger is that of a daily sync, and the truth of every day."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from kizuna.sandbox import WebhookCall
from tests.support.happenings import lived
from tests.support.movements import kinds, since, told, truly, truth, until
from tests.support.webhooks import SECRET, VARIABLE, calls, inbox_rows, receiving, sent, trust
from tests.support.webhooks import until as wait_until
from tests.support.worlds import Kizuna, kizuna, world

SEED, COMPANIES, DAYS, ACTS = 5, 20, 6, 8
UTC = ZoneInfo("UTC")
# A coupon is told of its customer too, who stays as it was: that delivery is looked after again for a while, as one
# that came before its change is shown.
UNDONE = "SELECT count(*) FROM webhook_delivery WHERE state = 'reading' OR state = 'waiting' AND looks = 0"


def ledger(one: Kizuna) -> Counter[str]:
    """The rows but for who the customer is by id, and which version of a record said so."""
    found: Counter[str] = Counter()
    for *row, parts in one.rows("SELECT day, kind, reason, currency, exact, parts FROM revenue_movement"):
        found[repr((row, [{**part, "sources": None} for part in json.loads(str(parts))]))] += 1
    return found


def polled(url: str) -> Counter[str]:
    """The ledger when the changes of each day come with a sync at its end."""
    with world("stripe", companies=COMPANIES, seed=SEED) as served, kizuna(url, served) as one:
        one.sync("stripe")
        for _ in lived(served.state("stripe"), UTC, seed=SEED, days=DAYS, acts=ACTS):
            one.sync("stripe")
        return ledger(one)


def test_in_any_order_webhooks_give_the_ledger_of_a_daily_sync(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    expected = polled(f"sqlite:///{tmp_path / 'polled.db'}")
    rng, said = Random(SEED), list[WebhookCall]()
    with world("stripe", companies=COMPANIES, seed=SEED) as served, kizuna(database_url, served) as one:
        one.sync("stripe")
        trust(one.parts.database, "stripe")
        first = served.clock.now().date()
        with receiving(one) as client:

            def deliver(these: list[WebhookCall]) -> None:
                answers = {sent(client, "stripe", call).status_code for call in rng.sample(these, len(these))}
                wait_until(lambda: inbox_rows(one.parts.database, UNDONE) == [(0,)])
                assert answers <= {200}

            for _ in lived(served.state("stripe"), UTC, seed=SEED, days=DAYS, acts=ACTS):
                fresh = calls(served, "stripe")[len(said) :]
                deliver([*fresh, *fresh])
                said.extend(fresh)
            by_webhook = ledger(one)
            deliver(said)

        last = first + timedelta(days=DAYS - 1)
        assert since(until(told(one, served), last), first) == since(truly(truth(served), UTC), first)
        assert by_webhook == ledger(one) == expected
        assert len([1 for _, day in kinds(truth(served), UTC) if day >= first]) > DAYS
        assert one.not_as_rebuilt() == []
