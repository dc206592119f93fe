"""HubSpot's webhook deliveries: signature v3, and the records each event tells us to read again.

Order is not guaranteed and events repeat, so a property value in an event is never applied: it is a hint.
https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests (read 2026-11-20)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from urllib.parse import unquote

import msgspec

from kizuna import sdk
from kizuna_hubspot.kinds import type_ids

FRESH_FOR = timedelta(minutes=5)
_STAMP = re.compile("[0-9]{10,15}")  # milliseconds since 1970

# The escapes HubSpot decodes in the URL before it signs; every other one, such as %20, stays as it was sent.
_DECODED = re.compile("%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)

_BY_NOUN: Mapping[str, str] = {
    "company": "companies",
    "contact": "contacts",
    "deal": "deals",
    "ticket": "tickets",
    "line_item": "line_items",
    "product": "products",
}

DATED = {"restore", "merge", "deletion", "privacyDeletion"}
"""What happens to a record without moving its own time of modification."""
_VERBS = ("creation", "deletion", "merge", "restore", "propertyChange", "associationChange")
EVENTS = (
    *(f"{noun}.{verb}" for noun in _BY_NOUN for verb in _VERBS if (noun, verb) != ("product", "associationChange")),
    "contact.privacyDeletion",
    *(f"object.{verb}" for verb in _VERBS),
)
"""What can be subscribed to and is understood; ``object`` stands for every other kind, named by its type id."""


class Event(sdk.Payload, rename="camel"):
    subscription_type: str
    event_id: int | str | None = None
    subscription_id: int | str | None = None
    occurred_at: int | None = None
    object_id: int | str | None = None
    object_type_id: str | None = None
    primary_object_id: int | str | None = None
    new_object_id: int | str | None = None
    merged_object_ids: tuple[int | str, ...] | None = None
    from_object_id: int | str | None = None
    from_object_type_id: str | None = None
    to_object_id: int | str | None = None
    to_object_type_id: str | None = None
    association_type: str | None = None


_EVENTS = msgspec.json.Decoder(list[Event])


class HubSpotWebhooks:
    """Deliveries of a HubSpot app; the secret is the app's client secret.

    ``by_kind`` are the type ids by which events name the kinds that have no events of their own.
    """

    def __init__(self, by_kind: Mapping[str, str] | None = None) -> None:
        self._by_type_id = {type_id: name for name, type_id in (by_kind or type_ids()).items()}

    def genuine(self, delivery: sdk.Delivery, secrets: Sequence[sdk.SecretStr]) -> bool:
        """Whether the v3 signature matches and is at most five minutes old.

        HubSpot signs the URL with some escapes decoded, its own libraries do not decode, others decode all: each reading
        is tried, with each of the secrets, so that a secret can be replaced while deliveries are under way.
        """
        given = delivery.headers.get("x-hubspot-signature-v3", "")
        stamp = delivery.headers.get("x-hubspot-request-timestamp", "")
        if not given or not _STAMP.fullmatch(stamp):
            return False
        if abs(delivery.received_at - sdk.epoch(int(stamp) / 1000)) > FRESH_FOR:
            return False
        matched = False
        for secret in secrets:
            for url in readings_of(delivery.url):
                expected = signature(secret.get_secret_value(), delivery.method, url, delivery.body, stamp)
                matched |= hmac.compare_digest(expected.encode(), given.encode())
        return matched

    def hints(self, delivery: sdk.Delivery) -> Sequence[sdk.Hint]:
        """The records to read again; events about what is not read say nothing."""
        try:
            events = _EVENTS.decode(delivery.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise sdk.PayloadError("hubspot: the delivery is no list of events", field="body") from error
        return tuple(hint for event in events for hint in hints(event, self._by_type_id))

    def setup(self) -> sdk.WebhookSetup:
        """The app's subscriptions; all its deliveries go to one URL."""
        return sdk.WebhookSetup(
            events=EVENTS,
            where="the app's webhook settings; a change of a property is subscribed to property by property",
            proof="Take the client secret of the app; a service key cannot receive deliveries.",
        )


def readings_of(url: str) -> tuple[str, ...]:
    """The URL as it may have been signed: as sent, with HubSpot's list of escapes decoded, with all of them decoded."""
    return tuple(dict.fromkeys((url, _DECODED.sub(lambda found: unquote(found[0]), url), unquote(url))))


def signature(secret: str, method: str, url: str, body: bytes, stamp_ms: str) -> str:
    """The v3 signature: base64 of HMAC-SHA256 over method, URL, body and timestamp."""
    base = method.encode() + url.encode() + body + stamp_ms.encode()
    return base64.b64encode(hmac.new(secret.encode(), base, hashlib.sha256).digest()).decode()


def hints(event: Event, by_type_id: Mapping[str, str]) -> Iterator[sdk.Hint]:
    """The records an event is about: of a merge the winner and those that became it, of an association both sides."""
    # An event's own id is not guaranteed to be unique.
    name = f"{event.event_id}:{event.subscription_id}:{event.occurred_at}:{event.subscription_type}"
    verb = event.subscription_type.partition(".")[2]
    # Of what moves the record's own time that time counts: one that is raised to the event's keeps later readings out.
    dated = verb in DATED and event.occurred_at is not None
    at = sdk.epoch(event.occurred_at / 1000) if dated and event.occurred_at is not None else None
    winner = winner_of(event) if verb == "merge" else None
    for stream, found in dict.fromkeys(concerned(event, verb, by_type_id)):
        if stream is not None and found is not None:
            gone = verb == "deletion" or (verb == "merge" and str(found) != str(winner))
            deleted = sdk.ERASED if verb == "privacyDeletion" else gone
            yield sdk.Hint(stream=stream, id=str(found), event=f"{name}:{found}", deleted=deleted, at=at)


def winner_of(event: Event) -> int | str | None:
    """The record that the others of a merge became: a new one where HubSpot made one."""
    return event.new_object_id or event.primary_object_id or event.object_id


def concerned(event: Event, verb: str, by_type_id: Mapping[str, str]) -> Iterator[tuple[str | None, int | str | None]]:
    """Stream and id of each record an event is about; None where it does not say, or where it is not read."""
    noun = event.subscription_type.partition(".")[0]
    type_id = event.object_type_id or event.from_object_type_id or ""
    stream = by_type_id.get(type_id) if noun == "object" else _BY_NOUN.get(noun)
    if verb == "associationChange":
        other = (event.association_type or "").casefold().partition("_to_")[2]
        yield stream, event.from_object_id
        yield by_type_id.get(event.to_object_type_id or "") or _BY_NOUN.get(other), event.to_object_id
    elif verb == "merge":
        for found in (winner_of(event), event.primary_object_id, *(event.merged_object_ids or ())):
            yield stream, found
    else:
        yield stream, event.object_id
