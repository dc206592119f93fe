"""Process settings: ``kizuna.toml``, overruled by ``KIZUNA_*`` environment variables, overruled by options.

Connections, mappings, rules and policies are not here: they live in the database, versioned. Every setting is a field of a
frozen dataclass with its default and its one-sentence meaning; the template that ``kizuna init`` writes and
docs/reference/settings.md are both drawn from those fields, so neither can fall behind.
"""

from __future__ import annotations

import difflib
import functools
import os
import tomllib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from kizuna.errors import ConfigError, nearest
from kizuna.limits import GraphQLLimits as GraphQLLimits  # noqa: PLC0414 - known here, too
from kizuna.limits import setting

FILE_NAME: Final = "kizuna.toml"
ENVIRONMENT_PREFIX: Final = "KIZUNA_"

Mode = Literal["development", "production"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncLimits:
    """How much a sync holds in memory and in one transaction."""

    batch_bytes: int = setting(
        2_000_000, "A batch is committed when its payloads reach this size, in bytes.", least=10_000
    )
    batch_seconds: float = setting(1.0, "A batch is committed after this time even if small, in seconds.", least=0.01)
    preparing_processes: int = setting(
        1,
        "How many processes prepare the batches of a first load beside the one that writes them; 0 for none. One is "
        "started at a stream's second batch, takes some 90 MB, and speeds a load up on machines with two cores or more.",
        least=0,
        most=16,
    )
    every_minutes: float = setting(
        15.0,
        "How often `kizuna serve` and `kizuna worker` read what changed at every connection, in minutes; 0 for never.",
        least=0,
        most=100_000,
    )
    full_every_days: float = setting(
        7.0,
        "How often they read everything again, which finds what no vendor tells of, in days; 0 for never.",
        least=0,
        most=36_500,
    )
    runs_kept_days: int = setting(
        90,
        "For so long what a run came to can be looked at, in days; each stream's last whole reading for as long as it is "
        "the last.",
        least=1,
        most=36_500,
    )
    answer_bytes: int = setting(
        67_108_864, "Largest answer of a vendor that is read, in bytes after decompression.", least=100_000
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookLimits:
    """How long the inbox remembers."""

    failed_days: int = setting(
        90,
        "For so long a webhook delivery that failed can be looked at and tried again, in days.",
        least=1,
        most=36_500,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All process settings; `load` makes one."""

    database: str = field(
        default="sqlite:///kizuna.db",
        repr=False,  # the URL of a server holds its password
        metadata={
            "meaning": "Where Kizuna keeps its data: `sqlite:///file.db` or `postgresql://user:password@host/name`."
        },
    )
    mode: Mode = setting(
        "development",
        "`production` hides what strangers need not see (introspection, GraphiQL), and keeps connections off this machine.",
    )
    host: str = setting("127.0.0.1", "Address that `kizuna serve` listens on.")
    port: int = setting(8360, "Port that `kizuna serve` listens on.", least=0, most=65_535)
    public_url: str = setting(
        "", "Where vendors reach `kizuna serve`, such as `https://kizuna.example.com`; empty takes each request's own."
    )
    log_level: LogLevel = setting("info", "Least important kind of event that is logged.")
    log_format: LogFormat = setting("text", "`text` is key=value lines, `json` one object a line.")
    time_zone: str = setting("UTC", "The organisation's time zone: where a day, a month and a quarter begin.")
    plugins: tuple[str, ...] = setting(("*",), "Names of the plugins that may load; `*` is every installed one.")
    outbound_allow: tuple[str, ...] = setting(
        (),
        "Hosts, addresses and networks that connections may reach besides public ones over HTTPS, such as "
        "`crm.example.com` or `10.1.0.0/16`; in development this machine, too.",
    )
    api_secrets: tuple[str, ...] = setting(
        (),
        "Places of secrets that callers of the API may name, such as `env:CRM_*` or `file:/run/secrets`; in development "
        "all but Kizuna's own. The vault is always open to them, to write.",
    )
    vault_key: str = setting(
        "env:KIZUNA_MASTER_KEY",
        "Where the master key of the vault is: `env:VARIABLE` or `file:PATH`, 32 bytes in base64; never the key itself.",
    )
    graphql: GraphQLLimits = field(default_factory=GraphQLLimits)
    sync: SyncLimits = field(default_factory=SyncLimits)
    webhooks: WebhookLimits = field(default_factory=WebhookLimits)

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def introspection(self) -> bool:
        """Whether the API answers questions about its schema."""
        return self.graphql.introspection == "on" or (
            self.graphql.introspection == "auto" and self.mode == "development"
        )

    def allows_plugin(self, name: str) -> bool:
        """Whether the plugin of this entry-point name may be loaded."""
        return "*" in self.plugins or name in self.plugins


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as the user meets it."""

    name: str
    environment: str
    kind: str
    default: Any
    meaning: str


def described() -> tuple[Described, ...]:
    """Every setting, in the order of the file."""
    return tuple(_described(name, spec, hint) for name, (spec, hint) in _settings().items())


def load(
    folder: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings of this process: the file in ``folder`` (here when None), the environment, then ``options``.

    Options are named with dots (``graphql.max_depth``); an option that is None was not given. Raises ConfigError.
    """
    path = (folder or Path()) / FILE_NAME
    values: dict[str, Any] = {}
    for name, value in _from_file(path):
        values[name] = _checked(name, value, f"{path}: {name}")
    for name, variable, text in _from_environment(os.environ if environ is None else environ):
        values[name] = _checked(name, _parsed(name, text, variable), variable)
    for name, value in (options or {}).items():
        if value is not None:
            _require_known(name, "option")
            values[name] = _checked(name, value, f"option {name}")
    return _assembled(values)


def template() -> str:
    """A ``kizuna.toml`` with every setting, its meaning and its default, all commented out."""
    lines = [
        "# Kizuna's process settings. Remove the `#` before a line to change it.",
        "# An environment variable (named in brackets) overrules this file, an option of a command overrules both.",
    ]
    section = ""
    for item in described():
        head, _, key = item.name.rpartition(".")
        if head != section:
            section = head
            lines += ["", f"[{head}]"]
        lines += ["", f"# {item.meaning} [{item.environment}]", f"# {key} = {toml(item.default)}"]
    return "\n".join(lines) + "\n"


def toml(value: Any) -> str:
    """A default as it is written in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{value:_}" if isinstance(value, int) and value >= 10_000 else str(value)


def without_password(url: str) -> str:
    """A database URL that may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")).geturl()


@functools.cache
def _settings() -> dict[str, tuple[Field[Any], Any]]:
    """Dotted name → (field, type), sections flattened."""
    found: dict[str, tuple[Field[Any], Any]] = {}
    for prefix, owner in _sections():
        hints = typing.get_type_hints(owner)
        for spec in fields(owner):
            if not is_dataclass(hints[spec.name]):
                found[prefix + spec.name] = (spec, hints[spec.name])
    return found


def _sections() -> Iterator[tuple[str, type[Any]]]:
    yield "", Settings
    for name, hint in typing.get_type_hints(Settings).items():
        if is_dataclass(hint) and isinstance(hint, type):
            yield f"{name}.", hint


def _described(name: str, spec: Field[Any], hint: Any) -> Described:
    return Described(name, _variable(name), _kind(hint), spec.default, spec.metadata["meaning"])


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.replace(".", "_").upper()


def _kind(hint: Any) -> str:
    if typing.get_origin(hint) is Literal:
        return " or ".join(f"`{choice}`" for choice in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return "list of text"
    return {bool: "`true` or `false`", int: "whole number", float: "number", str: "text"}[hint]


def _from_file(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); make it readable or remove it.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}; correct that line.") from error
    for key, value in document.items():
        nested = value.items() if isinstance(value, dict) else ()
        pairs = [(f"{key}.{inner}", item) for inner, item in nested] if isinstance(value, dict) else [(key, value)]
        for name, item in pairs:
            _require_known(name, str(path))
            yield name, item


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(setting, variable, text); a variable that is nearly a setting's is refused, as it is surely misspelt.

    Other ``KIZUNA_`` names are left alone: secrets are kept in variables whose names the user chooses.
    """
    known = {_variable(name): name for name in _settings()}
    for variable, text in environ.items():
        if variable in known:
            yield known[variable], variable, text
        elif variable.startswith(ENVIRONMENT_PREFIX):
            near = difflib.get_close_matches(variable, known, n=1, cutoff=0.9)
            if near:
                raise ConfigError(f"{variable} is no setting; did you mean {near[0]}?")


def _require_known(name: str, where: str) -> None:
    known = _settings()
    if name in known:
        return
    near = nearest(name, known)
    hint = f"did you mean {near!r}?" if near else "docs/reference/settings.md lists all of them."
    raise ConfigError(f"{where}: there is no setting {name!r}; {hint}")


def _parsed(name: str, text: str, where: str) -> Any:
    """An environment variable's text as the setting's type."""
    _, hint = _settings()[name]
    if typing.get_origin(hint) is tuple:
        return tuple(word.strip() for word in text.split(",") if word.strip())
    if hint is bool:
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        if text.strip().lower() not in words:
            raise ConfigError(f"{where} is {text!r}; say true or false.")
        return words[text.strip().lower()]
    if hint in (int, float):
        try:
            return hint(text)
        except ValueError as error:
            raise ConfigError(f"{where} is {text!r}; give a {_kind(hint)}.") from error
    return text


def _checked(name: str, value: Any, where: str) -> Any:
    spec, hint = _settings()[name]
    if isinstance(value, list):
        value = tuple(value)
    if hint is float and type(value) is int:
        value = float(value)
    _check_kind(value, hint, where)
    least, most = spec.metadata.get("least"), spec.metadata.get("most")
    if least is not None and value < least:
        raise ConfigError(f"{where} is {value}; the least is {least}.")
    if most is not None and value > most:
        raise ConfigError(f"{where} is {value}; the most is {most}.")
    if name == "vault_key" and not (value.startswith(("env:", "file:")) and value.partition(":")[2]):
        raise ConfigError(
            f"{where} says where the key is, as env:VARIABLE or file:PATH; it must not be the key itself."
        )
    if name == "database":
        _check_database(value, where)
    if name == "time_zone" and value not in available_timezones():
        near = nearest(value, available_timezones())
        raise ConfigError(f"{where} is {value!r}, which is no time zone; did you mean {near or 'Asia/Tokyo'!r}?")
    return value


def _check_kind(value: Any, hint: Any, where: str) -> None:
    if typing.get_origin(hint) is Literal:
        choices = typing.get_args(hint)
        if value not in choices:
            near = nearest(str(value), choices)
            hint_text = f"did you mean {near!r}?" if near else f"say {' or '.join(map(repr, choices))}."
            raise ConfigError(f"{where} is {value!r}; {hint_text}")
    elif typing.get_origin(hint) is tuple:
        if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{where} is {value!r}; give a list of texts.")
    elif type(value) is not hint:
        raise ConfigError(f"{where} is {value!r}; give a {_kind(hint)}.")


def _check_database(url: str, where: str) -> None:
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return
    if url.startswith("postgresql://"):
        return
    shown = without_password(url)
    raise ConfigError(f"{where} is {shown!r}; give sqlite:///file.db or postgresql://user:password@host/name.")


def _assembled(values: Mapping[str, Any]) -> Settings:
    flat = {name: value for name, value in values.items() if "." not in name}
    for prefix, owner in _sections():
        if prefix:
            inner = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
            flat[prefix.rstrip(".")] = owner(**inner)
    return Settings(**flat)
