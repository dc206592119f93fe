"""How a promise comes to a verdict: held, failed with every complaint, or skipped with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pytest

from kizuna.sdk import AnyConnector
from kizuna.testing.places import came_about
from kizuna.testing.subject import NotChecked, Subject


class Holding:
    """What every part of the suite shares: the connector, and what its author declares impossible."""

    connector: ClassVar[type[AnyConnector]]
    exempt: ClassVar[Mapping[str, str]] = {}

    def hold(self, promise: Any, *arguments: Any) -> None:
        """Fails the test with every complaint, or skips it with the reason why the promise cannot be tried."""
        complaints: Iterable[str]
        names = [promise.__name__, *(f"{promise.__name__} {one.stream.name}" for one in arguments if _is_subject(one))]
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


def _is_subject(argument: Any) -> bool:
    return isinstance(argument, Subject)
