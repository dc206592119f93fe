"""Addresses that IANA keeps for special purposes are refused, whatever the Python that runs knows of them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from kizuna.config import Settings
from kizuna.errors import ConfigError
from kizuna.sdk.outbound import Outbound, not_public

STRICT = Outbound.of(Settings(mode="production"))

# Every entry of the two registries that is not marked as globally reachable, and what is reachable but no vendor's.
SPECIAL = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.0.0.170/31",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.88.99.2/32",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
BESIDE = [
    "1.0.0.0",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::",
    "2001:4860:4860::8888",
    "2001:db7:ffff::1",
    "2001:db9::",
    "2003::",
    "2620:4f:8000::1",
    "3ffe:ffff::1",
    "3fff:1000::",
]


@pytest.mark.parametrize("network", SPECIAL)
def test_no_address_of_a_special_range_is_public(network: str) -> None:
    whole = ip_network(network)

    judged = {str(address): not_public(address) for address in (whole[0], whole[whole.num_addresses // 2], whole[-1])}

    assert None not in judged.values(), judged


@pytest.mark.parametrize("address", BESIDE)
def test_the_addresses_beside_them_are_public(address: str) -> None:
    assert not_public(ip_address(address)) is None


@pytest.mark.parametrize("url", ["https://192.0.0.100/", "https://192.88.99.1/", "https://[3fff::1]/"])
def test_a_request_to_one_is_refused_with_what_to_do(url: str) -> None:
    with pytest.raises(ConfigError, match=r"kept for a special purpose; if that is meant, add .* to outbound_allow"):
        STRICT.require_url(url)
