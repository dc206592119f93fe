"""Deliveries of a vendor's webhooks, true ones and others, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx

from kizuna.sandbox import Change, WebhookCall, WebhookEndpoint
from tests.faults.case import Case
from tests.support.webhooks import SECRET, inbox_rows, receiving, trust


@contextmanager
def hooks(case: Case) -> Iterator[WebhookEndpoint]:
    """Where Kizuna takes the vendor's deliveries, while it is served."""
    trust(case.kizuna.parts.database, case.vendor)
    in_url = f"?key={SECRET}" if case.vendor == "salesforce" else ""
    with receiving(case.kizuna) as client:
        yield WebhookEndpoint("we_1", f"{client.base_url}/webhooks/{case.vendor}{in_url}", SECRET)


def signed(case: Case, endpoint: WebhookEndpoint, changes: Sequence[Change]) -> list[WebhookCall]:
    """The calls that these changes cause, signed now."""
    vendor, state = case.gateway.vendor, case.state
    return [call for change in changes for call in vendor.webhooks(change, endpoint, state)]


def strangers(case: Case, endpoint: WebhookEndpoint) -> list[tuple[WebhookEndpoint, WebhookCall]]:
    """Deliveries that nobody should believe: another's secret, other words than were signed, signed too long ago."""
    call = signed(case, endpoint, case.state.changes)[-1]
    other = replace(endpoint, secret="another", url=endpoint.url.replace(SECRET, "another"))
    found = [(other, signed(case, other, case.state.changes)[-1])]
    if case.vendor == "salesforce":  # which signs nothing
        return found
    state, ago = case.state, timedelta(seconds=301)
    with case.monkeypatch.context() as patch:
        patch.setattr(state, "wall_clock", lambda: datetime.now(UTC) - ago)
        stale = signed(case, endpoint, case.state.changes)[-1]
    return [*found, (endpoint, replace(call, body=call.body + b" ")), (endpoint, stale)]


def post(endpoint: WebhookEndpoint, call: WebhookCall) -> int:
    """The status of the answer to a delivery."""
    return httpx.post(endpoint.url, content=call.body, headers=dict(call.headers), trust_env=False).status_code


def unread(case: Case) -> int:
    """How many deliveries wait to be read for."""
    question = "SELECT COUNT(*) FROM webhook_delivery WHERE state NOT IN ('done', 'failed')"
    return int(inbox_rows(case.kizuna.parts.database, question)[0][0])


def counted(case: Case, *outcomes: str) -> int:
    """How many deliveries came to one of these."""
    rows = inbox_rows(case.kizuna.parts.database, "SELECT outcome, count FROM webhook_count")
    return sum(int(number) for outcome, number in rows if outcome in outcomes)
