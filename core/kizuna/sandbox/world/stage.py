"""The stages a deal passes on its way."""

from __future__ import annotations

STAGES = ("qualification", "discovery", "proposal", "negotiation", "won", "lost")
PROBABILITY = {"qualification": 10, "discovery": 25, "proposal": 50, "negotiation": 75, "won": 100, "lost": 0}
LOST_REASONS = ("price", "no_budget", "competitor", "no_decision", "timing", "missing_feature")
SOURCES = ("web", "referral", "event", "outbound", "partner", "advertisement", "webinar")
