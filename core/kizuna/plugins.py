"""The plugin host: each entry point loaded alone, a broken one set aside with its reason, everything else runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from pydantic import ValidationError

from kizuna.errors import ConfigError, PluginError, UnknownName
from kizuna.metrics.policy import POLICIES, Policy
from kizuna.model.facts import KINDS, Fact, Merged, kind_of
from kizuna.sdk import AnyConnector, Connector, Hooks

GROUP = "kizuna.plugins"
OWN_KINDS = frozenset({*KINDS, Merged.__name__.lower()})
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin set aside, and why."""

    name: str
    distribution: str
    reason: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A plugin that runs."""

    name: str
    distribution: str
    version: str
    connectors: tuple[str, ...]


@dataclass(slots=True)
class Plugins:
    """What was found: the hooks to call, the connectors by key, what runs and what is set aside."""

    manager: pluggy.PluginManager
    connectors: dict[str, type[AnyConnector]] = field(default_factory=dict)
    kinds: dict[str, tuple[str, type[Fact]]] = field(default_factory=dict)  # a kind of fact → the plugin that brings it
    installed: list[Installed] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    def connector(self, key: str) -> type[AnyConnector]:
        """The connector of that key. Raises UnknownName with the nearest one."""
        try:
            return self.connectors[key]
        except KeyError as error:
            raise UnknownName("connector", key, self.connectors) from error

    def sandboxes(self) -> dict[str, Any]:
        """Key → class of every vendor that a plugin can play."""
        found: dict[str, Any] = {}
        for name, implementation in self.implementations("kizuna_sandboxes"):
            try:
                found.update({sandbox.key: sandbox for sandbox in implementation()})
            except Exception:  # a border: one plugin's fault must not take the other sandboxes away
                log.exception("plugin %s: its sandboxes cannot be loaded", name)
        return found

    def revenue_policies(self) -> dict[str, Policy]:
        """Name → policy for counting recurring revenue: Kizuna's and those that plugins bring.

        A name that is taken stays with whoever had it first; the other one is logged and left out.
        """
        found = dict(POLICIES)
        for name, implementation in self.implementations("kizuna_revenue_policies"):
            try:
                brought = {policy.name: policy for policy in implementation()}
            except Exception:  # a border: one plugin's fault must not take the other policies away
                log.exception("plugin %s: its policies for revenue cannot be loaded", name)
                continue
            for key in sorted(found.keys() & brought.keys()):
                log.error("plugin %s: there is a policy for revenue called %s already", name, key)
            found = {**brought, **found}
        return found

    def tell(self, notice: str, **arguments: Any) -> None:
        """Calls each implementation of a notice on its own; one that raises is logged and silences nobody."""
        for name, implementation in self.implementations(notice):
            try:
                implementation(**arguments)
            except Exception:  # a border: a listener's fault is not ours
                log.exception("plugin %s: %s raised", name, notice)

    def implementations(self, hook: str) -> Iterable[tuple[str, Callable[..., Any]]]:
        """(plugin, function) of everybody who implements a hook, in the order of registration."""
        caller = getattr(self.manager.hook, hook)
        for implementation in reversed(caller.get_hookimpls()):
            yield implementation.plugin_name, _with_known(implementation)


def _with_known(implementation: pluggy.HookImpl) -> Callable[..., Any]:
    """Calls the function with those of the arguments that it names."""

    def call(**arguments: Any) -> Any:
        return implementation.function(**{name: arguments[name] for name in implementation.argnames})

    return call


def load(allowed: Sequence[str] | None = None, found: Iterable[EntryPoint] | None = None) -> Plugins:
    """A new host with every installed plugin (or those ``allowed`` names). Loads nothing at import.

    A plugin that cannot be imported, misspells a hook, raises, or repeats a connector's key or a kind of fact is set aside.
    """
    manager = pluggy.PluginManager("kizuna")
    manager.add_hookspecs(Hooks)
    plugins = Plugins(manager)
    points = entry_points(group=GROUP) if found is None else found
    for point in sorted(points, key=lambda p: p.name):
        if allowed is None or point.name in allowed:
            _load_one(plugins, point)
    return plugins


def _load_one(plugins: Plugins, point: EntryPoint) -> None:
    distribution = point.dist.name if point.dist else "unknown"
    module: Any = None
    try:
        module = point.load()
        plugins.manager.register(module, name=point.name)
        _refuse_misspelt(module, point.name)
        kinds = _kinds(plugins, point)
        keys = _take_connectors(plugins, point.name)
    except Exception as error:  # noqa: BLE001  a border: a plugin is foreign code and may raise anything
        if module is not None and plugins.manager.is_registered(module):
            plugins.manager.unregister(module)
        plugins.broken.append(Broken(point.name, distribution, f"{type(error).__name__}: {error}"))
        return
    plugins.kinds.update(kinds)
    version = point.dist.version if point.dist else "unknown"
    plugins.installed.append(Installed(point.name, distribution, version, keys))


def _refuse_misspelt(module: Any, name: str) -> None:
    """Raises PluginError for a function marked as a hook that no hook knows, and for an unmarked one named like a hook."""
    known = {hook for hook in dir(Hooks) if hook.startswith("kizuna_")}
    for attribute in dir(module):
        marked = getattr(getattr(module, attribute, None), "kizuna_impl", None)
        if marked and attribute not in known:
            raise PluginError(str(UnknownName("hook", attribute, known)))
        if not marked and attribute in known:
            raise PluginError(f"plugin {name}: {attribute} is not marked; put @sdk.hookimpl above it.")


def _kinds(plugins: Plugins, point: EntryPoint) -> dict[str, tuple[str, type[Fact]]]:
    """The kinds of the facts that the plugin's package defines: in the tables a kind is all there is to tell facts apart.

    Raises PluginError for one that is Kizuna's own or another plugin's.
    """
    found: dict[str, tuple[str, type[Fact]]] = {}
    package = point.module.partition(".")[0]
    for fact in _below(Fact):
        if fact.__module__.partition(".")[0] != package:
            continue
        kind = kind_of(fact)
        holder, same = plugins.kinds.get(kind, (None, fact))
        if kind in OWN_KINDS or same is not fact:
            by = "Kizuna itself" if kind in OWN_KINDS else f"the plugin {holder}"
            raise PluginError(
                f"plugin {point.name}: the fact {fact.__name__} says it is of the kind {kind!r}, which is taken by {by}; "
                "give it a `kind` of its own."
            )
        found[kind] = point.name, fact
    return found


def _below(fact: type[Fact]) -> Iterator[type[Fact]]:
    for derived in fact.__subclasses__():
        yield derived
        yield from _below(derived)


def _take_connectors(plugins: Plugins, name: str) -> tuple[str, ...]:
    new: dict[str, type[AnyConnector]] = {}
    for hook, implementation in plugins.implementations("kizuna_connectors"):
        if hook != name:
            continue
        for connector in implementation():
            if not (isinstance(connector, type) and issubclass(connector, Connector) and connector.key):
                raise PluginError(f"plugin {name}: {connector!r} is no Connector class with a key.")
            if connector.key in plugins.connectors or connector.key in new:
                holder = next((one.name for one in plugins.installed if connector.key in one.connectors), name)
                raise PluginError(
                    f"plugin {name}: the connector key {connector.key!r} is taken by the plugin {holder}."
                )
            new[connector.key] = connector
    plugins.connectors.update(new)
    return tuple(new)


def configured(
    connector: type[AnyConnector], settings: Mapping[str, Any], secrets: Mapping[str, Any], name: str
) -> AnyConnector:
    """The connector with its settings checked. Raises ConfigError naming the wrong setting."""
    try:
        return connector(connector.settings_type().model_validate({**settings, **secrets}))
    except ValidationError as error:
        raise ConfigError(f"connection {name}: {_first(error, connector)}") from error


def _first(error: Any, connector: type[AnyConnector]) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    setting = ".".join(str(step) for step in problem["loc"]) or "settings"
    fields = connector.settings_type().model_fields
    if problem["type"] == "extra_forbidden":
        return str(UnknownName("setting", setting, fields))
    if problem["type"] == "missing":
        return f"the setting {setting!r} is missing; give it with --set {setting}=… or --secret {setting}=env:VAR."
    return f"the setting {setting!r} is wrong ({problem['msg']}); correct it."
