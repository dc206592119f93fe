"""What commands are given: options they share, and the parts of Kizuna those lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kizuna import config, log
from kizuna.config import Settings
from kizuna.errors import StorageError

if TYPE_CHECKING:
    from kizuna.plugins import Plugins
    from kizuna.storage.database import Database
    from kizuna.sync.service import Service
    from kizuna.sync.stream import Observer

F = TypeVar("F", bound=Callable[..., Any])

database_option = click.option(
    "--database",
    metavar="URL",
    help="sqlite:///file.db or postgresql://user:password@host/name. [KIZUNA_DATABASE]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def settings(database: str | None = None, **options: Any) -> Settings:
    """The settings of this process; logs go where they say. Raises ConfigError."""
    found = config.load(options={"database": database, **options})
    log.configure(found.log_level, as_json=found.log_format == "json")
    return found


@contextmanager
def opened(
    database: str | None, *, create: bool = False, observe: Observer | None = None, **options: Any
) -> Iterator[Service]:
    """The parts of Kizuna over a database that is ready to use; ``create`` makes one that is not there, or is empty.

    ``options`` are settings given on the command line. Raises StorageError.
    """
    from kizuna.storage import schema
    from kizuna.sync.run import quiet
    from kizuna.sync.service import service

    found = settings(database, **options)
    if not create:
        require_file(found.database)
    parts = service(found, observe=observe or quiet)
    if (click.get_current_context().find_root().obj or {}).get("trace_hooks"):
        _trace(parts.plugins)
    try:
        if create and schema.current(parts.database) is None:
            schema.upgrade(parts.database)
        schema.require(parts.database)
        yield parts
    finally:
        parts.close()


def _trace(plugins: Plugins) -> None:
    """From now on each call of a plugin's hook is said on stderr."""
    for hook in vars(plugins.manager.hook).values():
        for implementation in getattr(hook, "get_hookimpls", list)():
            implementation.function = _told(implementation.plugin_name, implementation.function)


def _told(plugin: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(**arguments: Any) -> Any:
        shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        click.echo(f"hook {plugin}: {function.__name__}({shown})", err=True)
        return function(**arguments)

    return call


@contextmanager
def opened_database(database: str | None, *, ready: bool = True, create: bool = False) -> Iterator[Database]:
    """The database alone; ``ready`` refuses one that is older or newer than this program, ``create`` makes a file."""
    from kizuna.storage import schema
    from kizuna.storage.database import Database

    url = settings(database).database
    if not create:
        require_file(url)
    found = Database(url)
    try:
        if ready:
            schema.require(found)
        yield found
    finally:
        found.close()


def require_file(url: str) -> None:
    """Raises StorageError when the file of a SQLite database is not there: asking must not create an empty one."""
    from kizuna.storage.database import parsed

    named = parsed(url)
    if named.get_backend_name() != "sqlite" or named.database in (None, "", ":memory:"):
        return
    if not Path(str(named.database)).exists():
        raise StorageError(
            f"There is no database at {named.database}; run `kizuna init` to make one, or `kizuna demo` to see one."
        )


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """``KEY=VALUE`` words by key; a word without ``=`` is wrong usage."""
    found = {}
    for word in given:
        key, separator, value = word.partition("=")
        if not separator or not key:
            raise click.UsageError(f"{option} {word!r} is not of the form KEY=VALUE.")
        found[key] = value
    return found
