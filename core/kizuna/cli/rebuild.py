"""``kizuna rebuild``: everything from facts down derived again from the evidence."""

from __future__ import annotations

import click

from kizuna.cli import given, shown


@click.command("rebuild")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when a table differs.")
@given.database_option
@given.json_option
def rebuild_command(check: bool, database: str | None, as_json: bool) -> int:
    """Derive facts, identity and customers again from what the systems said, and compare.

    Example:
      kizuna rebuild --check
    """
    from kizuna.sync.rebuild import rebuild

    with given.opened(database) as parts:
        found = rebuild(parts.deriver, parts.plugins, check=check)
    rows = [
        {"table": one.table, "only_before": one.only_before, "only_after": one.only_after, "example": one.example}
        for one in found
    ]
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("Every derived table is what the evidence gives." if check else "Rebuilt; nothing had to change.")
    else:
        shown.as_table(
            ("table", "only here", "only derived"), [(r["table"], r["only_before"], r["only_after"]) for r in rows]
        )
        click.echo("These tables differ; `kizuna rebuild` sets them right." if check else "Rebuilt.")
    return 1 if check and rows else 0
