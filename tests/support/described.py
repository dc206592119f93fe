"""A vendor's own description of its API, made strict: an answer may hold nothing that the description does not name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_HERE, _THERE = '"#/components', '"urn:described#/components'
_PLACE = re.compile(r"\[\d+\]")


def checks(
    api: Mapping[str, Any], components: Mapping[str, Any], *, null_anywhere: bool = False, also: tuple[str, ...] = ()
) -> dict[str, Validator]:
    """Address with ``{}`` for every name → what checks the answers to a GET of it.

    ``api`` is an OpenAPI document, ``components`` the JSON Schemas of what it refers to. ``null_anywhere``: the
    description does not say what may be null. ``also``: fields that may stand around the records of any answer.
    """
    strict = {name: _strict(schema, components, null_anywhere) for name, schema in components.items()}
    held = Resource.from_contents({"components": {"schemas": strict}}, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:described", held)
    found: dict[str, Validator] = {}
    for path, methods in api["paths"].items():
        answers = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = answers.get("application/json", {}).get("schema")
        if schema is None:
            continue
        schema = components[schema["$ref"].rpartition("/")[2]] if also and "$ref" in schema else schema
        schema = _strict(schema, components, null_anywhere)
        for name in also:
            schema.get("properties", {}).setdefault(name, {})
        local = json.loads(json.dumps(schema).replace(_HERE, _THERE))
        found[nameless(path)] = Draft202012Validator(local, registry=registry, format_checker=FormatChecker())
    return found


def nameless(path: str) -> str:
    """An address without the names of its parameters, a ``.json`` and a last slash."""
    return re.sub(r"\{.*?\}", "{}", path).removesuffix(".json").rstrip("/")


def complaints(check: Validator, answer: Any) -> dict[str, int]:
    """What is not as described → how often: the place without its numbers, and why."""
    found = Counter(f"{_PLACE.sub('[]', one.json_path)}: {one.message[-200:]}" for one in check.iter_errors(answer))
    return dict(found)


def _strict(node: Any, components: Mapping[str, Any], null_anywhere: bool) -> Any:
    if isinstance(node, list):
        return [_strict(one, components, null_anywhere) for one in node]
    if not isinstance(node, dict):
        return node
    if "allOf" in node and all("$ref" in part or "properties" in part for part in node["allOf"]):
        node = _joined(node, components)
    found = {name: _strict(value, components, null_anywhere) for name, value in node.items() if name != "nullable"}
    if isinstance(found.get("properties"), dict) and found.get("type", "object") == "object":
        found.setdefault("additionalProperties", False)
    if null_anywhere and isinstance(found.get("enum"), list):
        found["enum"] = [*found["enum"], None]
    if null_anywhere and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return {"anyOf": [found, {"type": "null"}]} if node.get("nullable") is True else found


def _joined(node: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """One object in place of several of which all must fit."""
    properties: dict[str, Any] = dict(node.get("properties", {}))
    for part in node["allOf"]:
        whole = components[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        whole = _joined(whole, components) if "allOf" in whole else whole
        properties |= whole.get("properties", {})
    return {"type": "object", "properties": properties}
