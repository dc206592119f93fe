"""Mistakes in reading Zendesk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from kizuna import sdk
from tests.testing.seeded import Altered, Seeded, altered, having, methods, reading, streams


def counted_as_any_other(turn: sdk.Turn, _ask: sdk.Ask | None = None) -> sdk.Turn:
    """Exports are sent as if they had no limit of their own."""
    if turn.ask is not None:
        turn.ask = msgspec.structs.replace(turn.ask, family="default")
    return turn


def past_the_second(turn: sdk.Turn, _ask: sdk.Ask) -> sdk.Turn:
    """The next page of a time-based export begins behind the second in which this one ended."""
    if turn.ask is not None and turn.bookmark and "start_time" in turn.bookmark:
        after = int(turn.bookmark["start_time"]) + 1
        turn.ask, turn.bookmark = turn.ask.having(start_time=str(after)), {**turn.bookmark, "start_time": after}
    return turn


class Forgiving(Altered):
    """A reading for which a page that it does not understand is an empty one, and the last."""

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        try:
            return super().turn(state, ask, answer)
        except sdk.PageError:
            return sdk.Turn()


def understood_only(stream: sdk.AnyStream) -> sdk.AnyStream:
    """The stream whose reading drops what it cannot decode."""
    decoder = msgspec.json.Decoder(stream.payload)

    def understood(record: sdk.Record) -> bool:
        try:
            decoder.decode(record.raw)
        except msgspec.DecodeError:
            return False
        return True

    def turned(turn: sdk.Turn, _ask: sdk.Ask) -> sdk.Turn:
        return msgspec.structs.replace(turn, records=[one for one in turn.records if understood(one)])

    return replace(stream, reading=Altered(stream.reading, turned=turned))


def closed(stream: sdk.AnyStream) -> sdk.AnyStream:
    """The stream whose payload refuses fields it does not know."""
    strict = msgspec.defstruct("Strict", [], bases=(stream.payload,), forbid_unknown_fields=True)
    return replace(stream, payload=strict)


def any_refusal_is_ours(self: Any, answer: sdk.Answer) -> sdk.KizunaError | None:
    """429 taken for a question that is wrong."""
    if answer.status == 429:
        return sdk.RefusedError("zendesk: the request was refused (429).")
    return super(type(self), self).sort_error(answer)  # type: ignore[no-any-return]  # of the good connector


def any_refusal_is_a_bad_token(self: Any, answer: sdk.Answer) -> sdk.KizunaError | None:
    """403 for one collection taken for credentials that are refused."""
    if answer.status == 403:
        return sdk.AuthError("zendesk: credentials refused (403).")
    return super(type(self), self).sort_error(answer)  # type: ignore[no-any-return]  # of the good connector


def impatient(self: Any, answer: sdk.Answer) -> sdk.KizunaError | None:
    """The vendor's wish to be left alone is not read."""
    error = super(type(self), self).sort_error(answer)
    return sdk.TransientError("zendesk: too many requests", 1.0) if answer.status == 429 else error


DESK = (
    Seeded(
        connector="zendesk",
        name="bad records are dropped while reading",
        costs="a record of an odd shape is never there, and nothing says so",
        promise="sets_poison_aside",
        complaint=1,
        change=streams(understood_only),
    ),
    Seeded(
        connector="zendesk",
        name="an answer that is cut short is taken for an empty page",
        costs="the rest of a collection is missing after every bad hour",
        promise="stands_bad_answers",
        complaint=1,
        change=reading(Forgiving),
    ),
    Seeded(
        connector="zendesk",
        name="what is marked as deleted is kept",
        costs="deleted users and organisations live on",
        promise="follows_deletes",
        complaint=4,
        change=having("users", "organizations", deleted=lambda _: None, sweep=False),
    ),
    Seeded(
        connector="zendesk",
        name="exports count as any other request",
        costs="their own limit, ten a minute, is discovered by 429",
        promise="keeps_to_the_limits",
        complaint=6,
        change=altered(begun=counted_as_any_other, turned=counted_as_any_other),
    ),
    Seeded(
        connector="zendesk",
        name="429 is taken for a mistake of ours",
        costs="a busy minute ends the sync as failed",
        promise="waits_when_told_to",
        complaint=6,
        change=methods(sort_error=any_refusal_is_ours),
    ),
    Seeded(
        connector="zendesk",
        name="Retry-After is not read",
        costs="requests go on during the ban, which prolongs it",
        promise="waits_when_told_to",
        complaint=6,
        change=methods(sort_error=impatient),
    ),
    Seeded(
        connector="zendesk",
        name="a time-based export goes on behind its last second",
        costs="of what changed in that second, the rest is lost",
        promise="catches_late_records",
        complaint=7,
        change=altered("organizations", turned=past_the_second),
        conditions="pages of five",
    ),
    Seeded(
        connector="zendesk",
        name="payloads refuse fields they do not know",
        costs="the day the vendor adds a field, every record is set aside",
        promise="lives_with_new_fields",
        complaint=9,
        change=streams(closed),
    ),
    Seeded(
        connector="zendesk",
        name="a forbidden collection is taken for a bad token",
        costs="one missing permission stops all that is allowed",
        promise="one_refused_stream_stops_no_other",
        complaint=10,
        change=methods(sort_error=any_refusal_is_a_bad_token),
    ),
)
