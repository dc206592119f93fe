"""Zendesk's webhooks: whether a delivery is genuine, and which records it tells us to read again."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kizuna import sdk

FRESH = timedelta(minutes=5)
"""Older deliveries are refused; the vendor documents no window."""

STREAMS = {"ticket": "tickets", "user": "users", "organization": "organizations"}
GONE = {"soft_deleted", "permanently_deleted", "deleted", "marked_as_spam"}
_SIGNATURE = "x-zendesk-webhook-signature"
_TIMESTAMP = "x-zendesk-webhook-signature-timestamp"


def _events(domain: str, verbs: str) -> tuple[str, ...]:
    return tuple(f"zen:event-type:{domain}.{verb}" for verb in verbs.split())


EVENTS = (
    *_events(
        "ticket",
        "created status_changed priority_changed subject_changed agent_assignment_changed requester_changed "
        "organization_changed tags_changed comment_added comment_redacted comment_made_private merged "
        "soft_deleted permanently_deleted undeleted custom_status_changed custom_field_changed type_changed "
        "task_due_at_changed marked_as_spam attachment_redacted_from_comment external_id_changed "
        "group_assignment_changed brand_changed description_changed form_changed submitter_changed "
        "problem_link_changed",
    ),
    *_events(
        "user",
        "created name_changed active_changed merged deleted role_changed suspended_changed external_id_changed "
        "tags_changed custom_field_changed identity_created identity_changed identity_deleted details_changed "
        "notes_changed",
    ),
    *_events(
        "organization",
        "created name_changed deleted external_id_changed tags_changed custom_field_changed",
    ),
)


class Event(msgspec.Struct):
    """An event of the vendor's own envelope; a trigger's body is whatever somebody typed, and is none."""

    type: str
    id: str
    subject: str
    time: str | None = None
    event: dict[str, Any] | None = None


class ZendeskWebhooks:
    """Signed with base64 of HMAC-SHA256 over timestamp and raw body, the secret taken as it is written."""

    def genuine(self, delivery: sdk.Delivery, secrets: Sequence[sdk.SecretStr]) -> bool:
        """Whether one of the secrets made the signature and its timestamp is at most five minutes off."""
        signature, stamp = delivery.headers.get(_SIGNATURE, ""), delivery.headers.get(_TIMESTAMP, "")
        try:
            signed_at = sdk.instant(stamp)
        except sdk.PayloadError:
            return False
        if signed_at is None or abs(delivery.received_at - signed_at) > FRESH:
            return False
        said = signature.encode()
        matches = [hmac.compare_digest(said, signed(stamp, delivery.body, secret).encode()) for secret in secrets]
        return any(matches)

    def hints(self, delivery: sdk.Delivery) -> Sequence[sdk.Hint]:
        """The record the event is about, the one it was merged with, and the comment it brings. Raises PayloadError for a body without envelope."""
        try:
            event = msgspec.json.decode(delivery.body, type=Event)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise sdk.PayloadError("zendesk webhook: not an event envelope; subscribe the webhook to events") from error
        domain, _, verb = event.type.removeprefix("zen:event-type:").partition(".")
        stream, id_ = STREAMS.get(domain), event.subject.rpartition(":")[2]
        if stream is None or not id_:
            return ()
        at = told_at(event)
        # A merged ticket stays as a closed one; users and organisations go into the other.
        gone = verb in GONE or (verb == "merged" and domain != "ticket")
        deleted = sdk.ERASED if verb == "permanently_deleted" else gone
        hints = [sdk.Hint(stream=stream, id=id_, event=event.id, deleted=deleted, at=at)]
        other = (event.event or {}).get(domain)
        if verb == "merged" and isinstance(other, dict) and other.get("id"):
            hints.append(sdk.Hint(stream=stream, id=str(other["id"]), event=event.id, at=at))
        comment = (event.event or {}).get("comment")
        if isinstance(comment, dict) and comment.get("id"):
            hints.append(sdk.Hint(stream="comments", id=str(comment["id"]), event=event.id, at=at, parent=id_))
        return hints

    def setup(self) -> sdk.WebhookSetup:
        """A webhook of Zendesk events; a trigger's webhook has a body of its own."""
        return sdk.WebhookSetup(
            events=EVENTS,
            where="Admin Center → Apps and integrations → Webhooks → Create webhook → Zendesk events",
            proof="Take the signing secret that Zendesk shows for the webhook once it is made; the Test button before that signs "
            "with a secret of the vendor's own, so that its call is refused.",
        )


def told_at(event: Event) -> datetime | None:
    """When it happened, None where the event does not say it properly."""
    try:
        return sdk.instant(event.time)
    except sdk.PayloadError:
        return None


def signed(timestamp: str, body: bytes, secret: sdk.SecretStr) -> str:
    """The signature the vendor sends: timestamp first, then the body, nothing between."""
    mac = hmac.new(secret.get_secret_value().encode(), timestamp.encode() + body, hashlib.sha256)
    return b64encode(mac.digest()).decode()
