"""``kizuna query`` and ``kizuna schema``: the API without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given
from kizuna.errors import ConfigError

if TYPE_CHECKING:
    from kizuna.sync.service import Service


@click.command("query")
@click.argument("document", metavar="GRAPHQL|FILE")
@click.option("--var", "variables", multiple=True, metavar="KEY=VALUE", help="A variable; JSON where it is valid JSON.")
@click.option("--operation", help="Which operation, where the document holds several.")
@given.database_option
def query_command(document: str, variables: tuple[str, ...], operation: str | None, database: str | None) -> int:
    """Ask in GraphQL, in process, and print the answer as JSON; exit with 1 when it holds errors.

    Example:
      kizuna query '{ customers(first: 3) { nodes { id name } } }'
      kizuna query customer.graphql --var id=cus_1
    """
    text = _document(document)
    values = {key: _value(word) for key, word in given.pairs(variables, "--var").items()}
    with given.opened(database) as parts:
        answer = ask(parts, text, values, operation)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
    return 1 if answer.get("errors") else 0


@click.command("schema")
def schema_command() -> None:
    """Print the schema of the API in SDL, with the fields that plugins add.

    Example:
      kizuna schema > schema.graphql
    """
    from kizuna import graphql
    from kizuna.plugins import load

    click.echo(graphql.sdl(load()).rstrip())


def ask(parts: Service, text: str, variables: dict[str, Any] | None = None, operation: str | None = None) -> Any:
    """The answer to a document as the API gives it: ``data`` and, when there are any, ``errors``."""
    from kizuna import graphql

    return graphql.execute(
        parts.database, parts.plugins, text, variables or {}, parts.settings, operation_name=operation
    )


def _document(given_text: str) -> str:
    """The document itself, or the content of the file of that name."""
    if "{" in given_text:
        return given_text
    try:
        return Path(given_text).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{given_text!r} is neither a document (it has no braces) nor a file that can be read ({error.strerror})."
        ) from error


def _value(word: str) -> Any:
    try:
        return json.loads(word)
    except ValueError:
        return word
