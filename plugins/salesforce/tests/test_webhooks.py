"""Outbound messages: whose they are, and which records they tell to read again."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from kizuna import sdk
from kizuna.sandbox import Served, WebhookEndpoint
from kizuna_salesforce.sandbox import SalesforceSandbox
from kizuna_salesforce.webhooks import OutboundMessages

NOTIFICATION = (
    "<Notification><Id>{event}</Id>"
    '<sObject xsi:type="sf:Account" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
    "<sf:Id>{record}</sf:Id><sf:Name>Edge</sf:Name></sObject></Notification>"
)
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
    "<OrganizationId>00DdM0000000001EAA</OrganizationId><ActionId>04kdM0000000001QAA</ActionId>"
    '<SessionId xsi:nil="true"/>{notifications}</notifications></soapenv:Body></soapenv:Envelope>'
)


def delivery(body: str = "", url: str = "https://kizuna.example/webhooks/crm?key=s3cret") -> sdk.Delivery:
    return sdk.Delivery(
        method="POST", url=url, headers={}, body=body.encode(), received_at=datetime(2026, 3, 1, tzinfo=UTC)
    )


def message(*pairs: tuple[str, str]) -> str:
    return ENVELOPE.format(
        notifications="".join(NOTIFICATION.format(event=event, record=record) for event, record in pairs)
    )


@pytest.mark.parametrize(
    ("url", "genuine"),
    [
        ("https://kizuna.example/webhooks/crm?key=s3cret", True),
        ("https://kizuna.example/webhooks/crm?key=old", True),
        ("https://kizuna.example/webhooks/crm?key=guess", False),
        ("https://kizuna.example/webhooks/crm?key=", False),
        ("https://kizuna.example/webhooks/crm", False),
    ],
)
def test_a_message_is_genuine_when_its_url_carries_an_active_secret(url: str, genuine: bool):
    secrets = [sdk.SecretStr("s3cret"), sdk.SecretStr("old"), sdk.SecretStr("")]

    assert OutboundMessages().genuine(delivery(url=url), secrets) is genuine


def test_every_notification_names_a_record_to_read_again():
    body = message(("04ldM0000000001QAA", "001dM00003jU9Gx"), ("04ldM0000000002QAA", "003dM00001vWOXJQA4"))

    assert OutboundMessages().hints(delivery(body)) == [
        sdk.Hint(stream="Account", id="001dM00003jU9GxQAK", event="04ldM0000000001QAA"),
        sdk.Hint(stream="Contact", id="003dM00001vWOXJQA4", event="04ldM0000000002QAA"),
    ]


def test_a_record_of_an_object_that_is_not_read_is_left_out():
    assert OutboundMessages().hints(delivery(message(("04ldM0000000001QAA", "a01dM0000000001QAA")))) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "<html/>",
        '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        "\x00<notifications/>",
        message(("04ldM0000000001QAA", "")),
    ],
)
def test_a_body_that_is_no_outbound_message_is_refused(body: str):
    with pytest.raises(sdk.PayloadError):
        OutboundMessages().hints(delivery(body))


def test_a_message_is_acknowledged_in_soap_and_a_change_event_by_its_status_alone():
    message_reply = OutboundMessages().reply(delivery(message(("04ldM0000000001QAA", "001dM00003jU9Gx"))))
    event_reply = OutboundMessages().reply(delivery(' {"payload": {}}'))

    assert message_reply is not None
    assert (message_reply.status, message_reply.content_type) == (200, "text/xml; charset=utf-8")
    ack = ET.fromstring(message_reply.body).find(".//{http://soap.sforce.com/2005/09/outbound}Ack")
    assert ack is not None
    assert ack.text == "true"
    assert event_reply is None


def test_the_simulated_org_sends_what_the_connector_reads(org: Served):
    state = org.states[0]
    endpoint = WebhookEndpoint("we_1", "https://kizuna.example/webhooks/crm?key=s3cret", "s3cret", ("Account",))
    changed = state.view.accounts[0]
    state.change("account", changed.id, name="Björk & Söhne <GmbH>")
    state.delete("account", state.view.accounts[1].id)

    calls = [call for change in state.changes for call in SalesforceSandbox().webhooks(change, endpoint, state)]

    hints = [hint for call in calls for hint in OutboundMessages().hints(delivery(call.body.decode()))]
    assert [(hint.stream, hint.id) for hint in hints] == [("Account", changed.id)]
