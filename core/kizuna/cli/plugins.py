"""``kizuna plugins``: what is installed, a new one to begin from, the promises one must keep."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import click

from kizuna.cli import given, shown
from kizuna.cli.commands import Nearest
from kizuna.errors import ConfigError


@click.group("plugins", cls=Nearest)
def plugins_command() -> None:
    """Plugins: connectors and what else they bring.

    Example:
      kizuna plugins list
    """


@plugins_command.command("list")
@given.json_option
def list_(as_json: bool) -> None:
    """List the plugins that run, and those set aside with the reason.

    Example:
      kizuna plugins list
    """
    from kizuna.plugins import load

    settings = given.settings()
    host = load(None if "*" in settings.plugins else list(settings.plugins))
    if as_json:
        shown.as_json({"installed": [asdict(p) for p in host.installed], "broken": [asdict(p) for p in host.broken]})
        return
    rows = [(one.name, one.distribution, one.version, ", ".join(one.connectors)) for one in host.installed]
    shown.as_table(("plugin", "distribution", "version", "connectors"), rows)
    for broken in host.broken:
        click.echo(f"set aside: {broken.name} ({broken.distribution}): {broken.reason}")


@plugins_command.command("new")
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), help="The folder; kizuna-NAME here when left out.")
def new(name: str, into: Path | None) -> None:
    """Write a complete connector with its tests, to be changed into NAME's own.

    Example:
      kizuna plugins new deskhand
    """
    from kizuna.cli import scaffold

    key = name.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
        raise click.UsageError(f"{name!r} is no good name; use small letters, digits and - only, a letter first.")
    _refuse_taken(key)
    folder = into or Path(f"kizuna-{name}")
    for path in scaffold.write(folder, key):
        click.echo(f"wrote {path}")
    click.echo(f"Next: `kizuna plugins test {folder}`, then change it from top to bottom.")


def _refuse_taken(key: str) -> None:
    """Raises ConfigError when a connector, or a Python package of Kizuna's, has that name already."""
    from kizuna.plugins import load

    if key in load().connectors or find_spec(f"kizuna_{key}") is not None:
        raise ConfigError(
            f"The name {key!r} is taken by an installed connector or package; choose another, such as {key}_own."
        )


@plugins_command.command("settings")
@click.argument("connector")
def settings_(connector: str) -> None:
    """Print the settings of CONNECTOR as released.json has them: kept beside its tests, the next release must take them.

    Example:
      kizuna plugins settings deskhand > tests/released.json
    """
    _require_pytest()
    from kizuna.plugins import load
    from kizuna.testing.released import as_released

    host = load()
    version = next((one.version for one in host.installed if connector in one.connectors), "")
    click.echo(as_released(host.connector(connector), version), nl=False)


@plugins_command.command("test")
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False))
def test(path: Path) -> int:
    """Run the tests of the plugin in the folder PATH, its ConnectorSuite above all; exits as they do.

    Example:
      kizuna plugins test kizuna-deskhand
    """
    _require_pytest()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [".", os.environ.get("PYTHONPATH")]))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "kizuna.testing.places"]
    done = subprocess.run(command, cwd=path, env=environment, check=False)  # noqa: S603  our own interpreter
    return 0 if done.returncode == 0 else 1


def _require_pytest() -> None:
    """Raises ConfigError where what the suite stands on is not installed."""
    if find_spec("pytest") is None:
        raise ConfigError("Tests need pytest; install `kizuna[testing]`.")
