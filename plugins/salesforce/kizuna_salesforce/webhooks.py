"""Outbound messages (SOAP notifications of changed records) and relayed change events, taken as hints.

Salesforce does not sign them. What proves one genuine is a secret in the URL that the administrator gives the flow,
``https://…?key=SECRET``, which travels inside TLS. Source: SOAP API Developer Guide, outbound messaging notifications.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

from kizuna import sdk
from kizuna_salesforce import changes
from kizuna_salesforce.ids import STREAM_OF_PREFIX, full_id

ACKNOWLEDGEMENT = (
    b'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    b'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse '
    b'xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body>'
    b"</soapenv:Envelope>"
)
"""What Salesforce waits for; without it a message is sent again for 24 hours."""

OBJECTS = (
    "Account",
    "Asset",
    "Case",
    "CaseComment",
    "Contact",
    "Contract",
    "EmailMessage",
    "Event",
    "Lead",
    "Opportunity",
    "OpportunityLineItem",
    "Order",
    "OrderItem",
    "Product2",
    "Task",
    "User",
)
"""Objects that are read and of which a flow may send messages; the others are seen in the next pass."""

_OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"


class OutboundMessages:
    """Verifies by the URL's secret and reads up to 100 notifications a message."""

    def genuine(self, delivery: sdk.Delivery, secrets: Sequence[sdk.SecretStr]) -> bool:
        """Whether the URL carries one of the secrets as ``key``."""
        given = [key.encode() for key in parse_qs(urlsplit(delivery.url).query).get("key", [])]
        known = [secret.get_secret_value().encode() for secret in secrets if secret.get_secret_value()]
        return any(hmac.compare_digest(key, secret) for key in given for secret in known)

    def hints(self, delivery: sdk.Delivery) -> Sequence[sdk.Hint]:
        """The records to read again; those of objects that are not read are left out.

        Raises PayloadError for a body that is neither an outbound message nor a change event.
        """
        if delivery.body.lstrip()[:1] in (b"{", b"["):
            return changes.hints(delivery.body)
        # NUL bytes mean UTF-16, in which a document type would not be seen here.
        if any(mark in delivery.body for mark in (b"<!DOCTYPE", b"<!ENTITY", b"\x00")):
            raise sdk.PayloadError("salesforce: a message with a document type is refused")
        try:
            envelope = ET.fromstring(delivery.body)  # noqa: S314  no document type, so nothing expands
        except (ET.ParseError, ValueError) as error:
            raise sdk.PayloadError("salesforce: the delivery is no outbound message; check who sends it") from error
        found = [_hint(notification) for notification in envelope.iter(f"{_OUTBOUND}Notification")]
        if not found:
            raise sdk.PayloadError("salesforce: the delivery holds no notification; check who sends it")
        return [hint for hint in found if hint is not None]

    def reply(self, delivery: sdk.Delivery) -> sdk.Reply | None:
        """The acknowledgement of an outbound message; a relay's change event needs none."""
        if delivery.body.lstrip()[:1] in (b"{", b"["):
            return None
        return sdk.Reply(content_type="text/xml; charset=utf-8", body=ACKNOWLEDGEMENT)

    def setup(self) -> sdk.WebhookSetup:
        """An outbound message for each object, with a secret in its URL."""
        return sdk.WebhookSetup(
            events=OBJECTS,
            where="Setup → Outbound Messages, one for each object with the field Id, sent by a record-triggered flow",
            proof="Make up a long random secret, and write it in place of SECRET at the end of the URL.",
            ending="?key=SECRET",
        )


def _hint(notification: ET.Element) -> sdk.Hint | None:
    """The record a notification is about, None when its object is not read."""
    event = notification.findtext(f"{_OUTBOUND}Id") or ""
    held = notification.find(f"{_OUTBOUND}sObject")
    record_id = (
        next((child.text for child in held if child.tag.rpartition("}")[2] == "Id"), None) if held is not None else None
    )
    if not event or not record_id:
        raise sdk.PayloadError("salesforce: a notification names no record", "Id")
    stream = STREAM_OF_PREFIX.get(record_id[:3])
    return None if stream is None else sdk.Hint(stream=stream, id=full_id(record_id), event=event)
