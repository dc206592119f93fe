"""How a promise comes to a verdict: held, failed with every complaint, or skipped with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pytest

from kizuna.plugins import configured
from kizuna.sdk import AnyConnector
from kizuna.testing.places import came_about
from kizuna.testing.subject import NotChecked, Part, Subject


class Holding:
    """What every part of the suite shares: the connector, its settings, and what its author declares impossible."""

    connector: ClassVar[type[AnyConnector]]
    settings: ClassVar[Mapping[str, Any]] = {}
    exempt: ClassVar[Mapping[str, str]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test a stream."""
        if "stream" in metafunc.fixturenames:
            metafunc.parametrize("stream", [stream.name for stream in self.made().streams()])

    def made(self) -> AnyConnector:
        """The connector with the settings of the suite. Raises ConfigError when they are not what it takes."""
        return configured(self.connector, self.settings, {}, self.connector.key)

    def hold(self, promise: Any, *arguments: Any) -> None:
        """Fails the test with every complaint, or skips it with the reason why the promise cannot be tried."""
        complaints: Iterable[str]
        names = [promise.__name__, *(f"{promise.__name__} {name}" for one in arguments if (name := _stream_of(one)))]
        for name in names:
            if name in self.exempt:
                pytest.skip(f"cannot apply: {self.exempt[name]}")
        try:
            complaints = list(dict.fromkeys(promise(*arguments)))
        except NotChecked as reason:
            pytest.skip(f"not checked: {reason}")
        except Exception as error:  # noqa: BLE001  a border: the connector is foreign code
            pytest.fail(came_about(error), pytrace=False)
        if complaints:
            pytest.fail("\n".join(complaints), pytrace=False)


def _stream_of(argument: Any) -> str | None:
    """The name of the stream that is tried, None for an argument that is no stream."""
    if isinstance(argument, Part):
        return argument.stream
    return argument.stream.name if isinstance(argument, Subject) else None
