"""``kizuna identity never``: who is never one, and what is never evidence."""

from __future__ import annotations

from typing import Any

import click

from kizuna.cli import given, shown
from kizuna.cli.asking import asked, changed
from kizuna.cli.commands import Nearest
from kizuna.cli.deciding import reason_option
from kizuna.cli.reviewing import RECORD, described

LIST = f"""query ($first: Int!) {{
    neverEvidence(first: $first) {{ nodes {{ id kind value reason actor at }} }}
    identityDecisions(first: $first, verdict: DIFFERENT, standing: true) {{
        nodes {{ id entity actor reason at a {RECORD} b {RECORD} }} }} }}"""
LISTED_BY = {"NOT_FOUND": "`kizuna identity never list` shows what stands."}


@click.group("never", cls=Nearest)
def never() -> None:
    """Say who is never one, and which values are never evidence; take it back.

    Example:
      kizuna identity never value mailbox office@accountants.example --reason "keeps the books of many"
    """


@never.command("pair")
@click.argument("one")
@click.argument("other")
@reason_option
@given.database_option
def pair(one: str, other: str, reason: str | None, database: str | None) -> None:
    """Say that two customers (cus_…) or two people (per_…) are never one, whatever records they come to have.

    Example:
      kizuna identity never pair cus_1 cus_2 --reason "one group, two companies"
    """
    document = """mutation ($input: NeverMergeInput!) { neverMerge(input: $input) {
        result { decisions { id } } userErrors { message code } } }"""
    with given.opened(database) as parts:
        result = changed(parts, document, {}, input={"one": one, "other": other, "reason": reason})
    first = result["decisions"][0]["id"]
    click.echo(f"They are never one (take it back with `kizuna identity undo {first}`).")


@never.command("value")
@click.argument("kind", type=click.Choice(["mailbox", "domain", "phone"]))
@click.argument("value")
@click.option("--country", metavar="CODE", help="For a telephone number without its country's prefix: JP, DE, …")
@reason_option
@given.database_option
def value(kind: str, value: str, country: str | None, reason: str | None, database: str | None) -> None:
    """Say that a mailbox, a domain or a telephone number is never evidence; who is one by it alone falls apart.

    Example:
      kizuna identity never value domain reseller.example --reason "buys for its own customers"
    """
    wish = {"kind": kind.upper(), "value": value, "country": country, "reason": reason}
    document = """mutation ($input: BlockEvidenceInput!) { blockEvidence(input: $input) {
        result { id records } userErrors { message code } } }"""
    with given.opened(database) as parts:
        result = changed(parts, document, {}, input=wish)
    click.echo(f"{_carriers(result['records'])} judged anew without it.")
    click.echo(f"{result['id']} (take it back with `kizuna identity never remove {result['id']}`)")


@never.command("remove")
@click.argument("id")
@given.database_option
def remove(id: str, database: str | None) -> None:  # noqa: A002 - what the user calls it
    """Say that a value of the list is evidence again.

    Example:
      kizuna identity never remove blocked_1
    """
    document = """mutation ($input: LiftEvidenceInput!) { liftEvidence(input: $input) {
        result { id records } userErrors { message code } } }"""
    with given.opened(database) as parts:
        result = changed(parts, document, LISTED_BY, input={"id": id})
    click.echo(f"{_carriers(result['records'])} judged anew with it.")


@never.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100), help="How many of each at most.")
@given.database_option
@given.json_option
def listed(limit: int, database: str | None, as_json: bool) -> None:
    """List the values that are never evidence, and the pairs of records that are never one: why, who, since when.

    Example:
      kizuna identity never list
    """
    with given.opened(database) as parts:
        found = asked(parts, LIST, first=limit)
    values, pairs = found["neverEvidence"]["nodes"], found["identityDecisions"]["nodes"]
    if as_json:
        shown.as_json({"values": values, "pairs": pairs})
        return
    for one in values:
        click.echo(f"{one['id']}  {one['kind'].lower()} {one['value']}  {_said(one)}")
    for one in pairs:
        click.echo(f"{one['id']}  {_said(one)}")
        for side in ("a", "b"):
            click.echo(f"  {described(one[side])}")
    if not values and not pairs:
        click.echo("Nothing is on the list.")


def _carriers(count: int) -> str:
    return "1 record was" if count == 1 else f"{count:,} records were"


def _said(one: dict[str, Any]) -> str:
    because = f": {one['reason']}" if one["reason"] else ""
    return f"by {one['actor']} at {one['at']}{because}"
