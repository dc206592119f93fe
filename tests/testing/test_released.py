"""Settings of the last release are taken by the next one, or the suite says which are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from kizuna import sdk
from kizuna.testing.released import as_released, takes_the_settings_of_the_last_release
from kizuna.testing.subject import NotChecked


class Before(sdk.Settings):
    subdomain: str
    token: sdk.SecretStr
    pages: int = 3
    kind: Literal["live", "test"] = "live"
    note: str | None = None


def connector(of: type[sdk.Settings]) -> type[sdk.AnyConnector]:
    class Desk(sdk.Connector[of]):  # type: ignore[valid-type]  # made for each test
        key = "desk"

    return Desk


def complaints(now: type[sdk.Settings], folder: Path) -> list[str]:
    path = folder / "released.json"
    path.write_bytes(as_released(connector(Before), "1.0"))
    return list(takes_the_settings_of_the_last_release(connector(now), path))


def changed(**fields: Any) -> type[sdk.Settings]:
    """The settings with other annotations and defaults; None leaves one out."""
    held: dict[str, Any] = {"subdomain": str, "token": sdk.SecretStr, "pages": int, "note": str | None}
    held["kind"] = Literal["live", "test"]
    given = {"pages": 3, "kind": "live", "note": None}
    for name, one in fields.items():
        held.pop(name, None)
        if one is not None:
            held[name], default = one
            given = {**given, name: default} if default is not ... else given
    members = {"__annotations__": held, **{name: value for name, value in given.items() if name in held}}
    return type("Now", (sdk.Settings,), members)


def test_the_same_settings_are_taken(tmp_path):
    assert complaints(Before, tmp_path) == []


def test_more_settings_with_defaults_and_wider_ones_are_taken(tmp_path):
    now = changed(more=(str, ""), pages=(int | None, 3), kind=(Literal["live", "test", "both"], "live"))

    assert complaints(now, tmp_path) == []


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"pages": None}, "the setting 'pages' of 1.0 is gone"),
        ({"more": (str, ...)}, "the setting 'more' is required now; connections of 1.0 lack it"),
        ({"pages": (str, "3")}, "the setting 'pages' no longer takes integer, as 1.0 did"),
        ({"kind": (Literal["live"], "live")}, "the setting 'kind' no longer takes 'test'"),
        ({"token": (str, ...)}, "the setting 'token' is no longer a secret"),
        ({"note": (sdk.SecretStr | None, None)}, "the setting 'note' is now a secret"),
        ({"note": (str, "")}, "the setting 'note' no longer takes null"),
    ],
)
def test_what_the_last_release_took_and_this_one_does_not_is_told(fields, complaint, tmp_path):
    found = complaints(changed(**fields), tmp_path)

    assert len(found) == 1
    assert complaint in found[0]


def test_without_a_release_there_is_nothing_to_compare(tmp_path):
    with pytest.raises(NotChecked, match="kizuna plugins settings desk"):
        list(takes_the_settings_of_the_last_release(connector(Before), tmp_path / "released.json"))
