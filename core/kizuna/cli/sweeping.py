"""``kizuna identity rules``: one rule for many open questions, tested first and then applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from kizuna.cli import given, shown
from kizuna.cli.asking import asked, changed
from kizuna.cli.commands import Nearest
from kizuna.identity.review_rules import SIGNS

F = TypeVar("F", bound=Callable[..., Any])
TRIAL = """query ($rule: ReviewRuleInput!) { identityRuleTrial(rule: $rule) {
    wouldDecide digest heldBack past contradicted contradictedDecisions tasks records openTickets mrr { amount currency } sentence } }"""
APPLY = """mutation ($input: ApplyReviewRuleInput!) { applyReviewRule(input: $input) {
    result { decided decision } userErrors { message code } } }"""


@click.group("rules", cls=Nearest)
def rules() -> None:
    """Answer many open questions by one rule: try it, look at what it would have done, then apply it.

    Example:
      kizuna identity rules test --at-least 4 --sign domain --sign name
    """


def _rule_options(command: F) -> F:
    for option in reversed(
        (
            click.option("--entity", type=click.Choice(["account", "person"]), default="account", show_default=True),
            click.option("--at-least", "least", type=float, metavar="BITS", help="The least weight of the evidence."),
            click.option("--at-most", "most", type=float, metavar="BITS", help="The most weight of the evidence."),
            click.option("--sign", "signs", multiple=True, type=click.Choice(SIGNS), help="A field that must agree."),
            click.option("--open-by", "reasons", multiple=True, help="Why they are open: score, or guards by name."),
            click.option("--reject", is_flag=True, help="Say that they are different, not one."),
        )
    ):
        command = option(command)
    return command


def _rule(given_rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "entity": given_rule["entity"].upper(),
        "verdict": "DIFFERENT" if given_rule["reject"] else "SAME",
        "leastBits": given_rule["least"],
        "mostBits": given_rule["most"],
        "signs": list(given_rule["signs"]) or None,
        "reasons": list(given_rule["reasons"]) or None,
    }


@rules.command("test")
@_rule_options
@given.database_option
@given.json_option
def test(database: str | None, as_json: bool, **given_rule: Any) -> None:
    """Say what a rule would do to the open questions, and how it would have answered those of the past; change nothing.

    Example:
      kizuna identity rules test --at-least 4 --sign domain --sign name
    """
    with given.opened(database) as parts:
        found = asked(parts, TRIAL, rule=_rule(given_rule))["identityRuleTrial"]
    if as_json:
        shown.as_json(found)
        return
    _show(found)


@rules.command("apply")
@_rule_options
@click.option("--yes", is_flag=True, help="Do it; else it is only tested.")
@click.option("--tested", metavar="DIGEST", help="Only if it answers just the questions of that test; as test says it.")
@click.option("--reason", help="Why; it stands in the history.")
@given.database_option
def apply(yes: bool, tested: str | None, reason: str | None, database: str | None, **given_rule: Any) -> None:
    """Answer every open question that fits the rule, in one act; whatever guards or decisions keep apart is left open.

    Example:
      kizuna identity rules apply --at-least 4 --sign domain --sign name --yes --tested 5d1f0c9a7b3e2846
    """
    rule = _rule(given_rule)
    with given.opened(database) as parts:
        found = asked(parts, TRIAL, rule=rule)["identityRuleTrial"]
        _show(found)
        if not yes:
            raise click.ClickException("Nothing was decided; --yes applies the rule.")
        wish = {"rule": rule, "digest": tested or found["digest"], "reason": reason}
        result = changed(parts, APPLY, {}, input=wish)
    click.echo(f"Answered {result['decided']:,} (`kizuna identity undo {result['decision']}` takes all of it back).")


def _show(found: Mapping[str, Any]) -> None:
    click.echo(found["sentence"])
    if found["heldBack"]:
        click.echo(
            f"{found['heldBack']:,} more fit, but are kept apart by guards or decisions, or become one with these."
        )
    for decision in found["contradictedDecisions"]:
        click.echo(f"  decided otherwise: {decision}")
    for task in found["tasks"]:
        click.echo(f"  {task}")
    if found["wouldDecide"]:
        click.echo(f"Just these: --tested {found['digest']}")
