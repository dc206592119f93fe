"""A tap's catalog: which streams it has, and the one with a single stream selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

UNSUPPORTED = "unsupported"


class _Catalog(msgspec.Struct):
    streams: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Catalog:
    """What ``--discover`` says. ``keeps_unnamed``: streams the administrator's file does not name are kept as evidence."""

    streams: tuple[dict[str, Any], ...]
    keeps_unnamed: bool = False

    @classmethod
    def read(cls, content: bytes, *, keeps_unnamed: bool = False) -> Catalog:
        """The catalog from its JSON. Raises msgspec.DecodeError when it is none."""
        streams = msgspec.json.decode(content, type=_Catalog).streams
        for stream in streams:
            if not isinstance(stream.get("tap_stream_id") or stream.get("stream"), str):
                raise msgspec.ValidationError("a stream without a name")
        return cls(tuple(streams), keeps_unnamed)

    @property
    def names(self) -> tuple[str, ...]:
        """The streams by the names that their records carry."""
        return tuple(_name(stream) for stream in self.streams)

    def selecting(self, name: str, also: tuple[str, ...], method: str | None, replication_key: str | None) -> bytes:
        """The catalog as JSON with that stream selected, all its fields too, and those it cannot be read without."""
        chosen = {name, *also}
        streams = [
            _selected(stream, method, replication_key)
            if _name(stream) == name
            else _marked(stream, _name(stream) in chosen)
            for stream in self.streams
        ]
        return msgspec.json.encode({"streams": streams})

    def method(self, name: str) -> str | None:
        """How the tap itself replicates the stream: ``FULL_TABLE``, ``INCREMENTAL``; None where it does not say."""
        stream = next((stream for stream in self.streams if _name(stream) == name), {})
        root = _root(stream)
        found = (
            root.get("replication-method") or root.get("forced-replication-method") or stream.get("replication_method")
        )
        return found if isinstance(found, str) else None

    def is_keyless(self, name: str) -> bool:
        """Whether the tap names no keys for the stream."""
        stream = next((stream for stream in self.streams if _name(stream) == name), {})
        return not (_root(stream).get("table-key-properties") or stream.get("key_properties"))


def _name(stream: dict[str, Any]) -> str:
    """Records carry ``stream``; taps that leave it out mean ``tap_stream_id``."""
    return str(stream.get("stream") or stream.get("tap_stream_id"))


def _root(stream: dict[str, Any]) -> dict[str, Any]:
    for entry in _metadata(stream):
        if not entry.get("breadcrumb"):
            found = entry.get("metadata")
            return found if isinstance(found, dict) else {}
    return {}


def _metadata(stream: dict[str, Any]) -> list[dict[str, Any]]:
    found = stream.get("metadata")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _selected(stream: dict[str, Any], method: str | None, replication_key: str | None) -> dict[str, Any]:
    root: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    if method:
        root["replication-method"] = changed["replication_method"] = method
    if replication_key:
        root["replication-key"] = changed["replication_key"] = replication_key
    return {**_marked(stream, True), **changed, "metadata": _marks(stream, True, root)}


def _marked(stream: dict[str, Any], selected: bool) -> dict[str, Any]:
    """In both ways that taps look for: the metadata of today, ``selected`` in the schema of old."""
    schema = {**stream.get("schema", {}), "selected": selected}
    return {**stream, "schema": schema, "selected": selected, "metadata": _marks(stream, selected, {})}


def _marks(stream: dict[str, Any], selected: bool, root: dict[str, Any]) -> list[dict[str, Any]]:
    entries = _metadata(stream)
    if not any(not entry.get("breadcrumb") for entry in entries):
        entries = [{"breadcrumb": [], "metadata": {}}, *entries]
    marked = []
    for entry in entries:
        said = dict(entry.get("metadata") or {})
        if not entry.get("breadcrumb"):
            said |= {"selected": selected, **root}
        elif selected and said.get("inclusion") != UNSUPPORTED:
            said["selected"] = True
        marked.append({**entry, "metadata": said})
    return marked
