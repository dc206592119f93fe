"""The page of the metrics: each definition with its formula, what it is given and what it answers, drawn from the code."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from kizuna import plugins
from kizuna.metrics.catalogue import SUBJECTS
from kizuna.metrics.definition import Definition
from kizuna.metrics.inputs import Bounds
from kizuna.metrics.policy import KIZUNA, Policy
from kizuna.metrics.reasons import Reason

_HEAD = """
Each metric is one function of typed inputs, the same one wherever it is asked. `kizuna verify metrics FILE` holds it to cases
of yours. A definition carries a version: a formula that changes gets another one, and no past answer changes.

- Figures are exact, and are rounded half up only where they are shown; sums are sums of unrounded parts, so a sum that is shown
  may differ in its last place from the sum of the parts that are shown. Rates are fractions: 0.10 is 10 %.
- A period reaches from its first day up to, and without, its last. Revenue on a day is the balance at the end of that day.
- What is lost is written without a minus. A kind of movement that is left out did not happen; one that is null is not known.
- A figure that is not computable is null with a reason, and is never 0.
"""

_CASES = """
## Cases
`kizuna verify metrics` reads JSON of schema 1: `{"schema": 1, "policies": {…}, "cases": […]}`. A case has an `id`, a `metric` (a key of
this page), its `inputs`, what is `expected`, and, as far as needed:

| key | meaning |
|---|---|
| `kind` | `formula` or `records`; must be that of the metric |
| `policy` | one name or several; the case must hold under each; `kizuna` when left out |
| `tolerance` | by how much a figure may differ; without one a figure agrees to the last decimal written, a whole one exactly |
| `title` | for people, as is everything else that stands in a case |

`expected` names fields of the answer; fields that it does not name are free, in parts of it too. Under a name of a policy it may say
what the metric itself is under that one. Texts must be equal, lists equal in order, null must come as null. Write figures as text:
`"0.10"`. A key of `inputs` that the metric does not know is named beside the case, or refused where it could change what is
counted. A policy that Kizuna does not know may be defined in `policies`; those it knows stay what they are.
"""

_KINDS: dict[Any, str] = {
    Decimal: "number",
    Fraction: "number",
    int: "whole number",
    str: "text",
    bool: "yes or no",
    date: "day",
    type(None): "null",
    Any: "anything",
}


def page(note: str) -> str:
    """The whole page; ``note`` stands below its title."""
    lines = ["# Metrics", "", note, _HEAD, "## Reasons", "| reason | there is no figure because |", "|---|---|"]
    lines += [f"| `{reason.value}` | {said} |" for reason, said in zip(Reason, _said_of(Reason), strict=True)]
    lines += ["", *_policies(), _CASES]
    parts: dict[str, type[msgspec.Struct]] = {}
    for subject, definitions in SUBJECTS.items():
        lines += [f"## {subject}", ""]
        for one in definitions:
            lines += _definition(one, parts)
    lines += ["## Parts", "What inputs and answers are made of.", ""]
    done: set[str] = set()
    while left := sorted(parts.keys() - done):
        for name in left:
            lines += [f"### {name}", *_sentences(parts[name]), "", *_table(parts[name], parts)]
            done.add(name)
    return "\n".join(lines).rstrip() + "\n"


def _definition(one: Definition, parts: dict[str, type[msgspec.Struct]]) -> list[str]:
    source = [f"Source: <{one.source}>", ""] if one.source else []
    policy = " · asked under a policy" if one.takes_policy else ""
    return [
        f"### {one.key}",
        f"**{one.title_en}** · {one.title_ja} · version {one.version} · {one.kind} · {one.unit}{policy}",
        "",
        f"{one.says_en}",
        f"{one.says_ja}",
        "",
        f"`{one.formula}`",
        "",
        *source,
        f"Given: {_first_line(one.inputs)}",
        "",
        *_table(one.inputs, parts),
        f"Answers: {_first_line(one.result)} The metric itself is `{one.value}`.",
        "",
        *_answers(one.result, parts),
    ]


def _table(kind: type[msgspec.Struct], parts: dict[str, type[msgspec.Struct]]) -> list[str]:
    hints = get_type_hints(kind, include_extras=True)
    rows = []
    for field in msgspec.structs.fields(kind):
        words = _words(hints[field.name], parts)
        rows.append(f"| `{field.encode_name}` | {words} | {_default(field)} |")
    return ["| field | what | when left out |", "|---|---|---|", *rows, ""]


def _answers(kind: type[msgspec.Struct], parts: dict[str, type[msgspec.Struct]]) -> list[str]:
    hints = get_type_hints(kind, include_extras=True)
    names = [(field.encode_name, hints[field.name]) for field in msgspec.structs.fields(kind)]
    rows = [f"| `{name}` | {_words(hint, parts)} |" for name, hint in names]
    return ["| field | what |", "|---|---|", *rows, ""]


def _default(field: Any) -> str:
    if field.required:
        return "required"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, msgspec.Struct):
        return "as its own fields say"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "yes", False: "no"}[value]
    if isinstance(value, tuple | frozenset | dict):
        return ", ".join(map(str, value)) if value else "none"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _words(hint: Any, parts: dict[str, type[msgspec.Struct]]) -> str:
    """The type in words, `null` last; structs are noted in ``parts``."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        bounds = next((one for one in hint.__metadata__ if isinstance(one, Bounds)), Bounds())
        return _words(inner[0], parts) + _between(bounds)
    if origin in (Union, types.UnionType):
        return " or ".join(_words(one, parts) for one in sorted(inner, key=lambda one: one is type(None)))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin is dict:
        return f"{_words(inner[1], parts)}, by name"
    if origin in (tuple, list, frozenset):
        return f"list of {_words(inner[0], parts)}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        parts[hint.__name__] = hint
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if hint is Reason:
        return "[reason](#reasons)"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{one.value}`" for one in hint)
    if isinstance(hint, type) and issubclass(hint, datetime):
        return "moment with its time zone"
    return _KINDS[hint]


def _between(bounds: Bounds) -> str:
    low, high = bounds.low, bounds.high
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f" of at least {low}" if low is not None else f" of at most {high}" if high is not None else ""


def _policies() -> list[str]:
    """Every policy of this repository, question by question; a connector's is named like the system it reads."""
    known = plugins.load().revenue_policies()
    known = {name: known[name] for name in sorted(known, key=lambda name: (name != KIZUNA.name, name))}
    questions = [field.name for field in msgspec.structs.fields(Policy) if field.name != "name"]
    lines = ["## Policies", *_sentences(Policy), "", f"| question | {' | '.join(f'`{name}`' for name in known)} |"]
    lines.append(f"|---|{'---|' * len(known)}")
    for question in questions:
        answers = [_answer(getattr(policy, question)) for policy in known.values()]
        lines.append(f"| `{question}` | {' | '.join(answers)} |")
    return lines


def _answer(value: Any) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(f"`{one.value}`" for one in value))
    return "never" if value is None else f"`{value}`"


def _first_line(kind: type) -> str:
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split()).replace("``", "`")


def _sentences(kind: type) -> list[str]:
    return [(inspect.getdoc(kind) or "").replace("``", "`")]


def _said_of(vocabulary: type[Enum]) -> Iterator[str]:
    """The sentence below each word of a vocabulary, as it stands in the source."""
    lines = [line.strip() for line in inspect.getsource(vocabulary).splitlines()]
    return (line.strip('"') for line in lines[2:] if line.startswith('"""'))
