"""Promises about speed: limits are declared as the vendor publishes them, kept to, and used; questions fit on the line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from kizuna.sandbox import RateLimit
from kizuna.sdk import AnyConnector, Ask, Limit
from kizuna.testing.journeys import Journey
from kizuna.testing.likeness import unfinished, unlike_vendor
from kizuna.testing.line import Script
from kizuna.testing.stage import store
from kizuna.testing.subject import NotChecked

AN_HOUR = timedelta(hours=1)
SHARE_LEAST = 0.5
WINDOWS_S = (1.0, 10.0, 60.0)
URL_BYTES_MOST = 15_000
"""Beyond this, edge servers answer 414 or break the connection."""


def keeps_to_the_limits(journey: Journey) -> Iterator[str]:
    """Complaints when questions are sent faster than the vendor allows, or needlessly slowly, or are not counted."""
    stage = journey.stage()
    connector = journey.connector(stage)
    if not connector.limits:
        yield "it declares no limits: set `limits` to what the vendor publishes"
        return
    with store(stage, connector) as kept:
        asks = kept.sync().asks
        stage.clock.advance(AN_HOUR)
        asks += kept.sync().asks
    families = {limit.family: limit for limit in connector.limits}
    for family in sorted({ask.family for ask in asks} - families.keys()):
        yield f"questions count against the limit {family!r}, which `limits` does not declare: they are not paced"
    for limit in families.values():
        if limit.concurrent < 2 and limit.family == "default":
            yield "one request at a time: a slow answer holds up every stream; raise `concurrent`"
    for published in stage.sandbox.limits:
        mine = {ask.family for ask in asks if published.applies(ask.method, path_of(connector, ask))}
        yield from _compared(published, connector, mine & families.keys())


def fits_many_fields_into_a_url(journey: Journey, widened: Script | None) -> Iterator[str]:
    """Complaints when hundreds of custom fields make a question too long, or cost a record."""
    if widened is None:
        raise NotChecked("questions name no fields; give `widened` where they do")
    stage = journey.stage()
    connector = journey.connector(stage)
    with store(stage, connector) as kept:
        for _ in range(2):
            done = kept.sync(script=widened)
            yield from unfinished(done)
            longest = max((len(str(request.url)) for request in done.requests), default=0)
            if longest > URL_BYTES_MOST:
                yield f"a question of {longest} bytes: a URL takes some {URL_BYTES_MOST}; split the fields"
            stage.clock.advance(AN_HOUR)
        yield from unlike_vendor(kept)


def path_of(connector: AnyConnector, ask: Ask) -> str:
    """The path of a question at the vendor."""
    asked = urlsplit(ask.path)
    return asked.path if asked.netloc else f"{urlsplit(connector.base_url()).path}/{asked.path.lstrip('/')}"


def _compared(published: RateLimit, connector: AnyConnector, mine: Collection[str]) -> Iterator[str]:
    """Complaints when all that is declared for these families is more than what is published, or needlessly less."""
    names = " and ".join(repr(family) for family in sorted(mine))
    per_s, burst = _together(connector, mine)
    for window_s in WINDOWS_S:
        sent, allowed = per_s * window_s + burst, published.capacity + published.per_s * window_s
        if sent > allowed:
            yield f"{names}: {sent:.0f} requests in {window_s:.0f} s, the vendor allows {allowed:.0f}"
            return
    if mine and per_s < published.per_s * SHARE_LEAST:
        yield f"{names}: {per_s:.3g} requests a second where the vendor allows {published.per_s:.3g}: a first load crawls"


def _together(connector: AnyConnector, mine: Collection[str]) -> tuple[float, float]:
    """Requests a second, and at once, of these families together: those within another one never exceed it."""
    families = {limit.family: limit for limit in connector.limits}
    per_s = burst = 0.0
    for outer in {families[name].within or name for name in mine}:
        inner = [families[name] for name in mine if families[name].within == outer and name != outer]
        rates, bursts = sum(_rate(limit) for limit in inner), sum(limit.burst for limit in inner)
        bound = families.get(outer)
        whole = bound is not None and (outer in mine or not inner)
        per_s += _rate(bound) if bound and whole else min(rates, _rate(bound) if bound else rates)
        burst += bound.burst if bound and whole else min(bursts, bound.burst if bound else bursts)
    return per_s, burst


def _rate(limit: Limit) -> float:
    return limit.calls / limit.per_s
