"""``kizuna fields map``, ``keep``, ``unmap`` and ``apply``: a rule shown on stored records, made, and carried out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kizuna.cli import given, shown

if TYPE_CHECKING:
    from kizuna.storage.remaps import Remap
    from kizuna.sync.mapping.wishes import Plan, Wish
    from kizuna.sync.service import Service

ACTOR = "local"
of_option = click.option("--of", metavar="WHOM", help="Whose field it is: customer or person. [what the records are]")
currency_option = click.option("--currency", metavar="CUR", help="Of money: its currency. [the account's own]")
preview_option = click.option(
    "--preview", "samples", default=5, show_default=True, type=click.IntRange(0, 100), help="How many values to show."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be done and change nothing.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
unseen_option = click.option("--unseen", is_flag=True, help="Allow a field that no record has shown yet.")


@click.command("map")
@click.argument("connection")
@click.argument("stream")
@click.argument("path")
@click.argument("attribute")
@of_option
@currency_option
@unseen_option
@preview_option
@dry_run_option
@yes_option
@given.database_option
@given.json_option
def map_(connection: str, stream: str, path: str, attribute: str, **options: Any) -> int:
    """Fill an attribute of the customer or person with a field; where it is empty, the connector's own word stands.

    PATH leads to the field through inner objects: properties.tier, metadata.tier. ATTRIBUTE is industry, employees, category …

    Example:
      kizuna fields map crm Account Line_of_Business__c industry
      kizuna fields map support users user_fields.position title --of person --dry-run
    """
    from kizuna.sync.mapping.wishes import Wish

    names = ("of", "currency", "unseen")
    wish = Wish(connection=connection, stream=stream, path=path, attribute=attribute, **_taken(options, *names))
    return _carried_out(wish, **options)


@click.command("keep")
@click.argument("connection")
@click.argument("stream")
@click.argument("path")
@click.option("--as", "name", metavar="NAME", help="The name it is kept under. [the last part of PATH]")
@click.option("--type", "form", metavar="TYPE", help="text, number, boolean, day, instant, money or choice. [as seen]")
@click.option("--choice", "choices", multiple=True, metavar="WORD", help="A word to choose from; may be repeated.")
@of_option
@currency_option
@unseen_option
@preview_option
@dry_run_option
@yes_option
@given.database_option
@given.json_option
def keep(connection: str, stream: str, path: str, choices: tuple[str, ...], **options: Any) -> int:
    """Keep a field in `customFields`, under a name of its own that several systems may share, and with a type.

    A value that does not fit the type is noted as drift (`kizuna drift`); its record stays.

    Example:
      kizuna fields keep crm Account Tier__c --as tier --choice Gold --choice Silver
      kizuna fields keep billing customers metadata.seats --type number
    """
    from kizuna.sync.mapping.wishes import Wish

    given_ = _taken(options, "of", "currency", "unseen", "name", "form")
    return _carried_out(
        Wish(connection=connection, stream=stream, path=path, keep=True, choices=choices, **given_), **options
    )


@click.command("unmap")
@click.argument("connection")
@click.argument("stream")
@click.argument("path")
@dry_run_option
@yes_option
@given.database_option
@given.json_option
def unmap(connection: str, stream: str, path: str, **options: Any) -> int:
    """Give a field up: it fills nothing any more, and what it filled is derived again without it.

    Example:
      kizuna fields unmap crm Account Tier__c
    """
    from kizuna.sync.mapping.wishes import Wish

    return _carried_out(Wish(connection=connection, stream=stream, path=path), samples=0, **options)


@click.command("apply")
@click.argument("connection", required=False)
@given.database_option
def apply(connection: str | None, database: str | None) -> None:
    """Map the stored records that still wait since a rule changed, from where it was broken off.

    Example:
      kizuna fields apply crm
    """
    from kizuna.storage import connections

    with given.opened(database) as parts:
        with parts.database.read() as sql:
            chosen = connections.get(sql, connection).id if connection else None
        _mapped_again(parts, chosen)


def _taken(options: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: options.pop(name) for name in names}


def _carried_out(wish: Wish, *, samples: int, dry_run: bool, yes: bool, database: str | None, as_json: bool) -> int:
    """The plan shown, agreed to, made and applied to what is stored."""
    from kizuna.sync.mapping.wishes import planned, put_into_force

    with given.opened(database) as parts:
        with parts.database.read() as sql:
            plan = planned(sql, parts.plugins, wish, samples)
        if as_json:
            shown.as_json(_described(plan, applied=not dry_run))
        else:
            _show(plan)
        if dry_run or not plan.changes:
            return 0
        if not yes and not as_json and sys.stdin.isatty():
            click.confirm("Make it so?", abort=True)
        made = put_into_force(parts.database, parts.plugins, wish, ACTOR)
        _mapped_again(parts, made.connection.id, quiet=as_json)
    return 0


def _mapped_again(parts: Service, connection_id: int | None, *, quiet: bool = False) -> None:
    from kizuna.sync.mapping.remapping import finish

    ends: dict[tuple[str, str], Remap] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, disable=quiet or not sys.stderr.isatty(), transient=True) as progress:
        tasks: dict[tuple[str, str], Any] = {}

        def observe(one: Remap) -> None:
            key = (one.connection, one.stream)
            ends[key] = one
            if key not in tasks:
                tasks[key] = progress.add_task(" ".join(key), total=one.total)
            progress.update(tasks[key], completed=one.done)

        finish(parts.deriver, parts.plugins, connection_id=connection_id, observe=observe)
    for one in [] if quiet else ends.values():
        left = f"; {one.failed:,} could not be understood any more and stay as they were" if one.failed else ""
        click.echo(f"{one.connection} {one.stream}: {one.done:,} stored records mapped again{left}.")
    if not ends and not quiet:
        click.echo("No stored record waits.")


def _show(plan: Plan) -> None:
    where = f"{plan.connection.name}/{plan.stream.name} {plan.path}"
    trial = plan.trial
    if plan.rule is None:
        click.echo(f"{where} would fill nothing any more.")
    elif not plan.changes:
        click.echo(f"{where} fills {_target(plan)} already; nothing changes.")
    else:
        click.echo(f"{where} would fill {_target(plan)} ({plan.rule.form}).")
        click.echo(
            f"Of {trial.records:,} records tried, {trial.filled:,} hold a value and {trial.fits:,} of these fit."
        )
    if trial.samples:
        rows = [(one.source_id, one.holds, one.kept, one.problem) for one in trial.samples]
        shown.as_table(("record", "holds", "is kept as", "does not fit"), rows)


def _target(plan: Plan) -> str:
    from kizuna.sync.mapping.wishes import SPOKEN

    assert plan.rule is not None
    of = SPOKEN[plan.rule.entity]
    return f"the {of}'s {plan.rule.attribute}" if plan.rule.attribute else f"the {of}'s customFields.{plan.rule.name}"


def _described(plan: Plan, *, applied: bool) -> dict[str, Any]:
    from kizuna.sync.mapping.wishes import told

    trial = plan.trial
    return {
        "connection": plan.connection.name,
        "stream": plan.stream.name,
        "path": plan.path,
        "rule": told(plan.rule) if plan.rule else None,
        "before": told(plan.before) if plan.before else None,
        "changes": plan.changes,
        "applied": applied and plan.changes,
        "tried": {"records": trial.records, "filled": trial.filled, "fits": trial.fits},
        "samples": [
            {"record": one.source_id, "holds": one.holds, "kept": one.kept, "problem": one.problem}
            for one in trial.samples
        ],
    }
