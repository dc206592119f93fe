"""Webhooks as Stripe sends them: the event itself, signed with the endpoint's secret.

Source: https://docs.stripe.com/webhooks#verify-manually (read 2026-05).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from kizuna.sandbox import Change, SandboxState, WebhookCall, WebhookEndpoint
from kizuna_stripe.sandbox.feed import Feed


def calls(change: Change, endpoint: WebhookEndpoint, state: SandboxState) -> Iterator[WebhookCall]:
    """One call for each event of the change that the endpoint wants."""
    feed = state.memory.get("feed")
    if not isinstance(feed, Feed):
        return
    for happening in feed.by_change.get(change.sequence, ()):
        if not endpoint.events or "*" in endpoint.events or happening.type in endpoint.events:
            signed_at = int(state.wall_clock().timestamp())
            yield WebhookCall(
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "Stripe-Signature": signature(happening.body, endpoint.secret, signed_at),
                    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                },
                body=happening.body,
            )


def signature(body: bytes, secret: str, signed_at: int) -> str:
    """The header's value over a body, signed at that second."""
    made = hmac.new(secret.encode(), f"{signed_at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={signed_at},v1={made}"
