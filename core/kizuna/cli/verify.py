"""``kizuna verify metrics``: worked cases held against the functions that answer in the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from kizuna.metrics.cases import Outcome
    from kizuna.metrics.policy import Policy

WORDS = {"held": "holds", "differs": "differs", "refused": "refused"}


@click.group("verify", cls=Nearest)
def verify_command() -> None:
    """Hold what Kizuna calculates against what you know.

    Example:
      kizuna verify metrics cases.json
    """


@verify_command.command("metrics")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--case", "wanted", metavar="ID", multiple=True, help="Only the case of this id; may be repeated.")
@given.json_option
def metrics(file: Path, wanted: tuple[str, ...], as_json: bool) -> int:
    """Run the worked cases of FILE through the calculators, one line a case; exit code 1 unless all of them hold.

    FILE is JSON: {"schema": 1, "cases": [{"id", "metric", "policy", "inputs", "expected", "tolerance"}, …]}. The metrics,
    what each is given and what it answers are in docs/reference/metrics.md. Figures are exact decimals, best written as
    text; a null that is expected must come as null, with the reason where one is named.

    Example:
      kizuna verify metrics cases.json
      kizuna verify metrics cases.json --case RET-03 --case RET-05
      kizuna verify metrics cases.json --json
    """
    from kizuna.metrics import cases

    read = cases.read(_text(file), str(file))
    outcomes = cases.verify(read, _policies())
    if unknown := set(wanted) - {one.id for one in outcomes}:
        raise UnknownName("case", min(unknown), (one.id for one in outcomes))
    outcomes = [one for one in outcomes if not wanted or one.id in wanted]
    counts = {status: sum(one.status == status for one in outcomes) for status in WORDS}
    if as_json:
        _print_json(file, outcomes, counts)
    else:
        _print(outcomes, counts)
    return 0 if counts["held"] == len(outcomes) else 1


def _text(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"There is no file {file}; give the path of a JSON file of metric cases.") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}); give a JSON file of metric cases.") from error


def _policies() -> dict[str, Policy]:
    """Every policy of this installation by name: Kizuna's, and those the connectors' vendors go by."""
    from kizuna.plugins import load

    settings = given.settings()
    host = load(None if "*" in settings.plugins else list(settings.plugins))
    return host.revenue_policies()


def _print(outcomes: Sequence[Outcome], counts: dict[str, int]) -> None:
    rows = [
        (WORDS[one.status], one.id, one.metric, ", ".join(one.policies), "; ".join(_said(one)) or one.title)
        for one in outcomes
    ]
    shown.as_table(("", "case", "metric", "policy", "what"), rows)
    rest = [f"{counts['differs']} {'differs' if counts['differs'] == 1 else 'differ'}"] if counts["differs"] else []
    rest += [f"{counts['refused']} refused"] if counts["refused"] else []
    click.echo(f"{counts['held']} of {len(outcomes)} cases hold{', ' if rest else ''}{', '.join(rest)}.")


def _said(outcome: Outcome) -> Iterator[str]:
    """What is to be said of a case: why it was refused, where it differs, which of its keys were not read."""
    if outcome.message:
        yield outcome.message
    for one in outcome.differences:
        under = f" under {one.policy}" if one.policy else ""
        yield f"{one.key}{under}: expected {one.expected}, got {one.got}"
    if outcome.unread:
        yield f"not read: {', '.join(outcome.unread)}"


def _print_json(file: Path, outcomes: Sequence[Outcome], counts: dict[str, int]) -> None:
    import msgspec

    shown.as_json(
        {
            "file": str(file),
            "cases": len(outcomes),
            **counts,
            "outcomes": [msgspec.to_builtins(one) for one in outcomes],
        }
    )
