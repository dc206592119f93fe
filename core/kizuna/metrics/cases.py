"""Worked cases: inputs and what must come out of them, held against the very functions that answer everywhere else.

A file (schema 1) holds ``cases``: each names a ``metric``, its ``inputs``, the ``policy`` or policies it holds under, what
is ``expected`` and within which ``tolerance``. Keys of ``expected`` are fields of the result, or names of policies with what
the metric is under each. A case that cannot be read is refused in one sentence; the others go on.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from kizuna.errors import ConfigError
from kizuna.metrics.agreement import Difference, agreement
from kizuna.metrics.catalogue import definition
from kizuna.metrics.definition import Definition, Kind
from kizuna.metrics.inputs import Instant, faults
from kizuna.metrics.policy import KIZUNA, POLICIES, Policy, defined, named

SCHEMA: Final = 1


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it is written; what it says beside this (a unit, a source, a note) is for people."""

    id: str
    metric: str
    kind: Kind | None = None
    title: str = ""
    policy: str | tuple[str, ...] | None = None
    inputs: msgspec.Raw
    expected: msgspec.Raw
    tolerance: Decimal | None = None

    def policies(self) -> tuple[str, ...]:
        """The names of the policies it must hold under."""
        return (self.policy,) if isinstance(self.policy, str) else self.policy or (KIZUNA.name,)


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file's cases as they stand in it, and the policies it defines itself."""

    schema: int
    policies: dict[str, Any] = {}
    cases: tuple[msgspec.Raw, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a case: ``differences`` when it differs, a sentence when it was refused.

    ``unread`` are the keys of its inputs that the metric does not know; ``version`` is that of the definition asked.
    """

    id: str
    status: Literal["held", "differs", "refused"]
    metric: str = ""
    version: int | None = None
    policies: tuple[str, ...] = ()
    title: str = ""
    differences: tuple[Difference, ...] = ()
    message: str | None = None
    unread: tuple[str, ...] = ()


def read(text: bytes, name: str) -> CaseFile:
    """The cases of a file's text. Raises ConfigError, naming the file, for what is no such file."""
    text = text.removeprefix(codecs.BOM_UTF8)
    try:
        schema = msgspec.json.decode(text, type=dict[str, msgspec.Raw]).get("schema")
        if schema is None or json.loads(bytes(schema)) != SCHEMA:
            says = "names no schema" if schema is None else f"is of schema {bytes(schema).decode()}"
            raise ConfigError(f'{name} {says}, and this Kizuna reads schema {SCHEMA}; write "schema": {SCHEMA}.')
        found = msgspec.json.decode(text, type=CaseFile)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConfigError(f"{name} is not a file of metric cases: {error}.") from error
    if not found.cases:
        raise ConfigError(f'{name} holds no cases, so there is nothing to verify; write some under "cases".')
    return found


def verify(file: CaseFile, known: Mapping[str, Policy] = POLICIES) -> list[Outcome]:
    """What became of each case, in their order; ``known`` are the policies of the service, beside those of the file."""
    return [_outcome(raw, place, file, known) for place, raw in enumerate(file.cases, 1)]


def _outcome(raw: msgspec.Raw, place: int, file: CaseFile, known: Mapping[str, Policy]) -> Outcome:
    refused = Outcome(id=f"case {place}", status="refused")
    try:
        refused = _labelled(refused, raw)
        return _checked(msgspec.json.decode(raw, type=Case), file, known)
    except (ConfigError, msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        message = _sentence(error)
    except Exception as error:  # noqa: BLE001  a border: a case that breaks a calculator must not stop the others
        message = f"The calculator failed ({type(error).__name__}: {error})."
    return msgspec.structs.replace(refused, message=message)


def _labelled(outcome: Outcome, raw: msgspec.Raw) -> Outcome:
    """The outcome with the case's own id and metric, as far as it has any."""
    found = json.loads(bytes(raw))
    if not isinstance(found, dict):
        return outcome
    return msgspec.structs.replace(
        outcome,
        id=str(found.get("id", outcome.id)),
        metric=str(found.get("metric", "")),
        title=str(found.get("title", "")),
    )


def _sentence(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else f"{type(error).__name__}."


def _checked(case: Case, file: CaseFile, known: Mapping[str, Policy]) -> Outcome:
    metric = definition(case.metric, case.kind)
    expected = json.loads(bytes(case.expected), parse_float=Decimal)
    if not isinstance(expected, dict) or not expected:
        raise ConfigError("`expected` must name at least one figure of the result")
    inputs, unread = _inputs(case, metric)
    names = case.policies()
    if metric.takes_policy:
        more = (key for key in expected if key in known or key in file.policies)
        names = tuple(dict.fromkeys((*names, *(key for key in more if key not in metric.fields()))))
    differences: list[Difference] = []
    for name in names:
        policy = _policy(name, file, known) if metric.takes_policy else KIZUNA
        result = metric.answer(inputs, policy)
        wanted = _under(name, names, expected, metric)
        differences += agreement(metric, result, wanted, case.tolerance, name if len(names) > 1 else None)
    return Outcome(
        id=case.id,
        status="differs" if differences else "held",
        metric=metric.key,
        version=metric.version,
        policies=names,
        title=case.title,
        differences=tuple(differences),
        unread=unread,
    )


def _policy(name: str, file: CaseFile, known: Mapping[str, Policy]) -> Policy:
    """The service's own policy of that name, else the one the file defines. Raises ConfigError."""
    if name not in known and isinstance(own := file.policies.get(name), dict):
        return defined(name, own)
    return named(name, known)


def _under(name: str, names: tuple[str, ...], expected: dict[str, Any], metric: Definition) -> dict[str, Any]:
    """What is expected under one policy: what is said by its name is the metric's own value, or several fields of it.

    Where values are said by policy, a reason belongs to those that are null.
    """
    by_policy = {key for key in expected if key in names and key not in metric.fields() and metric.takes_policy}
    wanted = {key: value for key, value in expected.items() if key not in by_policy}
    if name in by_policy:
        own = expected[name]
        wanted |= own if isinstance(own, dict) else {metric.value: own}
    if by_policy and wanted.get(metric.value) is not None and "reason" in expected:
        wanted.pop("reason")
    return wanted


def _inputs(case: Case, metric: Definition) -> tuple[msgspec.Struct, tuple[str, ...]]:
    """The inputs as the metric takes them, and their keys it does not know. Raises for what does not fit."""
    try:
        raw = _named_plainly(msgspec.json.decode(case.inputs, type=dict[str, msgspec.Raw]), metric.by_system)
        inputs = msgspec.json.decode(raw, type=metric.inputs, strict=False, dec_hook=_hook)
    except msgspec.ValidationError as error:
        raise ConfigError(f"The inputs do not fit `{metric.key}`: {error}") from error
    if fault := next(faults(inputs), None):
        raise ConfigError(f"The inputs do not fit `{metric.key}`: {fault}")
    return inputs, tuple(_unread(json.loads(raw), inputs, ""))


def _named_plainly(given: dict[str, msgspec.Raw], field: str | None) -> bytes:
    """The inputs with ``<system>_field`` named ``field``, where it does not stand there already."""
    if field is not None and field not in given:
        named_so = [key for key in given if key.endswith(f"_{field}")]
        if len(named_so) == 1:
            given = {field if key == named_so[0] else key: value for key, value in given.items()}
    return msgspec.json.encode(given)


def _hook(kind: type, value: Any) -> Any:
    if not issubclass(kind, Instant):
        raise NotImplementedError(f"{kind.__name__} has no reading")
    if not isinstance(value, str):
        raise TypeError(f"a moment is a text such as 2026-03-06T17:00+09:00, and this is {value!r}")
    return kind.read(value)


def _unread(raw: Any, taken: Any, path: str) -> list[str]:
    """Paths of keys that stand in the text and in nothing that was taken from it."""
    if isinstance(raw, list) and isinstance(taken, tuple | list):
        pairs = zip(raw, taken, strict=False)
        return [found for place, (one, other) in enumerate(pairs) for found in _unread(one, other, f"{path}[{place}]")]
    if not isinstance(raw, dict):
        return []
    fields = _fields(taken)
    missed = [f"{path}.{key}".lstrip(".") for key in raw if key not in fields]
    return missed + [
        found for key, one in raw.items() if key in fields for found in _unread(one, fields[key], f"{path}.{key}")
    ]


def _fields(taken: Any) -> Mapping[str, Any]:
    if isinstance(taken, msgspec.Struct):
        return {one.encode_name: getattr(taken, one.name) for one in msgspec.structs.fields(taken)}
    return taken if isinstance(taken, dict) else {}
