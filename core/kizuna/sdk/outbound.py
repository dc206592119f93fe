"""Where requests may go: public addresses over HTTPS, and what the administrator allows besides.

An address that a user or a vendor names must not lead Kizuna into the network it stands in: this machine, its
neighbours, or the service that hands a cloud machine its credentials. Names are judged by the addresses they lead to, at
the moment of each connection and on the very address that is connected to (`kizuna.sdk.wire`).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

import httpx

from kizuna.config import Settings
from kizuna.errors import ConfigError
from kizuna.sdk.connector import AnyConnector, Connector

Address = IPv4Address | IPv6Address
SETTING: Final = "outbound_allow"
LOCAL_NAME: Final = "localhost"
HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class Outbound:
    """Where requests may go: always public addresses over HTTPS, besides these hosts and networks, and maybe loopback.

    What ``hosts`` and ``networks`` name may be reached at any port and without TLS.
    """

    loopback: bool = False
    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings allow; loopback in development mode. Raises ConfigError for an entry that is neither kind."""
        hosts: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for entry in settings.outbound_allow:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                hosts.add(_named(entry))
        return cls(settings.mode == "development", frozenset(hosts), tuple(networks))

    def require_url(self, url: str) -> None:
        """Raises ConfigError when requests to the URL would be refused, as far as that shows without asking the DNS."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ConfigError(f"{url!r} is no URL ({error}); write https://host.") from error
        if parsed.userinfo:
            raise ConfigError(f"The address of {parsed.host} holds a user or password; give those as settings.")
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ConfigError(f"Requests to {parsed.scheme or 'no'}://{parsed.host} are refused; write https://host.")
        self.require(parsed.scheme, parsed.raw_host.decode("ascii"), parsed.port)

    def require_connector(self, connector: AnyConnector) -> None:
        """Raises ConfigError when an address among the connector's settings would be refused."""
        for url in sorted(addresses(connector)):
            self.require_url(url)

    def require(self, scheme: str, host: str, port: int | None) -> None:
        """Raises ConfigError unless a request may go to this host by this way; for a name, its addresses are due later."""
        plain = host.strip("[]").lower()
        if self._names(plain):
            return
        address = _address(plain)
        if address is not None:
            self.require_address(plain, address)
        elif _numeric(plain):
            raise ConfigError(
                f"Requests to {host} are refused: it is a number in place of a host; write the host's name, or the "
                "address in its usual form."
            )
        safe = scheme == "https" and port in (None, HTTPS_PORT)
        local = self._familiar(address) if address is not None else self.loopback and _is_local_name(plain)
        if not safe and not local:
            raise ConfigError(
                f"Requests to {scheme}://{host}{f':{port}' if port else ''} are refused: only HTTPS at port 443 is safe "
                f"for credentials; use it, or add {plain!r} to {SETTING} in the settings."
            )

    def require_address(self, host: str, address: Address) -> None:
        """Raises ConfigError unless a request to ``host`` may connect to this address."""
        wrong = not_public(address)
        if wrong is None or self._names(host) or self._familiar(address):
            return
        leads = "it" if _address(host) == address else f"it leads to {address}, which"
        raise ConfigError(
            f"Requests to {host} are refused: {leads} is {wrong}; if that is meant, add {host!r} to {SETTING} in the "
            f"settings{' or set mode to development' if address.is_loopback else ''}."
        )

    def require_all(self, host: str, addresses: Iterable[str]) -> None:
        """Raises ConfigError unless every address that the host's name leads to may be connected to."""
        for text in addresses:
            self.require_address(host, ip_address(text))

    def _names(self, host: str) -> bool:
        return host.removesuffix(".").lower() in self.hosts

    def _familiar(self, address: Address) -> bool:
        """Whether the address itself is allowed, public or not."""
        return (self.loopback and address.is_loopback) or any(address in network for network in self.networks)


THIS_MACHINE: Final = Outbound(loopback=True)
"""Public addresses, and sandboxes on this machine."""


def addresses(connector: AnyConnector) -> frozenset[str]:
    """The URLs that requests of the connector may go to: its base and every setting that is one."""
    settings = connector.settings
    named = (getattr(settings, name) for name in type(settings).model_fields if name.endswith("url"))
    return frozenset({connector.base_url(), *(url for url in named if isinstance(url, str) and url)})


def destinations(connector: AnyConnector) -> frozenset[str]:
    """What decides where the connector's secrets go: its addresses, and all it is told where no network carries its asks."""
    if type(connector).carrier is Connector.carrier:
        return addresses(connector)
    fields, settings = type(connector.settings).model_fields, connector.settings
    plain = (name for name, field in fields.items() if "SecretStr" not in str(field.annotation))
    return addresses(connector) | {f"{name}={getattr(settings, name)!r}" for name in plain}


def not_public(address: Address) -> str | None:
    """Why an address is none of the public Internet, in a few words; None when it is one."""
    if isinstance(address, IPv6Address) and _carries_ipv4(address):
        return "an IPv4 address within an IPv6 one"
    words = (
        (address.is_unspecified, "no address of a host"),
        (address.is_loopback, "this machine"),
        (address.is_link_local, "link-local, where cloud machines find their credentials"),
        (address.is_multicast, "multicast"),
        (isinstance(address, IPv6Address) and address.is_site_local, "private"),
        (address.is_private, "private"),
        (address.is_reserved, "reserved"),
        (any(address in network for network in _SPECIAL), "kept for a special purpose"),
        (not address.is_global, "shared among customers of a provider"),
    )
    return next((word for holds, word in words if holds), None)


def _carries_ipv4(address: IPv6Address) -> bool:
    """Mapped, compatible, 6to4, Teredo and NAT64 forms: who hears them decides which IPv4 address they reach.

    Sources: RFC 4291 section 2.5.5, RFC 3056, RFC 4380, RFC 6052 section 2.1, RFC 8215.
    """
    compatible = 1 < int(address) < 2**32
    return bool(
        address.ipv4_mapped
        or address.sixtofour
        or address.teredo
        or compatible
        or any(address in network for network in _NAT64)
    )


_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?")
_SPECIAL: Final = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "3fff::/20",
        "5f00::/16",
    )
)
"""Ranges of which not every supported Python knows that no host of the public Internet is there.

Sources: IANA's special-purpose registries of IPv4 and IPv6 addresses; RFC 6890, RFC 7526, RFC 9637, RFC 9602, RFC 9780.
"""
_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def _address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _numeric(host: str) -> bool:
    """Whether a resolver may take the host for an address though it is not written as one: ``2130706433``, ``0x7f.1``.

    Source: WHATWG URL standard, section 3.5, "ends in a number".
    """
    if ":" in host:
        return True
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeEncodeError):
        last = host.removesuffix(".").rpartition(".")[2]
        return last.isdigit() or (last.startswith("0x") and all(letter in "0123456789abcdef" for letter in last[2:]))
    return True


def _is_local_name(host: str) -> bool:
    """Source: RFC 6761 section 6.3."""
    plain = host.removesuffix(".")
    return plain == LOCAL_NAME or plain.endswith(f".{LOCAL_NAME}")


def _named(entry: str) -> str:
    """A host of the allow-list as it is compared. Raises ConfigError when it is no host's name."""
    try:
        plain = "" if set(entry) & set(":/@?#\\") else httpx.URL(f"https://{entry}").raw_host.decode("ascii").lower()
    except httpx.InvalidURL:
        plain = ""
    if not _NAME.fullmatch(plain) or _numeric(plain):
        raise ConfigError(f"{SETTING}: {entry!r} is no host, address or network; write crm.example.com or 10.1.0.0/16.")
    return plain.removesuffix(".")
