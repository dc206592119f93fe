"""``kizuna identity``: who is who, why, and what people decided."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from kizuna.cli import deciding, given, never, reviewing, shown, sweeping, training
from kizuna.cli.asking import asked
from kizuna.cli.commands import Nearest
from kizuna.cli.reviewing import RECORD, described
from kizuna.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from kizuna.storage.roster import RosterRow
    from kizuna.sync.service import Service


@click.group("identity", cls=Nearest)
def identity_command() -> None:
    """Who is who: export it, ask why, decide what the evidence leaves open.

    Example:
      kizuna identity export --format csv
    """


@identity_command.command("export")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@given.database_option
def export(form: str, database: str | None) -> None:
    """Print every living record that carries an account or a person, with the customer or person it belongs to.

    Columns: entity (customer or person), entity_id, system, connection, stream, source_id.

    Example:
      kizuna identity export > who-is-who.csv
    """
    from kizuna.storage.roster import roster

    with given.opened_database(database) as opened, opened.read() as sql:
        _write(roster(sql), form)


def _write(rows: Iterable[RosterRow], form: str) -> None:
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("entity", "entity_id", "system", "connection", "stream", "source_id"))
        writer.writerows(rows)
        return
    separator = "["
    for row in rows:
        sys.stdout.write(f"{separator}\n{json.dumps(row._asdict(), ensure_ascii=False)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


@identity_command.command("explain")
@click.argument("a")
@click.argument("b")
@click.option("--language", type=click.Choice(["en", "ja"]), default="en", show_default=True)
@given.database_option
@given.json_option
def explain(a: str, b: str, language: str, database: str | None, as_json: bool) -> None:
    """Say why two records are, or are not, one: every evidence with its bits, every guard, the chain between them.

    The chain is what ties the one to the other, by way of others where they are not linked directly, with the weakest link
    named; or, where they are not one, the strongest link there is and what stands against it.

    A record is named by its id (record_…) or CONNECTION/STREAM/ID; a customer (cus_…) or person (per_…) stands for the
    first of its records.

    Example:
      kizuna identity explain crm/Account/001 billing/customers/cus_9
    """
    document = """query ($a: ID!, $b: ID!, $language: Language!) {
        identityExplain(a: $a, b: $b, language: $language) {
            verdict bits sentences areTogether evidence { field level bits values } guards { name blocks sentence }
        } identityPath(a: $a, b: $b, language: $language) {
            areTogether sentences steps { aName bName tier bits isWeakest sentence } hindered { aName bName bits }
            guard { name sentence }
        } }"""
    with given.opened(database) as parts:
        ends = {"a": _record(parts, a), "b": _record(parts, b)}
        answer = asked(parts, document, **ends, language=language.upper())
    found, path = answer["identityExplain"], answer["identityPath"]
    if found is None:
        raise ConfigError("These two cannot be compared: one of them carries no account, the other no person.")
    if as_json:
        shown.as_json({**found, "path": path})
        return
    click.echo(f"{'Together' if found['areTogether'] else 'Apart'}.")
    for sentence in found["sentences"]:
        click.echo(f"  {sentence}")
    for sentence in path["sentences"] if path else ():
        click.echo(sentence)


@identity_command.command("history")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100), help="How many at most.")
@given.database_option
@given.json_option
def history(limit: int, database: str | None, as_json: bool) -> None:
    """List what people decided, the latest first: who, when, about which records, and whether it still stands.

    Example:
      kizuna identity history
    """
    document = f"""query ($first: Int!) {{ identityDecisions(first: $first) {{
        nodes {{ id entity verdict actor reason at revokedAt a {RECORD} b {RECORD} }} }} }}"""
    with given.opened(database) as parts:
        nodes = asked(parts, document, first=limit)["identityDecisions"]["nodes"]
    if as_json:
        shown.as_json(nodes)
        return
    for one in nodes:
        ended = f", taken back {one['revokedAt']}" if one["revokedAt"] else ""
        because = f": {one['reason']}" if one["reason"] else ""
        click.echo(f"{one['id']}  {one['verdict']} by {one['actor']} at {one['at']}{ended}{because}")
        for side in ("a", "b"):
            click.echo(f"  {described(one[side])}")
    if not nodes:
        click.echo("Nobody has decided anything yet.")


def _record(parts: Service, given_id: str) -> str:
    """The id of a record; of the first one of a customer or person."""
    if not given_id.startswith(("cus_", "per_")):
        return given_id
    records = "records(first: 1) { nodes { id } }"
    document = (
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Customer {{ {records} }} ... on Person {{ {records} }} }} }}"
    )
    found = asked(parts, document, id=given_id)["node"]
    if not found or not found["records"]["nodes"]:
        raise UnknownName("customer or person", given_id, ())
    first: str = found["records"]["nodes"][0]["id"]
    return first


for _command in (
    *(deciding.merge, deciding.split, deciding.accept, deciding.reject, deciding.undo),
    *(reviewing.review, reviewing.later, sweeping.rules, never.never),
    *(training.train, training.models, training.activate),
):
    identity_command.add_command(_command)
