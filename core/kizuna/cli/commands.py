"""The commands by name, each with the module that holds it and what it does in a few words."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

import click

from kizuna.errors import UnknownName, nearest

OURS: Final = "kizuna"
GROUP: Final = "kizuna.plugins"

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": ("demo", "Simulated systems, a sync, one customer, the API."),
    "init": ("init", "Write kizuna.toml and create the database."),
    "doctor": ("doctor", "Say what is missing and what to do."),
    "connect": ("connect", "Add a connection to a system."),
    "connections": ("connections", "List connections; switch and check them."),
    "enable": ("connections", "Switch a connection on."),
    "disable": ("connections", "Switch a connection off."),
    "check": ("connections", "Try a connection's credentials and streams."),
    "sync": ("sync", "Read the connected systems now."),
    "load": ("load", "Take a file of payloads in."),
    "serve": ("serve", "Serve the API and run syncs."),
    "worker": ("worker", "Run syncs over PostgreSQL."),
    "query": ("query", "Ask in GraphQL, in process."),
    "schema": ("query", "Print the GraphQL schema."),
    "documents": ("documents", "Documents that callers name by hash."),
    "identity": ("identity", "Who is who: export, explain, decide."),
    "quarantine": ("quarantine", "Records set aside: list, show, replay."),
    "fields": ("fields", "Vendors' own fields: map, keep, history."),
    "drift": ("drift", "What changed in the form of payloads."),
    "webhooks": ("webhooks", "Webhooks: what to enter, what came."),
    "metrics": ("metrics", "Recurring revenue on any day, and why."),
    "rates": ("rates", "Rates of exchange: load, list, remove."),
    "verify": ("verify", "Hold the metrics to worked cases."),
    "rebuild": ("rebuild", "Derive everything again from the evidence."),
    "sandbox": ("sandbox", "Serve simulated systems on this machine."),
    "plugins": ("plugins", "Plugins: list them, begin one, test one."),
    "secrets": ("secrets", "Secrets in the vault: set, list, rotate."),
    "token": ("token", "Tokens for the API."),
    "db": ("db", "Create, upgrade and check the database."),
}
"""Name → (module in this package, what it does); the order is that of the help."""


EXAMPLE = re.compile(r"\n\n([ ]*)Example:\n")


class Commands(click.Group):
    """The commands of Kizuna, imported one by one, and those that plugins add."""

    _asked = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._ask_plugins(foreign_only=True)
        return [*COMMANDS, *(name for name in sorted(self.commands) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            self._ask_plugins(foreign_only=False)
            return self.commands.get(cmd_name)
        module_name, short = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"kizuna.cli.{module_name}"), f"{cmd_name}_command")
        command.short_help = short
        return readable(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            known = self.list_commands(ctx)
            hint = f"did you mean {nearest(name, known)!r}?" if nearest(name, known) else "`kizuna --help` lists them."
            raise click.UsageError(f"There is no command named {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def _ask_plugins(self, *, foreign_only: bool) -> None:
        """Lets plugins add their commands, once. Those of this distribution add none, so help need not load them."""
        if self._asked:
            return
        foreign = [point for point in entry_points(group=GROUP) if point.dist is None or point.dist.name != OURS]
        if foreign_only and not foreign:
            return
        self._asked = True
        from kizuna.plugins import load

        load(found=foreign).tell("kizuna_commands", cli=self)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._ask_plugins(foreign_only=True)
        rows = [(name, short) for name, (_, short) in COMMANDS.items()]
        rows += [(name, one.get_short_help_str(60)) for name, one in sorted(self.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def readable(command: click.Command) -> click.Command:
    """The command with the examples of its help (and of its own commands) kept line by line."""
    if command.help and "\b" not in command.help:
        command.help = EXAMPLE.sub(r"\n\n\1\b\n\1Example:\n", command.help)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            readable(inner)
    return command


class Nearest(click.Group):
    """A group that suggests the nearest of its commands for a name it does not know."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise click.UsageError(str(UnknownName("command", args[0], self.commands)), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="kizuna", prog_name="kizuna")
@click.option("--trace-hooks", is_flag=True, help="Say on stderr which plugin's hook is called with what.")
@click.pass_context
def root(context: click.Context, trace_hooks: bool) -> None:
    """One customer, asked in one query: CRM, support desk and billing united.

    Example:
      kizuna demo --once
    """
    context.obj = {"trace_hooks": trace_hooks}


readable(root)
