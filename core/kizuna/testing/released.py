"""Promises about settings: what a connection of the last release has stored, this one still takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from kizuna.sdk import AnyConnector
from kizuna.testing.subject import NotChecked

_NARROWING = ("pattern", "minimum", "maximum", "minLength", "maxLength", "exclusiveMinimum", "exclusiveMaximum")

Schema = dict[str, Any]


class Released(msgspec.Struct, frozen=True):
    """The settings of a released version, as JSON Schema."""

    version: str
    settings: Schema


def as_released(connector: type[AnyConnector], version: str) -> bytes:
    """The file to keep beside the tests from one release to the next."""
    held = Released(version, connector.settings_type().model_json_schema())
    return msgspec.json.format(msgspec.json.encode(held), indent=2) + b"\n"


def takes_the_settings_of_the_last_release(connector: type[AnyConnector], path: Path) -> Iterator[str]:
    """Complaints about settings that were taken by the last release and are refused or kept differently by this one."""
    if not path.exists():
        raise NotChecked(
            f"no {path.name} beside the test; at each release, `kizuna plugins settings {connector.key}` writes it"
        )
    old = msgspec.json.decode(path.read_bytes(), type=Released)
    was, now = old.settings, connector.settings_type().model_json_schema()
    required = set(now.get("required", ())) - set(was.get("required", ()))
    for name in sorted(required):
        yield f"the setting {name!r} is required now; connections of {old.version} lack it: give it a default"
    for name, before in was.get("properties", {}).items():
        after = now.get("properties", {}).get(name)
        if after is None:
            yield f"the setting {name!r} of {old.version} is gone; keep it, or take it under its new name too"
        else:
            yield from _narrower(name, before, after, old.version, was.get("$defs", {}), now.get("$defs", {}))


def _narrower(
    name: str, before: Schema, after: Schema, version: str, was: Mapping[str, Schema], now: Mapping[str, Schema]
) -> Iterator[str]:
    """Complaints when values that were allowed are no more, or when a secret has become plain or the other way round."""
    lost = _kinds(before, was) - _kinds(after, now)
    if lost:
        yield f"the setting {name!r} no longer takes {', '.join(sorted(lost))}, as {version} did"
    if _is_secret(before, was) != _is_secret(after, now):
        yield f"the setting {name!r} is {'no longer' if _is_secret(before, was) else 'now'} a secret; it is stored elsewhere"
    for rule in _NARROWING:
        if rule in after and after[rule] != before.get(rule):
            yield f"the setting {name!r} has another {rule} ({after[rule]}) than in {version}"


def _kinds(schema: Schema, defs: Mapping[str, Schema]) -> set[str]:
    """The types a schema takes, and its words where it takes only those."""
    if "$ref" in schema:
        return _kinds(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        return {kind for one in schema["anyOf"] for kind in _kinds(one, defs)}
    if "enum" in schema or "const" in schema:
        return {repr(word) for word in schema.get("enum", [schema.get("const")])}
    return {str(schema.get("type", "anything"))}


def _is_secret(schema: Schema, defs: Mapping[str, Schema]) -> bool:
    if "$ref" in schema:
        return _is_secret(defs[schema["$ref"].rpartition("/")[2]], defs)
    return bool(schema.get("writeOnly")) or any(_is_secret(one, defs) for one in schema.get("anyOf", ()))
