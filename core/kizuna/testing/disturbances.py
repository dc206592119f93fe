"""Promises about bad hours, each tried on the real engine: refusals, broken answers, expired tokens, strange records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import cycle
from typing import Any

import httpx
import msgspec

from kizuna.sandbox import LimitReading, RateLimit
from kizuna.sdk import FetchedToken
from kizuna.testing.journeys import Journey
from kizuna.testing.likeness import differences, meaning, unfinished, unlike_vendor
from kizuna.testing.line import Onward, Script, as_answer, before, of, once_each, rewriting
from kizuna.testing.played import asks_for_token
from kizuna.testing.stage import Key, Stage, store
from kizuna.testing.subject import NotChecked

Fault = Callable[[httpx.Request, Onward], Awaitable[httpx.Response]]

WEB_PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"
NEW_FIELDS: Mapping[str, Any] = {
    "kizuna_suite_field": {"deep": [1, {"deeper": None}]},
    "select": "from where",
    "SELECT": True,
    "a field; with 'quotes\" and \\": 1.5,
    "フィールド": "値",
    "x" * 300: None,
}
"""Fields that no connector knows, under names that would break a table or a statement made of them."""


def stands_bad_answers(journey: Journey) -> Iterator[str]:
    """Complaints when a vendor's bad hour leaves another result, or does not end with the hour."""
    stage = journey.stage()
    with store(stage, journey.connector(stage)) as quiet:
        yield from unfinished(quiet.sync())
        wanted = meaning(quiet.held())
        for name, fault in faults(stage).items():
            with store(stage, quiet.connector) as kept:
                yield from (f"{name}: {complaint}" for complaint in unfinished(kept.sync(script=once_each(fault))))
                yield from (f"{name}: {complaint}" for complaint in differences(meaning(kept.held()), wanted))


def renews_a_token_in_mid_page(journey: Journey) -> Iterator[str]:
    """Complaints when a token that expires between two requests is seen by anyone but the line."""
    stage = journey.stage()
    connector = journey.connector(stage)
    if not isinstance(connector.auth(), FetchedToken):
        raise NotChecked("its credentials do not expire; give `renewing` where others do")
    with store(stage, connector) as quiet:
        done = quiet.sync()
        yield from unfinished(done)
        wanted = meaning(quiet.held())
        for number in sorted({2, 3, len(done.requests) // 2, len(done.requests)}):
            expiring = before(number, lambda: stage.sandbox.expire_tokens(stage.state))
            with store(stage, connector) as kept:
                yield from (f"expired at request {number}: {one}" for one in unfinished(kept.sync(script=expiring)))
                yield from (f"expired at request {number}: {one}" for one in differences(meaning(kept.held()), wanted))


def one_refused_stream_stops_no_other(journey: Journey) -> Iterator[str]:
    """Complaints when a stream that is forbidden ends others, or is silently taken for empty."""
    stage = journey.stage()
    connector = journey.connector(stage)
    if len(stage.wanted(connector)) < 2:
        raise NotChecked("there is one stream only")
    with store(stage, connector) as alone:
        first = stage.wanted(connector)[0].name
        alone_asked = {request.url.path for request in alone.sync(streams=(first,)).requests}
    with store(stage, connector) as alone:
        others = [stream.name for stream in stage.wanted(connector)[1:]]
        others_asked = {request.url.path for request in alone.sync(streams=others).requests}
    own = alone_asked - others_asked
    with store(stage, connector) as kept:
        done = kept.sync(script=_forbidding(own))
        if done.ends[first].state not in ("degraded", "failed") or not done.ends[first].reason:
            yield f"{first} is forbidden and ended {done.ends[first].state}: {done.ends[first].reason}"
        for name in others:
            if name not in done.ends or done.ends[name].state != "complete":
                yield f"{name} was not read because {first} is forbidden"


def sets_poison_aside(journey: Journey) -> Iterator[str]:
    """Complaints when a record that no vendor would send keeps others from being read, or vanishes without a word."""
    stage = journey.stage()
    connector = journey.connector(stage)
    shown = stage.shown(connector)
    victims: set[Key] = {(name, min(ids)) for name, ids in shown.items() if len(ids) > 1}
    by_id = {own for _, own in victims}
    poisoned: set[str] = set()

    def poison(row: dict[str, Any]) -> None:
        own = str(row.get("id", row.get("Id")))
        if own in by_id and not own.isalpha():
            poisoned.add(own)
            for name in row.keys() - {"id", "Id"}:
                row[name] = [[{"spoilt": True}]]

    with store(stage, connector) as kept:
        for name, end in kept.sync(script=rewriting(stage.sandbox.items, poison)).ends.items():
            if end.state != "complete":
                yield f"{name} ended {end.state} because of one bad record: {end.reason}"
        if not poisoned:
            raise NotChecked("no answer shows records by an id")
        spared = {(name, own) for name, ids in shown.items() for own in ids & poisoned}
        yield from unlike_vendor(kept, spared)
        aside, living = kept.set_aside(), meaning(kept.held())
        for name, own in sorted(victims):
            if own in poisoned and (name, own) not in aside and (name, own) not in living:
                yield f"{name} {own} is bad and was dropped: it is neither stored nor set aside"


def lives_with_new_fields(journey: Journey) -> Iterator[str]:
    """Complaints when fields that the vendor adds, whatever their names, cost a record or change what it means."""
    stage = journey.stage()
    connector = journey.connector(stage)
    known = {own for ids in stage.shown(connector).values() for own in ids}

    def add(row: dict[str, Any]) -> None:
        if str(row.get("id", row.get("Id"))) in known:
            row.update(NEW_FIELDS)

    with store(stage, connector) as quiet, store(stage, connector) as kept:
        yield from unfinished(quiet.sync())
        yield from unfinished(kept.sync(script=rewriting(stage.sandbox.items, add)))
        yield from differences(meaning(kept.held()), meaning(quiet.held()))
        added = [held for held in kept.held().values() if _is_new(held.raw)]
        if not added:
            yield "no record that is kept holds the new fields: what the vendor adds is lost"


def faults(stage: Stage) -> dict[str, Fault]:
    """The answers of a bad hour, in the vendor's own words where its sandbox has any."""
    sandbox, state = stage.sandbox, stage.state
    limit = sandbox.limits[0] if sandbox.limits else RateLimit("requests", 1, 1.0)

    async def busy(request: httpx.Request, onward: Onward) -> httpx.Response:
        if asks_for_token(request):
            return await onward()
        return of(sandbox.too_many(LimitReading(limit, 0, 3.0), state))

    async def reset(request: httpx.Request, _onward: Onward) -> httpx.Response:
        raise httpx.ReadError("connection reset by peer", request=request)

    async def truncated(_request: httpx.Request, onward: Onward) -> httpx.Response:
        answer = await onward()
        return as_answer(answer.status_code, answer.headers, answer.content[: len(answer.content) // 2])

    async def web_page(_request: httpx.Request, _onward: Onward) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/html; charset=utf-8"}, content=WEB_PAGE)

    statuses = cycle((500, 502, 503))

    async def broken(_request: httpx.Request, _onward: Onward) -> httpx.Response:
        return of(sandbox.broken(next(statuses), state))

    return {
        "too many requests": busy,
        "500, 502 and 503": broken,
        "a connection that breaks": reset,
        "half an answer": truncated,
        "a web page with status 200": web_page,
    }


def _forbidding(paths: set[str]) -> Script:
    """403 to every question of these paths."""

    async def script(_number: int, request: httpx.Request, onward: Onward) -> httpx.Response:
        if request.url.path in paths and not asks_for_token(request):
            return httpx.Response(403, json={"error": "forbidden"})
        return await onward()

    return script


def _is_new(raw: bytes) -> bool:
    try:
        return NEW_FIELDS.keys() <= msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).keys()
    except msgspec.DecodeError:
        return False
