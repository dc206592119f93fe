"""Every connector that takes webhooks says what to subscribe to, and its description says where that is shown."""

from __future__ import annotations

import json

import pytest

from kizuna import clock, plugins, sdk
from kizuna_salesforce.ids import STREAM_OF_PREFIX
from tests.support.project import PROJECT

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
KNOWN = plugins.load().connectors


def setup(key: str) -> sdk.WebhookSetup:
    webhooks: object = KNOWN[key].webhooks
    assert isinstance(webhooks, sdk.Explained)
    return webhooks.setup()


@pytest.mark.parametrize("key", VENDORS)
def test_a_connector_says_what_to_enter_where(key: str) -> None:
    described = (PROJECT / "plugins" / key / "README.md").read_text(encoding="utf-8")

    said = setup(key)

    assert len(said.events) > 10
    assert len(set(said.events)) == len(said.events)
    assert said.where
    assert said.proof.endswith(".")
    assert "`kizuna webhooks show NAME`" in described


def test_each_event_of_zendesk_stands_in_its_description() -> None:
    described = (PROJECT / "plugins/zendesk/README.md").read_text(encoding="utf-8")

    assert {line for line in described.splitlines() if line.startswith("zen:")} == set(setup("zendesk").events)


def test_each_object_of_salesforce_is_read() -> None:
    assert set(setup("salesforce").events) <= set(STREAM_OF_PREFIX.values())


@pytest.mark.parametrize("name", setup("hubspot").events)
def test_each_event_of_hubspot_is_a_hint(name: str) -> None:
    sides = {"fromObjectId": 1, "toObjectId": 2, "fromObjectTypeId": "0-1", "toObjectTypeId": "0-3"}
    event = {"subscriptionType": name, "eventId": 1, "objectId": 1, "objectTypeId": "0-1", **sides}
    body = json.dumps([event]).encode()
    told = sdk.Delivery(method="POST", url="", headers={}, body=body, received_at=clock.now())

    webhooks = KNOWN["hubspot"].webhooks

    assert webhooks is not None
    assert len(webhooks.hints(told)) == (2 if name.endswith("associationChange") else 1)
