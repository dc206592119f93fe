"""The example connector as it is, or changed for the worse in one place; and what the suite says of a connector."""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kizuna import sdk
from kizuna.testing import ConnectorSuite
from kizuna.testing.travelling import Travelling
from tests.support.project import PROJECT

FOLDER = PROJECT / "examples" / "kizuna-deskhand" / "kizuna_deskhand"
SETTINGS = {"subdomain": "acme", "token": "t0ken-of-acme"}
ADA = {"id": 7, "full_name": "Ada", "email": "ada@example.com", "updated_at": "2026-01-02T03:04:05Z"}
BOB = {**ADA, "id": 8, "full_name": "Bob", "email": None}
CASE = {
    "id": 1,
    "title": "Help",
    "state": "new",
    "requester_id": 7,
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}
NEED_MORE = {name.removeprefix("test_") for name in vars(Travelling) if name.startswith("test_")} | {
    "takes_the_settings_of_the_last_release"
}
"""The promises that need a sandbox or an earlier release."""

RECORDS = {"people": [ADA, BOB], "cases": [CASE, {**CASE, "id": 2, "state": "solved"}]}


def deskhand(*changes: tuple[str, str]) -> types.ModuleType:
    """The example's module with each (old, new) text replaced; every old text has to be there."""
    source = (FOLDER / "__init__.py").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in source, f"the example no longer holds {old!r}"
        source = source.replace(old, new)
    made = types.ModuleType("changed_deskhand")
    made.__file__ = str(FOLDER / "__init__.py")
    sys.modules[made.__name__] = made  # msgspec looks a class's annotations up by its module's name
    exec(compile(source, made.__file__, "exec"), vars(made))
    return made


def verdicts(
    connector: type[sdk.AnyConnector],
    records: Mapping[str, Sequence[Mapping[str, Any]]],
    settings: Mapping[str, Any],
    only: str = "",
    **more: Any,
) -> dict[str, str]:
    """``promise stream`` → "held", "failed: …" or "not checked: …", for every promise of the suite or one of them."""
    members = {"connector": connector, "records": records, "settings": settings, "samples": FOLDER / "samples", **more}
    suite = type("TestIt", (ConnectorSuite,), members)()
    found = {}
    for name in dir(suite):
        if name.startswith(f"test_{only}"):
            promise = getattr(suite, name)
            by_stream = "stream" in promise.__code__.co_varnames[: promise.__code__.co_argcount]
            for stream in [s.name for s in suite.made().streams()] if by_stream else [""]:
                found[f"{name.removeprefix('test_')} {stream}".strip()] = verdict(promise, stream)
    return found


def verdict(promise: Any, stream: str) -> str:
    """What one promise comes to."""
    try:
        promise(*[stream] * bool(stream))
    except pytest.fail.Exception as failed:
        return f"failed: {failed.msg}"
    except pytest.skip.Exception as skipped:
        return str(skipped.msg)
    return "held"


def broken(found: Mapping[str, str]) -> dict[str, str]:
    """Those promises that did not hold, with the complaint."""
    return {name: said for name, said in found.items() if said.startswith("failed")}
