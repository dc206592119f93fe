"""Requests reach public addresses over HTTPS, what the administrator allows, and nothing else, however it is written."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from kizuna import sdk
from kizuna.config import Settings
from kizuna.errors import ConfigError
from kizuna.sdk.outbound import Outbound
from kizuna.sdk.transport import Transport
from kizuna.sdk.wire import Wire
from tests.support.toys import Toy, ToySettings

STRICT = Outbound.of(Settings(mode="production"))
DEVELOPMENT = Outbound.of(Settings(mode="development"))
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

FORBIDDEN = [
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::127.0.0.1]/",
    "https://0.0.0.0/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://10.0.0.5/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://[fd00::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::808:808]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "https://[ff02::1]/",
    "https://[ff0e::1]/",
    "https://224.0.1.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://100.64.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://user:pw@8.8.8.8/",
    "https://8.8.8.8@127.0.0.1/",
    "https://8.8.8.8\\@127.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://\u2460\u2461\u2466.0.0.1/",
    "https://\u0661\u0662\u0667.0.0.1/",
    "http://8.8.8.8/",
    "http://api.example.com/",
    "https://8.8.8.8:22/",
    "https://api.example.com:6379/",
    "file:///etc/passwd",
    "gopher://8.8.8.8/",
    "ftp://api.example.com/",
    "https:///",
    "",
]


class Named(AbstractResolver):
    """A resolver that answers each question with the next of these; the last answer stays."""

    def __init__(self, *answers: Iterable[str]) -> None:
        self.answers, self.asked = [list(one) for one in answers], 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in addresses
        ]

    async def close(self) -> None:
        return None


@asynccontextmanager
async def listening(answer: bytes = OK) -> AsyncIterator[tuple[int, list[bytes]]]:
    """The port of a server on this machine, and the heads of the requests that reached it."""
    heads: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heads
    finally:
        server.close()


def get(outbound: Outbound, url: str, resolver: AbstractResolver | None = None, answer: bytes = OK) -> list[bytes]:
    """What reached a server on this machine when the URL (``PORT`` stands for its port) was asked for."""

    async def asked() -> list[bytes]:
        async with listening(answer) as (port, heads):
            wire = Wire(outbound, resolver)
            async with httpx.AsyncClient(transport=wire, trust_env=False, timeout=5.0) as client:
                await client.get(url.replace("PORT", str(port)))
            return heads

    return asyncio.run(asked())


@pytest.mark.parametrize("url", FORBIDDEN)
def test_no_spelling_of_a_forbidden_address_passes_as_a_setting(url: str) -> None:
    with pytest.raises(ConfigError):
        STRICT.require_url(url)


@pytest.mark.parametrize("url", FORBIDDEN)
def test_no_spelling_of_a_forbidden_address_is_ever_connected_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: opened.append(address))

    with pytest.raises((ConfigError, httpx.InvalidURL, httpx.TransportError)):
        get(STRICT, url)

    assert opened == []


@pytest.mark.parametrize(
    "url",
    ["https://8.8.8.8/", "https://api.example.com/v2", "https://api.example.com:443", "https://[2606:4700::1111]/"],
)
def test_public_hosts_over_https_are_free(url: str) -> None:
    STRICT.require_url(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:10.0.0.5", "fd00::1"])
def test_a_name_that_leads_to_a_forbidden_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=r"Requests to crm\.example\.com are refused: it leads to .* outbound_allow"):
        get(STRICT, "https://crm.example.com/", Named([address]))


def test_one_forbidden_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(ConfigError, match=r"it leads to 127\.0\.0\.1"):
        get(STRICT, "https://crm.example.com/", Named(["203.0.114.7", "127.0.0.1"]))


def test_a_name_that_turns_to_this_machine_after_it_was_checked_is_refused() -> None:
    rebinding = Named(["8.8.8.8"], ["127.0.0.1"])
    asyncio.run(rebinding.resolve("crm.example.com"))

    with pytest.raises(ConfigError, match=r"it leads to 127\.0\.0\.1, which is this machine"):
        get(STRICT, "https://crm.example.com/", rebinding)

    assert rebinding.asked == 2


def test_the_name_is_asked_for_once_and_its_answer_is_what_is_connected_to() -> None:
    resolver = Named(["127.0.0.1"], ["10.255.255.1"])

    heads = get(
        Outbound(hosts=frozenset({"crm.example.com"})),
        "http://crm.example.com:PORT/",
        resolver,
    )

    assert resolver.asked == 1
    assert b"host: crm.example.com" in heads[0]


def test_in_development_sandboxes_on_this_machine_answer_and_nothing_else_private_does() -> None:
    heads = get(DEVELOPMENT, "http://127.0.0.1:PORT/") + get(
        DEVELOPMENT, "http://localhost:PORT/", Named(["127.0.0.1"])
    )

    assert len(heads) == 2
    for url in ("http://10.0.0.5/", "http://169.254.169.254/", "http://crm.example.com/"):
        with pytest.raises(ConfigError):
            DEVELOPMENT.require_url(url)


def test_production_refuses_this_machine_and_says_what_allows_it() -> None:
    with pytest.raises(ConfigError) as refused:
        get(STRICT, "http://127.0.0.1:PORT/")

    assert str(refused.value) == (
        "Requests to 127.0.0.1 are refused: it is this machine; if that is meant, add '127.0.0.1' to outbound_allow in "
        "the settings or set mode to development."
    )


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "crm.example.com", "CRM.example.com"])
def test_what_the_administrator_allows_is_reached_at_any_port_and_without_tls(entry: str) -> None:
    outbound = Outbound.of(Settings(mode="production", outbound_allow=(entry,)))
    host = "crm.example.com" if "crm" in entry.lower() else "127.0.0.1"

    heads = get(outbound, f"http://{host}:PORT/", Named(["127.0.0.1"]))

    assert len(heads) == 1


def test_a_network_allowed_is_no_other_network() -> None:
    outbound = Outbound.of(Settings(mode="production", outbound_allow=("10.1.0.0/16",)))

    outbound.require_url("http://10.1.2.3:8080/")
    with pytest.raises(ConfigError, match="private"):
        outbound.require_url("https://10.2.0.1/")


@pytest.mark.parametrize(
    "entry", ["http://crm.example.com", "10.0.0.0/33", "crm.example.com:8080", "a b", "", "0x7f.1"]
)
def test_an_entry_that_names_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ConfigError, match="outbound_allow"):
        Outbound.of(Settings(outbound_allow=(entry,)))


def test_a_redirect_is_told_and_not_followed() -> None:
    async def asked() -> tuple[str, list[bytes]]:
        async with listening() as (elsewhere, stolen):
            moved = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere}/\r\nContent-Length: 0\r\n\r\n"
            async with listening(moved.encode()) as (port, _):
                with pytest.raises(sdk.RefusedError) as refused:
                    await sent(f"http://127.0.0.1:{port}", "/firms")
            return str(refused.value), stolen

    said, stolen = asyncio.run(asked())

    assert "leads on to http://127.0.0.1 (302); credentials do not follow" in said
    assert stolen == []


def test_a_next_page_on_another_host_is_not_asked_for() -> None:
    async def asked() -> list[bytes]:
        async with listening() as (port, stolen):
            with pytest.raises(sdk.RefusedError, match=r"leads from https://api\.example\.com to http://127\.0\.0\.1"):
                await sent("https://api.example.com", f"http://127.0.0.1:{port}/firms?page=2")
            return stolen

    assert asyncio.run(asked()) == []


async def sent(base_url: str, path: str) -> sdk.Answer:
    class Elsewhere(Toy):
        def base_url(self) -> str:
            return base_url

    async with Transport(Elsewhere(ToySettings()), outbound=DEVELOPMENT, paced=False, attempts=1) as line:
        return await line.send(sdk.Ask(path=path))
