"""What a metric is: its names, what it says, its formula, and the one function that answers for it everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from kizuna.metrics.policy import KIZUNA, Policy

Kind = Literal["formula", "records"]
NO_PLACES: Mapping[str, int] = MappingProxyType({})


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A metric under a key and a version; a formula that changes gets another version, and no past answer changes.

    ``value``: the field of the result that is the metric itself. ``keyed``: the field in which further answers stand by
    name. ``shown_places``: fields that are shown with so many decimals, whatever the currency. ``by_system``: the field of
    the inputs before whose name the name of a system may stand.
    """

    key: str
    version: int = 1
    kind: Kind = "formula"
    title_en: str
    title_ja: str
    says_en: str
    says_ja: str
    formula: str
    unit: str
    value: str
    function: Callable[..., Any]
    inputs: type[msgspec.Struct]
    result: type[msgspec.Struct]
    takes_policy: bool = False
    keyed: str | None = None
    shown_places: Mapping[str, int] = NO_PLACES
    by_system: str | None = None
    source: str = ""

    def fields(self) -> tuple[str, ...]:
        """The names of the result's fields."""
        return tuple(one.encode_name for one in msgspec.structs.fields(self.result))

    def answer(self, inputs: msgspec.Struct, policy: Policy = KIZUNA) -> msgspec.Struct:
        """The result for these inputs, under the policy where the metric asks for one."""
        found: msgspec.Struct = self.function(inputs, policy) if self.takes_policy else self.function(inputs)
        return found
