"""``kizuna sandbox``: the simulated vendors served on this machine until it is stopped."""

from __future__ import annotations

import json
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from kizuna.cli import given
from kizuna.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from kizuna.sandbox import Endpoint, Served


@click.command("sandbox")
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...")
@click.option("--port-base", default=9400, show_default=True, help="Port of the first vendor; 0 takes free ports.")
@click.option("--customers", default=200, show_default=True, type=click.IntRange(1), help="How many true companies.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same world.")
@click.option("--faults", default="none", show_default=True, metavar="PROFILE", help="What goes wrong on the way.")
@click.option("--truth", type=click.Path(path_type=Path), metavar="FILE", help="Write who is who; .json or CSV.")
@given.json_option
def sandbox_command(
    vendors: tuple[str, ...],
    port_base: int,
    customers: int,
    seed: int,
    faults: str,
    truth: Path | None,
    as_json: bool,
) -> None:
    """Serve simulated vendors, each on a port of its own, until stopped. All of them unless VENDOR names some.

    Prints the lines of a shell that connect to each, ready to be pasted.
    With --json one line a vendor is printed once it listens: vendor, base_url, and the settings and secrets that
    `kizuna connect` takes.

    Example:
      kizuna sandbox --customers 200 --truth truth.csv
      kizuna sandbox --port-base 0 --json
    """
    from kizuna import sandbox

    chosen = _chosen(vendors)
    sandbox.fault_profile(faults)
    world = sandbox.World(seed=seed, companies=customers)
    if not as_json:
        click.echo(f"Making a world of {customers:,} companies (seed {seed}) …", err=True)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with sandbox.serve(chosen, world=world, port_base=port_base, faults=faults) as served:
        if truth is not None:
            _write_truth(truth, served)
        _announce(served, as_json=as_json)
        # A wait without end would keep signals from being heard on some systems.
        while not stop.wait(1.0):
            pass


def _chosen(vendors: tuple[str, ...]) -> list[Any]:
    from kizuna.plugins import load

    playable = load().sandboxes()
    for vendor in vendors:
        if vendor not in playable:
            raise UnknownName("sandbox", vendor, playable)
    return [playable[vendor] for vendor in dict.fromkeys(vendors or playable)]


def _write_truth(path: Path, served: Served) -> None:
    from kizuna import sandbox

    try:
        sandbox.write_truth(path, served.states)
    except OSError as error:
        raise ConfigError(f"The truth cannot be written to {path} ({error.strerror}); choose another file.") from error


def _announce(served: Served, *, as_json: bool) -> None:
    if as_json:
        for one in served.endpoints:
            wants = {"vendor": one.vendor, "base_url": one.base_url, "settings": one.settings, "secrets": one.secrets}
            click.echo(json.dumps(wants, ensure_ascii=False))
        return
    click.echo("# Paste this into another terminal, in the folder of your kizuna.toml:")
    for one in served.endpoints:
        click.echo(f"\n# {one.vendor} at {one.base_url}")
        for line in _connecting(one):
            click.echo(line)
    click.echo("\n# Then, in that terminal: kizuna sync. Stop the sandbox with Ctrl-C.")


def _connecting(one: Endpoint) -> Iterator[str]:
    """The shell's lines that connect to a vendor: its secrets exported, then the command."""
    for key, value in one.secrets.items():
        yield f"export {_variable(one.vendor, key)}={shlex.quote(value)}"
    words = ["kizuna", "connect", one.vendor]
    for key, value in one.settings.items():
        words += ["--set", f"{key}={value}"]
    for key in one.secrets:
        words += ["--secret", f"{key}=env:{_variable(one.vendor, key)}"]
    yield shlex.join(words)


def _variable(vendor: str, key: str) -> str:
    return f"SANDBOX_{vendor}_{key}".upper()
