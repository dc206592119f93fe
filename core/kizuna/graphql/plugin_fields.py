"""Fields that plugins add to Customer: declared neutrally, checked for clashes, shielded from each other's faults."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import GraphQLError

from kizuna import log
from kizuna.errors import PluginError
from kizuna.graphql import scalars
from kizuna.graphql.plan import Loaded
from kizuna.model.labels import ALL, Label, Labels
from kizuna.plugins import Broken, Plugins
from kizuna.storage.answers.catalogue import SHAPES

HOOK = "kizuna_customer_fields"
TYPES: dict[str, Any] = {
    "String": str,
    "Int": int,
    "Float": float,
    "Boolean": bool,
    "DateTime": scalars.DateTime,
    "Date": scalars.Date,
    "Decimal": scalars.Decimal,
    "JSON": scalars.JSON,
    "[String!]": list[str],
}
_log = log.named(__name__)


class CustomerField(Protocol):
    """What a plugin declares: ``type`` is a name of TYPES; ``function`` gets the customer's row and the transaction.

    It may also declare ``labels``, a list of what its values tell of, empty for what everybody may read. Where it
    declares none, only those are shown the field who may read everything.
    """

    name: str
    type: str
    description: str
    function: Callable[[Mapping[str, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class Added:
    """A plugin's field, ready for the schema."""

    name: str
    type: Any
    description: str
    plan: Loaded
    plugin: str
    labels: Labels


def gathered(plugins: Plugins, own: Collection[str]) -> list[Added]:
    """The fields of all plugins in the order of their names. A plugin with a clash or a mistake is set aside whole."""
    found: dict[str, Added] = {}
    hooks = getattr(plugins.manager.hook, HOOK).get_hookimpls()
    for hook in sorted(hooks, key=lambda hook: hook.plugin_name):
        try:
            mine = [_checked(declared, hook.plugin_name, own, found) for declared in hook.function()]
            repeated = {one.name for one in mine if [other.name for other in mine].count(one.name) > 1}
            if repeated:
                raise PluginError(f"plugin {hook.plugin_name}: declares the field {min(repeated)} twice.")
        except Exception as error:  # noqa: BLE001 - a border: a plugin is foreign code and may raise anything
            plugins.broken.append(Broken(hook.plugin_name, "unknown", str(error)))
            _log.warning("a plugin's fields are left out", plugin=hook.plugin_name, reason=str(error))
            continue
        found.update({one.name: one for one in mine})
    return list(found.values())


def _checked(declared: CustomerField, plugin: str, own: Collection[str], taken: Mapping[str, Added]) -> Added:
    name = declared.name
    where = f"plugin {plugin}: the field Customer.{name}"
    if name in own:
        raise PluginError(f"{where} is one of Kizuna's own; name it otherwise.")
    if name in taken:
        raise PluginError(f"{where} is taken by the plugin {taken[name].plugin}; name it otherwise.")
    if not name.isidentifier() or name.startswith("_"):
        raise PluginError(f"{where} has no proper name; use letters and digits.")
    if declared.type not in TYPES:
        raise PluginError(f"{where} has the type {declared.type!r}; take one of {', '.join(TYPES)}.")
    if not declared.description:
        raise PluginError(f"{where} has no description; say in a sentence what it is.")
    labels = getattr(declared, "labels", tuple(ALL))
    if set(labels) - ALL:
        unknown = min(set(labels) - ALL)
        raise PluginError(f"{where} has the label {unknown!r}; take those of {', '.join(sorted(ALL))}.")
    columns = tuple(SHAPES["customer"].columns)
    plan = Loaded(columns, _shielded(plugin, name, declared.function))
    return Added(name, TYPES[declared.type] | None, declared.description, plan, plugin, frozenset(map(Label, labels)))


def _shielded(
    plugin: str, name: str, function: Callable[[Mapping[str, Any], Any], Any]
) -> Callable[[Any, list[dict[str, Any]], Any], list[Any]]:
    """The function over many customers; where it raises, the value is an error and the rest goes on."""

    def each(context: Any, rows: list[dict[str, Any]], _: Any) -> list[Any]:
        answers: list[Any] = []
        for row in rows:
            context.check()
            visible = {key: value for key, value in row.items() if not key.startswith("@")}
            try:
                answers.append(function(visible, context.sql))
            except Exception as error:  # noqa: BLE001 - a border: a plugin is foreign code and may raise anything
                _log.error("a plugin's field failed", error, plugin=plugin, field=name, request_id=context.request_id)
                answers.append(GraphQLError(f"The plugin {plugin} failed to answer {name}."))
        return answers

    return each
