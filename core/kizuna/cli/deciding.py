"""``kizuna identity merge | split | accept | reject | undo``: what a person says outranks every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from kizuna.cli import given
from kizuna.cli.asking import changed

RESULT = "{ result { decisions { id } customers { id name } people { id name } } userErrors { message code } }"
MUTATION = "mutation ($input: %sInput!) { %s(input: $input) " + RESULT + " }"

OVERRULE = {"CONTRADICTION": "(--confirm overrules guards and earlier decisions.)"}
ASK_AGAIN = {"INVALID": "The open ones are listed by `kizuna identity review`."}

reason_option = click.option("--reason", help="Why; it stands in the history.")
confirm_option = click.option("--confirm", "--yes", "confirmed", is_flag=True, help="Decide so even against a guard.")


@click.command("merge")
@click.argument("ids", nargs=-1, required=True, metavar="ID ID...")
@reason_option
@confirm_option
@given.database_option
def merge(ids: tuple[str, ...], reason: str | None, confirmed: bool, database: str | None) -> None:
    """Say that customers (cus_…) or people (per_…) are one.

    Whatever the order, of two that become one the larger keeps its id, among equals the one that has existed longest;
    the other id leads to it from then on. The output says which.

    Example:
      kizuna identity merge cus_1 cus_2 --reason "one company, renamed"
    """
    field = "mergePeople" if ids[0].startswith("per_") else "mergeCustomers"
    wish = {"ids": list(ids), "reason": reason, "confirmed": confirmed}
    _decide(database, MUTATION % ("Merge", field), wish, OVERRULE, named=ids)


@click.command("split")
@click.argument("record")
@click.option("--from", "other", metavar="RECORD", help="The record it differs from; all it is with when left out.")
@click.option("--entity", type=click.Choice(["account", "person"]), help="For a record that is both.")
@reason_option
@given.database_option
def split(record: str, other: str | None, entity: str | None, reason: str | None, database: str | None) -> None:
    """Say that a record (record_… or CONNECTION/STREAM/ID) does not belong where it is.

    Example:
      kizuna identity split crm/Account/001
    """
    wish = {"record": record, "other": other, "entity": entity.upper() if entity else None, "reason": reason}
    _decide(database, MUTATION % ("SplitRecord", "splitRecord"), wish)


@click.command("accept")
@click.argument("task")
@reason_option
@confirm_option
@given.database_option
def accept(task: str, reason: str | None, confirmed: bool, database: str | None) -> None:
    """Answer a question of `kizuna identity review`: the two are one.

    Example:
      kizuna identity accept review_account_1_2
    """
    wish = {"task": task, "reason": reason, "confirmed": confirmed}
    _decide(database, MUTATION % ("Review", "acceptReview"), wish, {**ASK_AGAIN, **OVERRULE})


@click.command("reject")
@click.argument("task")
@reason_option
@given.database_option
def reject(task: str, reason: str | None, database: str | None) -> None:
    """Answer a question of `kizuna identity review`: the two are different.

    Example:
      kizuna identity reject review_account_1_2
    """
    _decide(database, MUTATION % ("Review", "rejectReview"), {"task": task, "reason": reason}, ASK_AGAIN)


@click.command("undo")
@click.argument("decision")
@given.database_option
def undo(decision: str, database: str | None) -> None:
    """Take a decision back, by its id or number; who is who then follows from the rest.

    Example:
      kizuna identity undo 3
    """
    key = f"decision_{decision}" if decision.isdigit() else decision
    _decide(database, MUTATION % ("UndoDecision", "undoDecision"), {"decision": key})


def _decide(
    database: str | None,
    document: str,
    wish: Mapping[str, Any],
    hints: Mapping[str, str] | None = None,
    *,
    named: Sequence[str] = (),
) -> None:
    """Decides, and says what stands now; the ``named`` ids that did not stay lead to the one that did."""
    with given.opened(database) as parts:
        result = changed(parts, document, hints or {}, input=wish)
    for decision in result["decisions"]:
        click.echo(f"{decision['id']} (take it back with `kizuna identity undo {decision['id']}`)")
    standing = [*result["customers"], *result["people"]]
    for one in standing:
        click.echo(f"{one['id']}  {one['name'] or '-'}")
    if len(standing) == 1:
        for other in dict.fromkeys(named):
            if other != standing[0]["id"]:
                click.echo(f"{other} leads to {standing[0]['id']} from now on.")
