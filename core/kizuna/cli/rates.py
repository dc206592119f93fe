"""``kizuna rates``: what one currency was worth in another, by day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import ConfigError

SHOWN_MOST = 20
DONE, FAILED = 0, 1
day_type = click.DateTime(["%Y-%m-%d"])


@click.group("rates", cls=Nearest)
def rates_command() -> None:
    """Rates of exchange: with them metrics are answered in one currency though customers pay in several.

    A balance is converted at the latest rate on its day. Where only the other way round is there its inverse is used;
    two rates by way of a third currency are never put together.

    Example:
      kizuna rates load rates.csv
      kizuna rates list --currency USD
    """


@rates_command.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Load the good rows though there are bad ones.")
@given.database_option
@given.json_option
def load(file: Path, skip_bad: bool, database: str | None, as_json: bool) -> int:
    """Load the rates of FILE, a CSV with the columns currency, to, day, rate and perhaps provider.

    1 of `currency` is `rate` of `to` from `day` on. A rate of the same pair, day and provider is replaced. The columns may
    stand in any order, and be called 通貨, 換算先, 日付, レート and 提供元. A row that is no rate is told with its line,
    and nothing is loaded then, unless --skip-bad is given.

    Example:
      kizuna rates load rates.csv
      kizuna rates load rates.csv --skip-bad
    """
    from kizuna import clock
    from kizuna.metrics import rate_files
    from kizuna.storage import rates
    from kizuna.storage.instants import micros

    found, bad = rate_files.read(_content(file), str(file))
    for one in bad:
        click.echo(f"{file} line {one.line}: {one.reason}.", err=True)
    if bad and not skip_bad:
        raise ConfigError(f"Nothing was loaded: bad rows in {file}: {len(bad):,}; correct them, or give --skip-bad.")
    with given.opened_database(database) as opened, opened.write() as sql:
        loaded = rates.load(sql, found, micros(clock.now()))
    if as_json:
        told = {"new": loaded.new, "changed": loaded.changed, "unchanged": loaded.unchanged}
        shown.as_json(told | {"bad": [{"line": one.line, "reason": one.reason} for one in bad]})
    else:
        left = f", {len(bad):,} left out" if bad else ""
        click.echo(f"Rates: {loaded.new:,} new, {loaded.changed:,} changed, {loaded.unchanged:,} as before{left}.")
    return FAILED if bad and not found else DONE


@rates_command.command("list")
@click.option("--currency", metavar="CUR", help="Only those from or to this currency.")
@given.database_option
@given.json_option
def list_(currency: str | None, database: str | None, as_json: bool) -> None:
    """List the rates by pair and provider, the latest first; as a table the latest 20 of each, as JSON all.

    Example:
      kizuna rates list --currency USD
    """
    from kizuna.storage import asked, rates

    with given.opened_database(database) as opened, opened.read() as sql:
        found = rates.all_of(sql, asked.currency_code(currency))
    rows = sorted(found, key=lambda one: one.day or date.min, reverse=True)
    rows.sort(key=lambda one: (one.currency, one.to or "", one.provider))
    if as_json:
        shown.as_json([{name: getattr(one, name) for name in one.__struct_fields__} for one in rows])
    elif not rows:
        click.echo("There are no rates; load some with `kizuna rates load FILE.csv`.")
    else:
        _print([(one.currency, one.to or "", one.provider, one.day, format(one.rate, "f")) for one in rows])


def _print(rows: list[tuple[str, str, str, date | None, str]]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    latest = []
    for row in rows:
        seen[row[:3]] = seen.get(row[:3], 0) + 1
        if seen[row[:3]] <= SHOWN_MOST:
            latest.append((row[3], row[0], row[1], row[4], row[2] or None))
    shown.as_table(("from", "one", "is", "rate", "provider"), latest)
    if len(latest) < len(rows):
        click.echo(f"Earlier ones: {len(rows) - len(latest):,}; `kizuna rates list --json` prints all.")


@rates_command.command("remove")
@click.argument("currency")
@click.argument("to")
@click.option("--day", type=day_type, metavar="DAY", help="Only the rate of this day.")
@click.option("--provider", metavar="NAME", help="Only this provider's.")
@given.database_option
def remove(currency: str, to: str, day: datetime | None, provider: str | None, database: str | None) -> None:
    """Remove the rates of a pair: all of them, or those of a day or a provider.

    Example:
      kizuna rates remove USD JPY --day 2026-01-31
    """
    from kizuna.storage import asked, rates

    pair = asked.currency_code(currency) or "", asked.currency_code(to) or ""
    with given.opened_database(database) as opened, opened.write() as sql:
        gone = rates.remove(sql, *pair, day=day.date() if day else None, provider=provider)
    if not gone:
        raise ConfigError(
            f"There is no such rate of {pair[0]} to {pair[1]}; `kizuna rates list` shows those there are."
        )
    click.echo(f"Removed: {gone:,}.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"There is no file {file}; give the path of a CSV file of rates.") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}); give a CSV file of rates.") from error
