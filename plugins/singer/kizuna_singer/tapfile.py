"""The file an administrator writes: which tap to run, and what its streams mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_singer.catalog import Catalog
from kizuna_singer.mapping import FactRule, fact_rule
from kizuna_singer.places import Places
from kizuna_singer.tables import Source, Table, nearest

FULL_TABLE = "FULL_TABLE"
REPLICATIONS = {"full_table": FULL_TABLE, "incremental": "INCREMENTAL", "log_based": "LOG_BASED"}
OPTIONS = {"catalog": "--catalog", "properties": "--properties"}
SILENT_MOST_S = 600.0
RUNS_MOST_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Program:
    """The tap and how it is run. It runs in ``folder``; ``environment`` names variables it may see beside the usual."""

    command: tuple[str, ...]
    folder: Path
    config: Mapping[str, Any]
    environment: tuple[str, ...]
    catalog: Catalog | None
    discovers: bool
    option: str
    silent_most_s: float
    runs_most_s: float

    @property
    def name(self) -> str:
        """The program without its folder."""
        return Path(self.command[0]).name


@dataclass(frozen=True, slots=True)
class StreamRule:
    """A stream: its keys where the tap does not say them, when a record was changed, what it says."""

    name: str
    key: tuple[str, ...] | None = None
    version: str | None = None
    deleted: str | None = None
    replication: str | None = None
    replication_key: str | None = None
    select_with: tuple[str, ...] = ()
    facts: tuple[FactRule, ...] = ()


@dataclass(frozen=True, slots=True)
class TapFile:
    """All that a file says."""

    path: Path
    program: Program
    streams: tuple[StreamRule, ...]

    def stream(self, name: str) -> StreamRule:
        """The stream of that name."""
        return next(stream for stream in self.streams if stream.name == name)


def tap_file(path: Path) -> TapFile:
    """The file, read and checked. Raises ConfigError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise sdk.ConfigError(f"The file {path} cannot be read ({error.strerror}); check the path.") from error
    except UnicodeDecodeError as error:
        raise sdk.ConfigError(f"The file {path} is no text in UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise sdk.ConfigError(f"{path}: {error}; correct the TOML.") from error
    root = Table(Source(path, Places(text)), (), values)
    root.only("tap", "streams")
    program = _program(root.table("tap"), path.parent)
    return TapFile(path, program, _streams(root.table("streams"), program.catalog))


def _program(table: Table, folder: Path) -> Program:
    table.only(
        "command", "config", "environment", "catalog", "discover", "catalog_option", "unnamed", "silent_most_s",
        "runs_most_s",
    )  # fmt: skip
    command = table.texts("command")
    if not command:
        raise table.wrong("command", 'must say how the tap is run, such as ["/opt/taps/bin/tap-shop"]')
    discover = table.values.get("discover", True)
    if not isinstance(discover, bool):
        raise table.wrong("discover", "must be true or false")
    return Program(
        command=(_located(command[0], folder), *command[1:]),
        folder=folder,
        config=table.table("config").values,
        environment=_environment(table),
        catalog=_catalog(table, folder),
        discovers=discover,
        option=OPTIONS[table.one_of("catalog_option", OPTIONS) or "catalog"],
        silent_most_s=table.seconds("silent_most_s", SILENT_MOST_S),
        runs_most_s=table.seconds("runs_most_s", RUNS_MOST_S),
    )


def _located(program: str, folder: Path) -> str:
    """The program beside the file where it is named by a relative path; a bare name is found on PATH."""
    return str(folder / program) if "/" in program else program


def _environment(table: Table) -> tuple[str, ...]:
    names = table.texts("environment") or ()
    for name in names:
        if name.upper().startswith("KIZUNA_"):
            raise table.wrong("environment", f"{name} belongs to Kizuna; a tap never sees it")
    return names


def _catalog(table: Table, folder: Path) -> Catalog | None:
    name, unnamed = table.text("catalog"), table.one_of("unnamed", ("keep", "ignore")) or "keep"
    if name is None:
        return None
    try:
        return Catalog.read((folder / name).read_bytes(), keeps_unnamed=unnamed == "keep")
    except OSError as error:
        raise table.wrong("catalog", f"the file {folder / name} cannot be read ({error.strerror})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise table.wrong("catalog", f"the file {folder / name} is no catalog; write what `--discover` says") from error


def _streams(table: Table, catalog: Catalog | None) -> tuple[StreamRule, ...]:
    unnamed = [name for name in catalog.names if name not in table.values] if catalog and catalog.keeps_unnamed else []
    if not table.values and not unnamed:
        raise table.wrong(None, "names no stream; write [streams.NAME] for each that is to be read")
    if catalog:
        for name in table.values:
            if name not in catalog.names:
                raise table.wrong(name, f"the catalog has no such stream; {nearest(name, catalog.names)}")
    known = frozenset([*table.values, *unnamed])
    named = [_stream(table.table(name), name, known) for name in table.values]
    return (*named, *(StreamRule(name) for name in unnamed))


def _stream(table: Table, name: str, streams: frozenset[str]) -> StreamRule:
    table.only("key", "version", "deleted", "replication", "replication_key", "select_with", "facts")
    replication = table.one_of("replication", REPLICATIONS)
    return StreamRule(
        name=name,
        key=table.texts("key") or None,
        version=table.text("version"),
        deleted=table.text("deleted"),
        replication=REPLICATIONS[replication] if replication else None,
        replication_key=table.text("replication_key"),
        select_with=table.texts("select_with") or (),
        facts=tuple(fact_rule(fact, streams) for fact in table.tables("facts")),
    )
