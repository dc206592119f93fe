"""``kizuna identity review | later``: what waits for a person, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from kizuna.cli import given, shown
from kizuna.cli.asking import asked, changed

RECORD = "{ id connection stream sourceId customer { name } person { name } }"
OPEN_ONES = {"INVALID": "The open ones are listed by `kizuna identity review`."}


@click.command("review")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100), help="How many at most.")
@click.option("--entity", type=click.Choice(["account", "person"]), help="Only accounts, or only people.")
@click.option(
    "--order",
    type=click.Choice(["value", "bits"]),
    default="value",
    show_default=True,
    help="By what a yes would move, or by the weight of the evidence.",
)
@click.option("--later", is_flag=True, help="Those that were put off instead.")
@click.option("--language", type=click.Choice(["en", "ja"]), default="en", show_default=True)
@given.database_option
@given.json_option
def review(
    limit: int, entity: str | None, order: str, later: bool, language: str, database: str | None, as_json: bool
) -> None:
    """List the pairs the rules left open, those first whose answer would move most; answer with accept, reject or later.

    Example:
      kizuna identity review --entity account
    """
    document = f"""query ($first: Int!, $entity: Entity, $order: ReviewOrder!, $later: Boolean!, $language: Language!) {{
        identityQueue(first: $first, entity: $entity, order: $order, later: $later) {{
        totalCount nodes {{ id entity bits reason laterUntil laterBy laterReason a {RECORD} b {RECORD}
        explanation(language: $language) {{ sentences }}
        stake(language: $language) {{ stays moves records people tickets openTickets timelineEntries
            mrr {{ amount currency }} sentence }} }} }} }}"""
    wish = {"first": limit, "entity": entity.upper() if entity else None, "order": order.upper(), "later": later}
    with given.opened(database) as parts:
        queue = asked(parts, document, **wish, language=language.upper())["identityQueue"]
    if as_json:
        shown.as_json(queue["nodes"])
        return
    for task in queue["nodes"]:
        _show(task)
    left = queue["totalCount"] - len(queue["nodes"])
    click.echo(f"{left:,} more." if left > 0 else ("Nothing is left open." if not queue["nodes"] else "That is all."))


def _show(task: Mapping[str, Any]) -> None:
    click.echo(f"{task['id']}  {task['bits']:g} bits")
    for side in ("a", "b"):
        click.echo(f"  {described(task[side])}")
    if task["stake"]:
        click.echo(f"  {task['stake']['sentence']}")
    for sentence in (task["explanation"] or {}).get("sentences", ())[1:]:
        click.echo(f"    {sentence}")
    if task["laterBy"]:
        until = f"until {task['laterUntil']}" if task["laterUntil"] else "until something changes"
        because = f": {task['laterReason']}" if task["laterReason"] else ""
        click.echo(f"  Put off {until} by {task['laterBy']}{because}")


@click.command("later")
@click.argument("task")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day it is asked again.")
@click.option("--back", is_flag=True, help="Ask it again now.")
@click.option("--reason", help="Why; it stands beside the question.")
@given.database_option
def later(task: str, until: datetime | None, back: bool, reason: str | None, database: str | None) -> None:
    """Put a question of `kizuna identity review` off: until a day (UTC), or until something about it changes.

    What changes is the evidence, what stands against it, or one of the two records.

    Example:
      kizuna identity later review_account_1_2 --until 2027-01-15 --reason "the merger is not signed yet"
    """
    if back and (until or reason):
        raise click.UsageError("--back goes without --until and --reason.")
    wish: dict[str, Any] = {"task": task}
    name = "resumeReview" if back else "postponeReview"
    if not back:
        wish |= {"until": until.replace(tzinfo=UTC).isoformat() if until else None, "reason": reason}
    kind = f"{name[0].upper()}{name[1:]}Input"
    document = (
        f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ result {{ id }} userErrors {{ message code }} }} }}"
    )
    with given.opened(database) as parts:
        changed(parts, document, OPEN_ONES, input=wish)
    when = f"on {until:%Y-%m-%d}" if until else "when something about it changes"
    click.echo(
        f"{task} is asked {'again now' if back else when}; `kizuna identity review --later` lists what is put off."
    )


def described(record: Mapping[str, Any] | None) -> str:
    """A record in one line: whose it is, and where it stands."""
    if record is None:
        return "(a record that is not there any more)"
    name = (record["customer"] or record["person"] or {}).get("name") or "-"
    return f"{name}  {record['connection']}/{record['stream']}/{record['sourceId']}"
