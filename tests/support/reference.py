"""The generated pages of docs/reference, drawn from the code they describe: `./dev scripts/reference` writes them anew."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from tests.support.project import PROJECT

FOLDER: Final = PROJECT / "docs" / "reference"
NOTE: Final = "<!-- Written by `./dev scripts/reference` from the code. Change the code's own words, then run it. -->"


def pages() -> dict[str, Callable[[], str]]:
    """File name → what draws the page, for every page whose code exists."""
    drawn = {
        "settings.md": ("kizuna.config", settings),
        "errors.md": ("kizuna.errors", errors),
        "hooks.md": ("kizuna.sdk.hooks", hooks),
        "facts.md": ("kizuna.model.facts", facts),
        "vocabularies.md": ("kizuna.model.enums", vocabularies),
        "tables.md": ("kizuna.storage.tables", tables),
        "cli.md": ("kizuna.cli", commands),
        "conformance.md": ("kizuna.testing", conformance),
        "metrics.md": ("kizuna.metrics", metrics),
    }
    return {name: draw for name, (module, draw) in drawn.items() if _exists(module)}


def write() -> list[Path]:
    """Writes every generated page and says which ones changed."""
    changed = []
    for name, draw in pages().items():
        path, text = FOLDER / name, draw()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def conformance() -> str:
    """The promises of the suite, and what finds which mistake."""
    from tests.support.conformance import page  # it needs every connector

    return page(NOTE)


def metrics() -> str:
    """Every metric with its formula, its inputs and its answers."""
    from tests.support.metrics_page import page  # it needs every connector

    return page(NOTE)


def settings() -> str:
    """Every process setting with its default and its meaning."""
    from kizuna import config

    lines = [
        "# Settings",
        "`kizuna.toml` in the working folder is overruled by environment variables, and those by options of a command.",
        "`kizuna init` writes the file with every setting in it, commented out. A wrong name or value stops the start with",
        "one sentence that says which, where and what to do. Only settings of the process are here: connections, mappings,",
        "rules and policies live in the database and are changed by commands, in the API or in the console.",
        "",
        "| setting | environment | default | kind | meaning |",
        "|---|---|---|---|---|",
    ]
    for item in config.described():
        default = config.toml(item.default)
        lines.append(f"| `{item.name}` | `{item.environment}` | `{default}` | {item.kind} | {item.meaning} |")
    lines += [
        "",
        "A name with a dot is a key in a section of the file: `graphql.max_depth` is `max_depth` under `[graphql]`.",
        "In the environment a list is separated by commas. Variables beginning with `KIZUNA_` that are not in the table and",
        "not nearly in it are left alone, so that secrets can be kept in variables of your own naming.",
    ]
    return _page(lines)


def errors() -> str:
    """Every error Kizuna raises on purpose."""
    module = importlib.import_module("kizuna.errors")
    lines = ["# Errors", inspect.getdoc(module) or "", ""]
    for error in _classes(module):
        parent = error.__mro__[1]
        kind = f"A `{parent.__name__}`. " if issubclass(error, Exception) and parent is not Exception else ""
        lines += [f"## {error.__name__}", f"{kind}{inspect.getdoc(error)}", ""]
    return _page(lines)


def hooks() -> str:
    """Every hook a plugin may implement."""
    from kizuna.sdk.hooks import Hooks

    lines = [
        "# Hooks",
        "A plugin is an import package named by an entry point of the group `kizuna.plugins`; it implements any of these",
        "with `@sdk.hookimpl`. Most connectors need the first one only. A misspelt hook sets the plugin aside with its name.",
        "",
    ]
    for name, function in vars(Hooks).items():
        if name.startswith("kizuna_"):
            arguments = [parameter for parameter in inspect.signature(function).parameters if parameter != "self"]
            lines += [f"## {name}", f"`{name}({', '.join(arguments)})`", "", inspect.getdoc(function) or "", ""]
    return _page(lines)


def facts() -> str:
    """Every kind of fact with its fields."""
    from kizuna.model.facts import KINDS

    lines = [
        "# Facts",
        "A fact is what one record of one system says, typed and unified. A connector's mapping makes facts; the engine stamps",
        "each with its connection, its record and its times. Every field may be absent unless it is marked required.",
        "",
    ]
    for kind, fact in KINDS.items():
        lines += [f"## {kind}", f"`sdk.{fact.__name__}`. {inspect.getdoc(fact)}", ""]
        if getattr(fact, "dated", False):
            lines += ["Every change is kept, with both times.", ""]
        lines += ["| field | type | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {kind_text} | {note} |" for name, kind_text, note in _fields(fact)]
        lines.append("")
    return _page(lines)


def vocabularies() -> str:
    """Every closed vocabulary with its words."""
    module = importlib.import_module("kizuna.model.enums")
    lines = [
        "# Vocabularies",
        "The closed lists of words in facts, tables and the API. Vendors' own words are open: one that fits none of these",
        "becomes `other` where the list has it, is kept in the payload, and is shown to the administrator.",
        "",
    ]
    for vocabulary in _classes(module):
        if issubclass(vocabulary, StrEnum):
            meaning = inspect.getdoc(vocabulary)
            own = [meaning, ""] if meaning and meaning != inspect.getdoc(StrEnum) else []
            words = ", ".join(f"`{word.value}`" for word in vocabulary)
            lines += [f"## {vocabulary.__name__}", *own, words, ""]
    return _page(lines)


def tables() -> str:
    """Every table with its columns."""
    from sqlalchemy.dialects import postgresql

    metadata = importlib.import_module("kizuna.storage.tables.base").METADATA
    importlib.import_module("kizuna.storage.tables")
    notes = _column_notes()
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    lines = [
        "# Tables",
        "The same tables exist on SQLite and PostgreSQL; types are given as PostgreSQL spells them. Instants are whole",
        "microseconds since 1970 in UTC, money is whole minor units with its currency beside it.",
        "**They are not an interface**: read through the API, which is; a migration may change any of them.",
        "",
    ]
    for table in metadata.sorted_tables:
        lines += [f"## {table.name}", "", "| column | type | null | meaning |", "|---|---|---|---|"]
        for column in table.columns:
            kind = column.type.compile(dialect=dialect)
            key = " (key)" if column.primary_key else ""
            null = "yes" if column.nullable else "no"
            lines.append(f"| `{column.name}`{key} | {kind} | {null} | {notes.get((table.name, column.name), '')} |")
        lines.append("")
    return _page(lines)


def commands() -> str:
    """Every command of `kizuna` with its options."""
    import click

    cli = importlib.import_module("kizuna.cli")
    root = next(value for value in vars(cli).values() if isinstance(value, click.Group))
    lines = [
        "# Commands",
        "Errors are one sentence saying what, where and what to do. Exit codes: 0 done, 1 failed, 2 wrong usage,",
        "3 done in part (`kizuna sync` only: something was refused or set aside, and the output says what).",
        "",
    ]
    context = click.Context(root, info_name="kizuna")
    for path, command in _commands(root, context, ("kizuna",)):
        help_text = inspect.cleandoc(command.help or "").replace("\b\n", "").replace("\b", "")
        lines += [f"## {' '.join(path)}", _escaped(help_text), ""]
        options = [row for parameter in command.params if (row := _option(parameter, context))]
        if options:
            lines += ["| option | meaning |", "|---|---|", *options, ""]
    return _page(lines)


def _commands(group: Any, context: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield (*path, name), command
        if hasattr(command, "list_commands"):
            yield from _commands(command, context, (*path, name))


def _option(parameter: Any, context: Any) -> str:
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    name, meaning = (text.replace("|", "\\|") for text in record)
    return f"| `{name}` | {' '.join(meaning.split())} |"


def _fields(fact: type) -> Iterator[tuple[str, str, str]]:
    """Name, type as written, and the comment at the end of the line, for each field of a fact."""
    module = sys.modules[fact.__module__]
    source = inspect.getsource(module).splitlines()
    body = next(
        node.body
        for node in ast.parse("\n".join(source)).body
        if isinstance(node, ast.ClassDef) and node.name == fact.__name__
    )
    for statement in body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        written = ast.unparse(statement.annotation)
        if written.startswith("ClassVar"):
            continue
        _, _, note = source[(statement.end_lineno or statement.lineno) - 1].partition("#")
        kind = f"`{written.removesuffix(' | None')}`" + ("" if statement.value is not None else " (required)")
        yield statement.target.id, kind, note.strip().replace("|", "\\|")


def _column_notes() -> dict[tuple[str, str], str]:
    """(table, column) → the comment at the end of the line that declares it."""
    notes: dict[tuple[str, str], str] = {}
    for path in sorted((PROJECT / "core/kizuna/storage/tables").glob("*.py")):
        table = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            named = re.match(r'\s+"(\w+)",$', line)
            column = re.match(r'\s+\w+\("(\w+)".*\s#\s(.*)$', line)
            if named:
                table = named.group(1)
            elif column:
                notes[table, column.group(1)] = column.group(2).replace("|", "\\|")
    return notes


def _classes(module: ModuleType) -> Iterator[type]:
    return (value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__)


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def _exists(module: str) -> bool:
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return False
    return spec is not None and spec.origin is not None


def _page(lines: list[str]) -> str:
    title, *rest = lines
    return "\n".join([title, "", NOTE, "", *rest]).rstrip() + "\n"


if __name__ == "__main__":
    for page in write():
        print(page.relative_to(PROJECT))
