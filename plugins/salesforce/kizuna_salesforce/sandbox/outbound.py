"""Outbound messages of the org: one SOAP notification for each record made or changed."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from kizuna.sandbox import Change, WebhookCall, WebhookEndpoint
from kizuna_salesforce.sandbox.ids import ORGANISATION, numbered

_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}


def calls(change: Change, endpoint: WebhookEndpoint) -> Iterator[WebhookCall]:
    """The call a change causes; a flow hears of what is saved, not of what is deleted.

    There is no signature: the endpoint's URL carries the secret.
    """
    wanted = not endpoint.events or change.stream in endpoint.events
    if wanted and change.verb in ("create", "change") and not (change.after or {}).get("IsDeleted"):
        yield WebhookCall(_HEADERS, _message(change).encode())


def _message(change: Change) -> str:
    shown = "".join(f"<sf:{name}>{escape(str(value))}</sf:{name}>" for name, value in _told(change).items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{ORGANISATION}</OrganizationId><ActionId>{numbered('04k', 1)}</ActionId>"
        '<SessionId xsi:nil="true"/>'
        f"<Notification><Id>{numbered('04l', change.sequence)}</Id>"
        f'<sObject xsi:type={quoteattr(f"sf:{change.stream}")} xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        f"{shown}</sObject></Notification></notifications></soapenv:Body></soapenv:Envelope>"
    )


def _told(change: Change) -> dict[str, object]:
    after = change.after or {}
    return {name: after[name] for name in ("Id", "Name", "SystemModstamp") if after.get(name) is not None}
