#!/usr/bin/env python3
"""A tap of the standard library alone, which does what its config says: the right thing, or each wrong thing once or always.

Config: ``data`` (folder of NAME.json, each a list of records), ``streams`` (NAME → keys, method, replication_key,
version), ``state_every``, ``faults`` (stream, after, do, once), ``witness`` (file that gets what the tap was given).
"""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    options = argparse.ArgumentParser()
    for name in ("--config", "--catalog", "--properties", "--state"):
        options.add_argument(name)
    options.add_argument("--discover", action="store_true")
    given = options.parse_args()
    config = json.loads(Path(given.config).read_text())
    witness(config, given)
    print(f"connecting with {config.get('api_key')}", file=sys.stderr)
    if given.discover:
        print(json.dumps({"streams": [described(name, said) for name, said in config["streams"].items()]}))
        return
    state = json.loads(Path(given.state).read_text()) if given.state else {}
    chosen = selected(given.catalog or given.properties)
    for name, said in config["streams"].items():
        if chosen is None or name in chosen:
            write(name, said, config, state)


def described(name: str, said: dict[str, Any]) -> dict[str, Any]:
    root = {"inclusion": "available", "table-key-properties": said.get("keys", [])}
    if "method" in said:
        root["forced-replication-method"] = said["method"]
    return {
        "tap_stream_id": name,
        "stream": name,
        "schema": {"type": "object", "properties": {"id": {"type": ["string", "integer"]}}},
        "metadata": [
            {"breadcrumb": [], "metadata": root},
            {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "available"}},
        ],
    }


def selected(path: str | None) -> set[str] | None:
    if path is None:
        return None
    found = set()
    for stream in json.loads(Path(path).read_text())["streams"]:
        marks = {tuple(entry["breadcrumb"]): entry["metadata"] for entry in stream["metadata"]}
        if marks[()].get("selected") and all(mark.get("selected") for mark in marks.values()):
            found.add(stream["stream"])
    return found


def write(name: str, said: dict[str, Any], config: dict[str, Any], state: dict[str, Any]) -> None:
    key, keys = said.get("replication_key"), said.get("keys", [])
    bookmarks = state.setdefault("bookmarks", {})
    since = bookmarks.get(name, {}).get(key, "")
    rows = json.loads((Path(config["data"]) / f"{name}.json").read_text())
    rows = sorted((row for row in rows if str(row[key]) >= since), key=lambda row: str(row[key])) if key else rows
    if not said.get("no_schema"):
        bookmark = [key] if key else []
        say(type="SCHEMA", stream=name, schema={}, key_properties=keys, bookmark_properties=bookmark)
    if "version" in said and said.get("activate_first"):
        say(type="ACTIVATE_VERSION", stream=name, version=said["version"])
    for number, row in enumerate(rows, 1):
        fault(name, number - 1, config)
        version = {"version": said["version"]} if "version" in said else {}
        say(type="RECORD", stream=name, record=row, time_extracted="2026-03-01T10:00:00Z", **version)
        if key:
            bookmarks[name] = {key: row[key]}
        if key and number % config.get("state_every", 2) == 0:
            say(type="STATE", value=state)
        time.sleep(config.get("slowly_s", 0.0))
    fault(name, len(rows), config)
    if "version" in said:
        say(type="ACTIVATE_VERSION", stream=name, version=said["version"])
    say(type="STATE", value=state)


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def fault(name: str, records: int, config: dict[str, Any]) -> None:
    for one in config.get("faults", []):
        marker = Path(one["once"]) if "once" in one else None
        if one["stream"] != name or one["after"] != records or (marker is not None and marker.exists()):
            continue
        if marker is not None:
            marker.touch()
        COMMIT[one["do"]](one)


def die(one: dict[str, Any]) -> None:
    sys.stdout.write('{"type": "RECORD", "stream": "half a li')
    sys.stdout.flush()
    print(one.get("words", "the vendor said no"), file=sys.stderr)
    sys.exit(1)


def hang(_: dict[str, Any]) -> None:
    time.sleep(3600)


def garble(one: dict[str, Any]) -> None:
    sys.stdout.write(one["line"] + "\n")


def flood(one: dict[str, Any]) -> None:
    """Writes so many kilobytes without a line's end."""
    for _ in range(one["kilobytes"]):
        sys.stdout.write("x" * 1024)
    sys.stdout.flush()


COMMIT = {"die": die, "hang": hang, "garble": garble, "flood": flood}


def witness(config: dict[str, Any], given: argparse.Namespace) -> None:
    if "witness" not in config:
        return
    path = Path(given.config)
    seen = {
        "argv": sys.argv[1:],
        "environment": sorted(os.environ),
        "config": config,
        "file_mode": stat.S_IMODE(path.stat().st_mode),
        "folder_mode": stat.S_IMODE(path.parent.stat().st_mode),
        "folder": str(path.parent),
        "pid": os.getpid(),
        "state": json.loads(Path(given.state).read_text()) if given.state else None,
    }
    with Path(config["witness"]).open("a") as file:
        file.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
