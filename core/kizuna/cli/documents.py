"""``kizuna documents``: what callers of the API may name by its hash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from kizuna.sync.service import Service


@click.group("documents", cls=Nearest)
def documents_command() -> None:
    """GraphQL documents that callers of the API name by their hash instead of sending them.

    With graphql.documents = "trusted" no others are answered.

    Example:
      kizuna documents add queries/*.graphql
    """


@documents_command.command("add")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@given.database_option
@given.json_option
def add(files: tuple[str, ...], database: str | None, as_json: bool) -> None:
    """Add the documents in these files, after checking them against the schema, and print the id of each.

    A file holds one document, or (.json) an object of hashes and documents, as clients' compilers write it. All are
    added or none.

    Example:
      kizuna documents add queries/*.graphql
      kizuna documents add persisted.json
    """
    from kizuna import clock
    from kizuna.storage import audit, documents
    from kizuna.storage.instants import micros

    found = [(text, name) for file in files for text, name in _read(Path(file))]
    with given.opened(database) as parts:
        _require_valid(found, parts)
        with parts.database.write() as sql:
            now = micros(clock.now())
            added = [{"id": f"sha256:{documents.trust(sql, text, name, now)}", "name": name} for text, name in found]
            for one in added:
                audit.record(sql, now, "local", "document.add", one["id"], {"name": one["name"]})
    if as_json:
        shown.as_json(added)
    else:
        for one in added:
            click.echo(f"{one['id']}  {one['name']}")


@documents_command.command("list")
@given.database_option
@given.json_option
def list_(database: str | None, as_json: bool) -> None:
    """List the documents: id, where each came from, and when.

    Example:
      kizuna documents list
    """
    from kizuna.storage import documents
    from kizuna.storage.instants import moment

    with given.opened_database(database) as opened, opened.read() as sql:
        rows = [
            {
                "id": f"sha256:{one.sha256}",
                "name": one.name or "sent by a caller",
                "trusted": one.trusted,
                "added_at": moment(one.added_at),
            }
            for one in documents.all_of(sql)
        ]
    if as_json:
        shown.as_json(rows)
    elif not rows:
        click.echo("There is no document yet; add some with `kizuna documents add FILE...`.")
    else:
        shown.as_table([key.replace("_", " ") for key in rows[0]], [list(row.values()) for row in rows])


@documents_command.command("remove")
@click.argument("document_id", metavar="ID")
@given.database_option
def remove(document_id: str, database: str | None) -> None:
    """Forget a document; within ten seconds no server answers it by its id any more.

    Example:
      kizuna documents remove sha256:5f6c…
    """
    from kizuna import clock
    from kizuna.storage import audit, documents
    from kizuna.storage.instants import micros

    with given.opened_database(database) as opened, opened.write() as sql:
        if not documents.remove(sql, document_id.removeprefix("sha256:")):
            raise UnknownName("document", document_id, [f"sha256:{one.sha256}" for one in documents.all_of(sql)])
        audit.record(sql, micros(clock.now()), "local", "document.remove", document_id, {})
    click.echo(f"{document_id} is forgotten.")


def _require_valid(found: list[tuple[str, str]], parts: Service) -> None:
    """Raises ConfigError for a document that would never be answered."""
    from kizuna.graphql.documents import Documents
    from kizuna.graphql.schema import build

    reading = Documents(build(parts.plugins).core, parts.settings)
    for text, name in found:
        document = reading.parsed(text)
        errors = document.errors if document.malformed else reading.validated(text, document).errors
        if errors:
            raise ConfigError(f"{name}: {errors[0].message}")


def _read(file: Path) -> Iterator[tuple[str, str]]:
    """Each document of a file with the name it is listed under. Raises ConfigError for what is none."""
    from kizuna.storage.documents import sha256_of

    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix != ".json":
            yield text, file.name
            return
        listed = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{file}: it is neither text in UTF-8 nor JSON ({error}).") from error
    if not isinstance(listed, dict) or not all(isinstance(one, str) for one in listed.values()):
        raise ConfigError(f"{file}: give an object of hashes and documents.")
    for sha256, document in listed.items():
        if sha256.removeprefix("sha256:") != sha256_of(document):
            raise ConfigError(f"{file}: {sha256!r} is not the SHA-256 of its document; write the file anew.")
        yield document, f"{file.name} {sha256.removeprefix('sha256:')[:8]}"
