"""`kizuna connect` refuses an address that requests would not reach, and `kizuna sync` asks again."""

from __future__ import annotations

import pytest

KEY = {"BILLING_KEY": "sk_test_1"}
STRIPE = ("connect", "stripe", "--secret", "api_key=env:BILLING_KEY", "--set")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://127.0.0.1:9", "it is this machine"),
        ("https://169.254.169.254", "it is link-local"),
        ("https://2130706433", "it is a number in place of a host"),
        ("http://billing.example.com", "only HTTPS at port 443 is safe"),
    ],
)
def test_connecting_in_production_refuses_what_is_not_public(kizuna, address, sentence):
    done = kizuna(*STRIPE, f"base_url={address}", KIZUNA_MODE="production", **KEY)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert sentence in done.stderr


def test_what_is_allowed_is_connected(kizuna):
    allowed = {"KIZUNA_MODE": "production", "KIZUNA_OUTBOUND_ALLOW": "127.0.0.0/8, billing.example.com"}

    done = kizuna(*STRIPE, "base_url=http://127.0.0.1:9", **allowed, **KEY)

    assert done.returncode == 0, done.stderr


def test_a_connection_made_in_development_is_not_synced_in_production(kizuna):
    kizuna(*STRIPE, "base_url=http://127.0.0.1:9", **KEY)

    done = kizuna("sync", "stripe", KIZUNA_MODE="production", **KEY)
    looked = kizuna("doctor", KIZUNA_MODE="production", **KEY)

    assert done.returncode == 1
    assert "Requests to 127.0.0.1 are refused: it is this machine" in done.stdout + done.stderr
    assert "outbound_allow" in looked.stdout
