"""The administrator's rules for custom fields, applied to what a connector's mapping says of one record."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from kizuna.model.custom import FieldRule, at_path, fitted, misfit, says_nothing
from kizuna.model.facts import Account, CustomField, Fact, Person, Unmapped
from kizuna.model.money import Money
from kizuna.sdk import Said

_DECODE: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_ENTITIES: Final[dict[type[Any], str]] = {Account: "account", Person: "person"}


def mapped(rules: Sequence[FieldRule], raw: bytes, said: Sequence[Said]) -> tuple[Said, ...]:
    """What the record says with its custom fields: attributes filled, kept fields as facts of their own.

    A value that does not fit is told as unmapped, and the connector's own word stands. Fields of a record that is neither
    an account nor a person say nothing.
    """
    told = list(said)
    whose = {_ENTITIES[type(one)]: n for n, one in enumerate(said) if type(one) in _ENTITIES and not _part(one)}
    if not whose:
        return tuple(told)
    try:
        payload = _DECODE.decode(raw)
    except (msgspec.DecodeError, ValueError):
        return (*told, *(Unmapped(field=rule.path, value="unreadable") for rule in rules))
    for rule in rules:
        value = at_path(payload, rule.path)
        place = whose.get(rule.entity)
        if place is None or says_nothing(value):
            continue
        fact = told[place]
        fit = fitted(rule, value, getattr(fact, "currency", None))
        if fit is None:
            told.append(Unmapped(field=rule.path, value=misfit(rule, value)))
        elif rule.attribute is not None:
            told[place] = filled(fact, rule.attribute, fit)
        else:
            told.append(kept(rule, fit))
    return tuple(told)


def kept(rule: FieldRule, value: str) -> CustomField:
    """The value under the name the rule gives it."""
    name = rule.name or rule.path
    return CustomField(part=f"{rule.entity}/{name}", entity=rule.entity, name=name, form=rule.form, value=value)


def filled(fact: Any, attribute: str, value: str) -> Any:
    """The account or person with the value as its attribute; of several domains, addresses, telephones as the first."""
    several = {"domain": "domains", "email": "emails", "phone": "phones"}.get(attribute, "")
    if several in fact.__struct_fields__:
        others = tuple(one for one in getattr(fact, several) if one != value)
        return msgspec.structs.replace(fact, **{several: (value, *others)})
    if attribute == "annual_revenue":
        minor, _, currency = value.partition(" ")
        return msgspec.structs.replace(fact, annual_revenue=Money(int(minor), currency))
    if attribute == "employees":
        return msgspec.structs.replace(fact, employees=int(value))
    if attribute == "active":
        return msgspec.structs.replace(fact, active=value == "true")
    return msgspec.structs.replace(fact, **{attribute: value})


def _part(said: Said) -> str:
    return said.part if isinstance(said, Fact) else ""
