"""``kizuna identity train | models | activate``: what agreeing on each field is worth, learned from the records."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given, shown

if TYPE_CHECKING:
    from kizuna.storage.models import StoredModel

KINDS = {"account": "accounts", "person": "people"}


@click.command("train")
@given.database_option
@given.json_option
def train(database: str | None, as_json: bool) -> None:
    """Learn a match model from the records that are there and from what people decided; nothing changes yet.

    No labels are needed: how often fields agree by chance, and how often in records that are one, follows from the
    records. Answers to `kizuna identity review` count as well, and to the pairs listed here, which would teach it most:
    train again after answering. Answers move weights, and silence guards they speak against. The model is kept under a
    version of its own, and `kizuna identity activate` puts it in force.

    Example:
      kizuna identity train
    """
    from kizuna.derive.training import train as learn

    with given.opened(database) as parts:
        model, found = learn(parts.deriver, _progress)
    _end_progress()
    told = {one.entity: one.told() for one in found}
    if as_json:
        ask = {one.entity: one.ask for one in found}
        shown.as_json({"version": model.version, **told, "ask": ask})
        return
    rows = [(KINDS[one.entity], *one.told().values()) for one in found]
    shown.as_table(("", "pairs compared", "answers used", "would link", "newly", "no longer"), rows)
    pairs = [pair for one in found for pair in one.ask]
    if pairs:
        click.echo("Answers to these would teach it most (`kizuna identity explain A B`, then `merge` or `split`):")
        shown.as_table(("", ""), pairs)
    click.echo(f"Kept as {model.version}; `kizuna identity activate {model.version}` puts it in force.")


@click.command("models")
@click.argument("version", required=False)
@given.database_option
@given.json_option
def models(version: str | None, database: str | None, as_json: bool) -> None:
    """List the match models; with a VERSION, what each level of agreement is worth in it, in bits.

    Example:
      kizuna identity models signs-3
    """
    from kizuna.errors import UnknownName
    from kizuna.storage import models as stored

    with given.opened_database(database) as opened, opened.read() as sql:
        known, in_force = stored.every(sql), stored.active(sql).version
    wanted = [one for one in known if version in (None, one.model.version)]
    if not wanted:
        raise UnknownName("match model", str(version), [one.model.version for one in known])
    if as_json:
        shown.as_json([_plain(one, in_force) for one in wanted])
    elif version is None:
        rows = [_row(one, in_force) for one in known]
        shown.as_table(("version", "made", "in force", "learned from"), rows)
    else:
        built_in = known[0].model
        shown.as_table(
            ("", "field", "level", "bits", "built in"),
            [
                (KINDS[entity], field, level, f"{bits:+.1f}", f"{built_in.of(entity).bits[field][level]:+.1f}")
                for entity in KINDS
                for field, levels in wanted[0].model.of(entity).bits.items()
                for level, bits in levels.items()
            ],
        )


@click.command("activate")
@click.argument("version")
@given.database_option
def activate(version: str, database: str | None) -> None:
    """Put a match model in force: every record is judged anew, decisions of people stay, ids last.

    What was interrupted goes on with the next sync. The built-in model is a version like the others, so this is undone
    by activating the one that was in force before.

    Example:
      kizuna identity activate signs-3
    """
    from kizuna.derive.training import activate as put_in_force
    from kizuna.storage import entities

    with given.opened(database) as parts:

        def living() -> tuple[int, int]:
            with parts.database.read() as sql:
                return len(entities.living(sql, "account")), len(entities.living(sql, "person"))

        before = living()
        records = put_in_force(parts.deriver, version)
        if not records:
            click.echo(f"{version} is in force already, or there is nothing to judge.")
            return
        parts.deriver.observe = lambda _done, waiting: _progress("records", records - waiting, records)
        parts.deriver.drain()
        _end_progress()
        after = living()
    click.echo(
        f"{version} is in force: {records:,} records judged anew; {after[0]:,} customers (before: {before[0]:,}), "
        f"{after[1]:,} people (before: {before[1]:,})."
    )


def _plain(one: StoredModel, in_force: str) -> dict[str, Any]:
    return {
        "version": one.model.version,
        "in_force": one.model.version == in_force,
        "created_at": _at(one),
        "learned_from": dict(one.learned_from),
        "account": one.model.account.bits,
        "person": one.model.person.bits,
    }


def _at(one: StoredModel) -> datetime | None:
    from kizuna.storage.instants import maybe_moment

    return maybe_moment(one.created_at)


def _row(one: StoredModel, in_force: str) -> tuple[str, datetime | str, str, str]:
    from kizuna.identity.normalise import NORMALISER_VERSION

    sources = [
        f"{numbers['pairs']:,} pairs of {KINDS[entity]}"
        + (f", {numbers['answers']} answers" if numbers["answers"] else "")
        for entity, numbers in one.learned_from.items()
    ]
    if one.model.normaliser != NORMALISER_VERSION:
        sources.append("read by an older Kizuna: train again")
    return (
        one.model.version,
        _at(one) or "with Kizuna",
        "yes" if one.model.version == in_force else "",
        "; ".join(sources),
    )


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{what}: {max(0, done):,} of {total:,}\x1b[K", nl=False, err=True)


def _end_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
