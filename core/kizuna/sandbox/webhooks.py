"""Values of webhook delivery: where to, and one signed call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where the sandbox delivers webhooks and the secret it signs them with; ``events`` empty means all."""

    id: str
    url: str
    secret: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One POST to an endpoint, signed and ready to send."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookDisorder:
    """What networks do to webhooks: shares that arrive ``twice``, ``late`` (after later ones), or never (``lost``)."""

    twice: float = 0.0
    late: float = 0.0
    lost: float = 0.0
    late_s: float = 0.3
