"""The connectors of this project are held to what is asked of a stranger's, where it needs no vendor at hand."""

from __future__ import annotations

import pytest

from kizuna import plugins
from tests.testing.deskhand import verdicts

SETTINGS = {
    "salesforce": {"client_id": "an-app", "client_secret": "secret-of-the-app", "base_url": "http://127.0.0.1:1"},
    "hubspot": {"access_token": "secret-of-the-portal"},
    "zendesk": {"subdomain": "acme", "email": "ada@example.com", "api_token": "secret-of-the-desk"},
    "stripe": {"api_key": "rk_test_secret_of_the_account"},
}


@pytest.mark.parametrize("key", SETTINGS)
@pytest.mark.parametrize(
    "promise",
    [
        "waits_when_told_to",
        "says_so_when_credentials_are_refused",
        "keeps_secrets",
        "proves_who_asks",
        "keeps_secrets_out_of_logs",
    ],
)
def test_a_connector_of_this_project(key, promise, tmp_path):
    connector = plugins.load(allowed=[key]).connector(key)

    found = verdicts(connector, {}, SETTINGS[key], only=promise, samples=tmp_path)

    kept = {name: said for name, said in found.items() if name.split()[0] == promise}
    assert kept
    assert set(kept.values()) == {"held"}
