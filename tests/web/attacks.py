"""What strangers send: each attack as a request, and how it must be answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

INJECTIONS = ("' OR '1'='1", "'; DROP TABLE customer; --", "1) UNION SELECT digest FROM api_token --", "%' ESCAPE 'x")
EXECUTED = "executed"
"""The code of an attack that is an ordinary question, and is answered."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One request; ``code`` is that of the first error it must be answered with."""

    name: str
    code: str
    body: bytes = b""
    status: int = 200
    method: str = "POST"
    path: str = "/graphql"
    limit: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


def asking(
    name: str, code: str, query: str, /, limit: str | None = None, status: int = 200, **variables: Any
) -> Attack:
    """A document sent as it should be."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    return Attack(name, code, body, status, limit=limit)


def sent_as(kind: str, body: bytes) -> Attack:
    """A change that a page of another site could send without the browser asking first."""
    return Attack(f"CSRF: {kind or 'no type'}", "UNSUPPORTED_MEDIA_TYPE", body, 415, headers={"content-type": kind})


CHANGE = 'mutation { disableConnection(input: {name: "crm"}) { userErrors { code } } }'
SCHEMA = "{ __schema { types { fields { type { fields { type { name } } } } } } }"


def attacks() -> Iterator[Attack]:
    """The list; the server is in production mode and the caller's token may read."""
    yield from _floods()
    yield from _nesting()
    yield from _products()
    yield from _literals()
    yield from _transport()
    yield asking("introspection", "GRAPHQL_VALIDATION_FAILED", SCHEMA)
    yield asking("introspection of a type", "GRAPHQL_VALIDATION_FAILED", '{ __type(name: "Customer") { name } }')
    yield asking("a guess at a field", "GRAPHQL_VALIDATION_FAILED", "{ custmers(first: 1) { totalCount } }")
    yield asking("a change by who may read", "FORBIDDEN", CHANGE)


def _floods() -> Iterator[Attack]:
    invalid, over = "GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED"
    page = "{{ customers(first: 1) {{ nodes {{ {} }} }} }}"
    yield asking("3,000 aliases", over, _many("a{0}: id", 3_000), limit="tokens")
    yield asking("2,100 fields", over, "{ " + "id " * 2_100 + "}", limit="tokens")
    yield asking("30,000 letters of comments", over, "#\n" * 16_000 + "{ schemaVersion }", limit="document length")
    yield asking("300 aliases below", over, page.format(_inner("a{0}: name", 300)), limit="aliases")
    yield asking("1,900 times one field", over, page.format("name " * 1_900), limit="fields")
    yield asking("400 times one field", over, page.format("name " * 400), limit="repetition")
    yield asking("254 parents merged", over, page.format(_nested(7)), limit="repetition")
    listed = "tickets(first: 1, status: [" + "OPEN " * 90 + "]) { totalCount } "
    yield asking("16 times a long argument", over, page.format(listed * 16), limit="repetition")
    yield asking(
        "400 wishes that are none",
        invalid,
        "{ customers(first: 1, filter: {" + _inner("a{0}: 1", 400) + "}) { totalCount } }",
    )
    yield asking("400 fields that differ", over, page.format(_inner("a{0}: name", 400)), limit="aliases")
    yield asking("100 fields at the root", over, _many("schemaVersion", 100), limit="root fields")
    yield asking("1,800 names of no field", over, page.format(_inner("x{0}", 1_800)), limit="fields")
    yield asking("900 directives on a field", over, "{ schemaVersion " + "@x " * 900 + "}", limit="directives")
    yield asking(
        "250 directives that count", over, "{ schemaVersion " + "@skip(if: false) " * 250 + "}", limit="directives"
    )
    yield asking("300 variables", invalid, f"query ({_inner('$v{0}: Int', 300)}) {{ schemaVersion }}")
    yield asking(
        "300 operations", over, " ".join(f"query Q{n} {{ schemaVersion }}" for n in range(300)), limit="definitions"
    )
    yield asking(
        "180 fragments on one another",
        over,
        "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(180))
        + " fragment F180 on Query { schemaVersion }",
        limit="definitions",
    )
    yield asking(
        "fragments that double", over, "{ ...F0 } " + "".join(_doubling(29)) + _END.format(29), limit="root fields"
    )
    yield asking("600 spreads", over, page.format("...F " * 600) + " fragment F on Customer { name }", limit="fields")


_END = "fragment F{0} on Query {{ schemaVersion }}"


def _doubling(levels: int) -> Iterator[str]:
    for n in range(levels):
        yield f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} "


def _nested(levels: int) -> str:
    below = "id" if levels == 1 else _nested(levels - 1)
    return f"parent {{ {below} }} parent {{ {below} }}"


def _nesting() -> Iterator[Attack]:
    malformed, over = "GRAPHQL_PARSE_FAILED", "LIMIT_EXCEEDED"
    chain = "{ customers(first: 1) { nodes " + "{ parent " * 60 + "{ id }" + " }" * 62
    yield asking("60 levels", over, chain, limit="depth")
    yield asking("900 braces", malformed, "{" * 900)
    yield asking("600 levels", malformed, "{ a" * 600 + " }" * 600)
    yield asking("a list of lists, 900 deep", malformed, "{ search(query: " + "[" * 900 + "]" * 900 + ") { text } }")
    yield asking(
        "a fragment in itself", "GRAPHQL_VALIDATION_FAILED", "{ ...A } fragment A on Query { schemaVersion ...A }"
    )
    yield asking(
        "fragments in a circle",
        "GRAPHQL_VALIDATION_FAILED",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }",
    )
    deep = b'{"query": "{ schemaVersion }", "variables": {"a": ' + b"[" * 40_000
    yield Attack("variables 40,000 deep", "BAD_REQUEST", deep, 400)


def _products() -> Iterator[Attack]:
    inner = "customers(first: {0}) {{ nodes {{ tickets(first: {0}) {{ nodes {{ comments(first: {0}) {{ nodes {{ body"
    product = "{ " + inner.format(100) + " } } } } } } }"
    yield asking("100 times 100 times 100", "LIMIT_EXCEEDED", product, limit="cost")
    for size in (200_000, 0, -1):
        query = f"{{ customers(first: {size}) {{ totalCount }} }}"
        yield asking(f"a page of {size}", "LIMIT_EXCEEDED", query, limit="page size")
    query = f"{{ customers(first: {10**40}) {{ totalCount }} }}"
    yield asking("a page of 10 to the 40th", "GRAPHQL_VALIDATION_FAILED", query)
    query = "query ($n: Int!) { customers(first: $n) { totalCount } }"
    yield asking("a page of 200,000 in a variable", "LIMIT_EXCEEDED", query, limit="page size", n=200_000)


_SEARCH = '{ search(query: "%s", first: 1) { text } }'
_SEARCHED = "query ($v: String!) { search(query: $v, first: 1) { text } }"
_PAGED = "{{ customers(first: {}) {{ totalCount }} }}"
_FILTERED = "{{ customers(first: 1, filter: {}) {{ totalCount }} }}"


def _literals() -> Iterator[Attack]:
    over = "LIMIT_EXCEEDED"
    yield asking("text of 90,000 letters", over, _SEARCH % ("x" * 90_000), limit="document length")
    yield asking("text of 31,000 letters", "BAD_USER_INPUT", _SEARCH % ("x" * 31_000))
    yield asking("90,000 letters in a variable", "BAD_USER_INPUT", _SEARCHED, v="x" * 90_000)
    yield asking("a number of 30,000 digits", over, _PAGED.format("1" + "0" * 30_000), limit="digits")
    yield asking("a fraction of 30,000 digits", over, _PAGED.format("0." + "1" * 30_000), limit="digits")
    listed = ", ".join(f'"d{n}.example"' for n in range(900))
    yield asking("a list of 900", EXECUTED, _FILTERED.format(f"{{domains: [{listed}]}}"))
    many = [f"d{n}.example" for n in range(5_000)]
    yield asking(
        "a list of 5,000 in a variable",
        EXECUTED,
        "query ($d: CustomerFilter!) " + _FILTERED.format("$d"),
        d={"domains": many},
    )
    yield asking("half a surrogate", "BAD_REQUEST", _SEARCHED, status=400, v="\ud800")
    for number, words in enumerate(INJECTIONS, 1):
        query = "query ($v: String!) { customer(domain: $v) { id } search(query: $v, first: 1) { text } }"
        yield asking(f"SQL in a text, {number}", EXECUTED, query, v=words)


def _transport() -> Iterator[Attack]:
    batch = [{"query": "{ schemaVersion }"}] * 1_000
    yield Attack("a batch of 1,000", "BATCHING_OFF", json.dumps(batch).encode(), 400)
    yield Attack("a body of 200,000 bytes", "TOO_LARGE", b'{"query": "' + b"x" * 200_000 + b'"}', 413)
    yield sent_as("application/x-www-form-urlencoded", urlencode({"query": CHANGE}).encode())
    yield sent_as("text/plain", json.dumps({"query": CHANGE}).encode())
    yield sent_as("multipart/form-data; boundary=x", b"--x--")
    yield sent_as("application/graphql", CHANGE.encode())
    yield sent_as("", json.dumps({"query": CHANGE}).encode())
    changed = f"/graphql?{urlencode({'query': CHANGE})}"
    yield Attack("a change by GET", "BAD_USER_INPUT", method="GET", path=changed, headers={})
    yield Attack("PUT", "METHOD_NOT_ALLOWED", b"{}", 405, "PUT")
    yield Attack("not JSON", "BAD_REQUEST", b"\xff\xfe", 400)
    opening = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    opening |= {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-protocol": "graphql-transport-ws"}
    yield Attack("a WebSocket without init", "BAD_REQUEST", status=400, method="GET", headers=opening)
    yield Attack("a browser's page", "BAD_REQUEST", status=400, method="GET", headers={"accept": "text/html"})


def _inner(part: str, times: int) -> str:
    return " ".join(part.format(number) for number in range(times))


def _many(part: str, times: int) -> str:
    return "{ " + _inner(part, times) + " }"
