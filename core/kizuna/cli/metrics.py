"""``kizuna metrics``: recurring revenue and what became of it, by the functions that answer in the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given, metric_rows, shown
from kizuna.cli.asking import asked
from kizuna.cli.commands import Nearest
from kizuna.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from kizuna.metrics.frames import Question
    from kizuna.metrics.questions import Told

MONTHS_MOST, PAGE, MOVEMENTS_MOST = 120, 100, 10_000
KINDS = ("new", "expansion", "contraction", "churn", "reactivation", "identity", "migration")
day_type = click.DateTime(["%Y-%m-%d"])
language_option = click.option("--language", type=click.Choice(["en", "ja"]), default="en", show_default=True)


class OrMetric(Nearest):
    """Takes a metric's key in place of a command, too: that shows it."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from kizuna.metrics.fills import METRICS

        if args[0] in self.commands or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        if args[0].casefold() in METRICS:
            return super().resolve_command(ctx, ["show", *args])
        raise click.UsageError(str(UnknownName("command or metric", args[0], {*self.commands, *METRICS})), ctx)


def question_options(command: Any) -> Any:
    """The options that say what is asked, for a metric and for its series."""
    for option in (
        click.option("--currency", metavar="CUR", help="Answer in this currency, by the rates that are loaded."),
        click.option("--policy", metavar="NAME", help="Count under this policy; `kizuna metrics policies` lists them."),
        click.option("--known-at", metavar="INSTANT", help="As it was known then; of a day, at its end."),
        click.option("--as-of", type=day_type, metavar="DAY", help="At the end of this day; today when left out."),
    ):
        command = option(command)
    return command


@click.group("metrics", cls=OrMetric, invoke_without_command=True)
@language_option
@click.pass_context
def metrics_command(context: click.Context, language: str) -> None:
    """Recurring revenue on any day: list the metrics, show one, say what moved it.

    Without a command it lists them. `kizuna metrics KEY` is short for `kizuna metrics show KEY`.

    Example:
      kizuna metrics
      kizuna metrics nrr --as-of 2026-10-31
    """
    if context.invoked_subcommand is not None:
        return
    from kizuna.metrics.catalogue import definition
    from kizuna.metrics.fills import METRICS

    known = [(one, definition(one.of)) for one in METRICS.values()]
    titles = [(one.key, of.title_ja if language == "ja" else of.title_en, one.unit) for one, of in known]
    periods = [f"{one.months} months" if one.months > 1 else ("a month" if one.months else "a day") for one, _ in known]
    rows = [(*title, period) for title, period in zip(titles, periods, strict=True)]
    shown.as_table(("key", "what it is part of", "in", "of"), rows)


@metrics_command.command("show")
@click.argument("key")
@question_options
@click.option(
    "--since", type=day_type, metavar="DAY", help="Since the end of this day; the usual period when left out."
)
@click.option(
    "--explain", is_flag=True, help="Print the formula, its figures, the rows that sum to them, what is left out."
)
@language_option
@given.database_option
@given.json_option
def show(
    key: str, since: datetime | None, explain: bool, language: str, database: str | None, as_json: bool, **wish: Any
) -> None:
    """Show the metric KEY at the end of a day; `none` with the reason where it has no value.

    Example:
      kizuna metrics show mrr --currency JPY
      kizuna metrics show nrr --as-of 2026-10-31 --explain --language ja
      kizuna metrics show arr --known-at 2026-06-30 --policy chartmogul --json
    """
    from kizuna.metrics.questions import ask

    with _asking(database, since=_day(since), **wish) as (sql, question):
        told = ask(_key(key), question)
        rows = metric_rows.named(sql, told) if explain else []
    if as_json:
        shown.as_json(metric_rows.as_values(told, language, rows if explain else None))
    else:
        metric_rows.show(told, language, rows if explain else None)


@metrics_command.command("series")
@click.argument("key")
@click.option(
    "--months", type=click.IntRange(1, MONTHS_MOST), default=12, show_default=True, help="How many month ends."
)
@question_options
@given.database_option
@given.json_option
def series(key: str, months: int, database: str | None, as_json: bool, **wish: Any) -> None:
    """Show the metric KEY at the end of each month, the oldest first; the last is that of the day itself.

    Example:
      kizuna metrics series mrr --months 12 --currency JPY
    """
    from kizuna.metrics import questions
    from kizuna.metrics.told import amount

    with _asking(database, **wish) as (_, question):
        found = list(questions.series(_key(key), question, months))
    if as_json:
        shown.as_json([_point(told) for told in found])
        return
    rows = [(one.as_of, None if one.value is None else amount(one.value, one), one.reason) for one in found]
    shown.as_table(("as of", found[0].metric, "why none"), rows)


def _point(told: Told) -> dict[str, Any]:
    names = ("as_of", "since", "value", "currency", "reason")
    values = metric_rows.as_values(told, "en", None)
    return {name: values[name] for name in names}


@metrics_command.command("movements")
@click.option("--since", type=day_type, metavar="DAY", help="Only on this day or later.")
@click.option("--until", type=day_type, metavar="DAY", help="Only before this day.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only of this kind; may be repeated.")
@click.option("--customer", metavar="ID", help="Only of this customer.")
@click.option("--currency", metavar="CUR", help="Only in this currency.")
@click.option(
    "--limit", type=click.IntRange(1, MOVEMENTS_MOST), default=50, show_default=True, help="How many at most."
)
@given.database_option
@given.json_option
def movements(
    since: datetime | None,
    until: datetime | None,
    kinds: tuple[str, ...],
    customer: str | None,
    currency: str | None,
    limit: int,
    database: str | None,
    as_json: bool,
) -> None:
    """List what moved recurring revenue under Kizuna's own policy, the latest first.

    Example:
      kizuna metrics movements --since 2026-10-01 --kind churn --kind contraction
      kizuna metrics movements --customer cus_8zw3k1q0x9m2n4p6 --json
    """
    wish = {
        "since": _iso(since),
        "until": _iso(until),
        "kinds": [kind.upper() for kind in kinds] or None,
        "currency": currency,
    }
    found = _movements(database, customer, limit, wish)
    if as_json:
        shown.as_json(found)
        return
    rows = [
        (
            one["day"],
            one["kind"].lower(),
            one["reason"],
            one["amount"]["amount"],
            one["amount"]["currency"],
            (one["customer"] or {}).get("name") or (one["customer"] or {}).get("id"),
        )
        for one in found
    ]
    shown.as_table(("day", "kind", "why", "a month", "", "customer"), rows)
    click.echo("That is all." if len(found) < limit else f"The latest {limit:,}; --limit shows more.")


def _movements(database: str | None, customer: str | None, limit: int, wish: dict[str, Any]) -> list[dict[str, Any]]:
    """So many movements, page by page."""
    named = "$first: Int!, $after: String, $since: Date, $until: Date, $kinds: [MovementKind!], $currency: String"
    page = f"""movements({", ".join(f"{name}: ${name}" for name in ("first", "after", *wish))}) {{
        nodes {{ day kind reason amount {{ amount currency }} customer {{ id name }} }}
        pageInfo {{ hasNextPage endCursor }} }}"""
    document = f"query ({named}) {{ {page} }}"
    if customer is not None:
        wish = {**wish, "id": customer}
        document = f"query ({named}, $id: ID!) {{ of: customer(id: $id) {{ {page} }} }}"
    found: list[dict[str, Any]] = []
    after = None
    with given.opened(database) as parts:
        while len(found) < limit:
            data = asked(parts, document, first=min(PAGE, limit - len(found)), after=after, **wish)
            whose = data if customer is None else data["of"]
            if whose is None:
                raise ConfigError(f"There is no customer {customer!r}; `kizuna identity export` lists them.")
            found += whose["movements"]["nodes"]
            if not whose["movements"]["pageInfo"]["hasNextPage"]:
                break
            after = whose["movements"]["pageInfo"]["endCursor"]
    return found


@metrics_command.command("policies")
@given.json_option
def policies(as_json: bool) -> None:
    """Show the policies side by side: how each answers the questions on which tools disagree.

    Example:
      kizuna metrics policies
    """
    import msgspec

    from kizuna.plugins import load

    settings = given.settings()
    host = load(None if "*" in settings.plugins else list(settings.plugins))
    found = [msgspec.to_builtins(one) for one in host.revenue_policies().values()]
    found.sort(key=lambda one: (one["name"] != "kizuna", one["name"]))
    for one in found:
        one["statuses"] = sorted(one["statuses"])
    if as_json:
        shown.as_json(found)
        return
    questions = [name for name in found[0] if name != "name"]
    rows = [
        (name, *(", ".join(one[name]) if isinstance(one[name], list) else one[name] for one in found))
        for name in questions
    ]
    shown.as_table(("", *(one["name"] for one in found)), rows)


@contextmanager
def _asking(
    database: str | None,
    *,
    as_of: datetime | None,
    known_at: str | None,
    policy: str | None,
    currency: str | None,
    since: date | None = None,
) -> Iterator[tuple[Connection, Question]]:
    """The question, and the transaction it was read in."""
    from kizuna.storage import asked as asking

    with given.opened(database) as parts, parts.database.read() as sql:
        zone = parts.settings.zone
        yield (
            sql,
            asking.question(
                sql,
                zone,
                parts.plugins.revenue_policies(),
                as_of=_day(as_of),
                since=since,
                known_at=None if known_at is None else asking.instant(known_at, zone),
                policy=policy,
                currency=currency,
            ),
        )


def _key(text: str) -> str:
    """The key in the form it is known by; an unknown one stays as it is, and is refused by whoever is asked."""
    return text.casefold()


def _day(given_day: datetime | None) -> date | None:
    return None if given_day is None else given_day.date()


def _iso(given_day: datetime | None) -> str | None:
    return None if given_day is None else given_day.date().isoformat()
