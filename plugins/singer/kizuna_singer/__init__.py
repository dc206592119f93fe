"""Any Singer tap as a connection: run as a program, its streams given a meaning by a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import field_validator

from kizuna import sdk
from kizuna_singer import mapping, records
from kizuna_singer.exchange import BASE_URL, DISCOVER_PATH, sort_error
from kizuna_singer.paths import Row, Seen
from kizuna_singer.reading import TapReading
from kizuna_singer.tapfile import StreamRule, TapFile, tap_file

if TYPE_CHECKING:
    import httpx


class SingerSettings(sdk.Settings):
    """One tap. What it is, and what its streams mean, stands in a file on this machine."""

    file: str = sdk.Field(description="The TOML file that names the tap and maps its streams")
    secrets: sdk.SecretStr | None = sdk.Field(
        None, description="A JSON object of secrets for the tap's config, such as the content of a file"
    )

    @field_validator("file")
    @classmethod
    def _is_right(cls, value: str) -> str:
        path = Path(value).expanduser().absolute()
        try:
            tap_file(path)
        except sdk.ConfigError as error:
            raise ValueError(str(error)) from error
        return str(path)

    @field_validator("secrets")
    @classmethod
    def _is_an_object(cls, value: sdk.SecretStr | None) -> sdk.SecretStr | None:
        try:
            is_object = value is None or isinstance(json.loads(value.get_secret_value()), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise ValueError('no JSON object; write {"api_key": "…"}')
        return value


class Singer(sdk.Connector[SingerSettings]):
    """A Singer tap: what it writes, read by the batch and committed with its STATE."""

    key = "singer"
    title = "Singer"
    limits = (sdk.Limit(1000, 1.0, burst=1000),)  # the tap keeps to its vendor's limits; its pipe needs none

    @cached_property
    def file(self) -> TapFile | None:
        """The administrator's file, None where none is given. Raises ConfigError naming file, line and key."""
        return tap_file(Path(self.settings.file)) if self.settings.file else None

    def base_url(self) -> str:
        return BASE_URL

    def carrier(self) -> httpx.AsyncBaseTransport | None:
        from kizuna_singer.carrier import TapCarrier

        given = self.settings.secrets.get_secret_value() if self.settings.secrets else ""
        return TapCarrier(self.file, json.loads(given) if given else {}) if self.file else None

    def streams(self) -> tuple[sdk.AnyStream, ...]:
        return tuple(_stream(rule) for rule in self.file.streams) if self.file else ()

    def trial(self) -> sdk.Ask:
        return sdk.Ask(path=DISCOVER_PATH, method="POST")

    def sort_error(self, answer: sdk.Answer) -> sdk.KizunaError | None:
        return sort_error(self.key, answer)


def _stream(rule: StreamRule) -> sdk.AnyStream:
    payload: Any = Row  # a tap's records have any shape: no struct can be declared for them

    def version(row: Row) -> Any:
        return sdk.instant(Seen(row).at(rule.version)) if rule.version else None

    def deleted(row: Row) -> str | None:
        told = rule.deleted and Seen(row).at(rule.deleted) not in (None, "", False, "false", 0)
        return "deleted" if told else records.deleted(row)

    return sdk.Stream[Any](
        name=rule.name,
        payload=payload,
        map=partial(mapping.say, rule.facts),
        reading=TapReading(rule.name, rule.key, dated=rule.version is not None),
        key=partial(records.source_id, keys=rule.key),
        version=version,
        deleted=deleted,
        sweep=True,
    )


@sdk.hookimpl
def kizuna_connectors() -> Iterator[type[sdk.AnyConnector]]:
    """The connector for every tap."""
    yield Singer
