"""The administrator's wishes for custom fields: understood, tried on stored records, and put into force."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection

from kizuna import clock
from kizuna.errors import ConfigError, UnknownName
from kizuna.model.custom import ALSO_CALLED, ATTRIBUTES, FieldRule
from kizuna.model.enums import CustomForm
from kizuna.plugins import Plugins
from kizuna.sdk import AnyStream
from kizuna.storage import audit, connections, drift, field_rules, remaps
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.field_rules import Change
from kizuna.storage.instants import micros
from kizuna.sync.mapping.trying import Trial, tried
from kizuna.sync.offline import unchecked

ENTITIES: Final = {"customer": "account", "account": "account", "person": "person"}
SPOKEN: Final = {"account": "customer", "person": "person"}
NAME_CHARACTERS_MOST: Final = 60
_GUESSED: Final = {
    **{"string": CustomForm.TEXT, "integer": CustomForm.NUMBER, "number": CustomForm.NUMBER},
    "boolean": CustomForm.BOOLEAN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be done with a field: it fills ``attribute``, is kept as ``name``, or, with neither, is given up.

    ``of`` is customer or person; what the stream's records are when left out. ``unseen`` allows a field that no record shows.
    """

    connection: str
    stream: str
    path: str
    attribute: str | None = None
    keep: bool = False
    name: str | None = None
    of: str | None = None
    form: str | None = None
    currency: str | None = None
    choices: tuple[str, ...] = ()
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A wish understood: ``rule`` would stand (None: none), ``before`` stands now; ``trial`` shows what it would do."""

    connection: StoredConnection
    stream: AnyStream
    path: str
    rule: FieldRule | None
    before: FieldRule | None
    trial: Trial

    @property
    def changes(self) -> bool:
        """Whether anything would be different."""
        return self.rule != self.before


def planned(sql: Connection, plugins: Plugins, wish: Wish, samples: int = 5) -> Plan:
    """The wish understood and tried on stored records, of which ``samples`` are shown.

    Raises UnknownName with the nearest name, ConfigError for a wish that contradicts itself or another rule.
    """
    stored = connections.get(sql, wish.connection)
    stream = stream_of(plugins, stored, wish.stream)
    standing = {rule.path: rule for rule in field_rules.standing(sql, stored.id, stream.name).rules}
    before = standing.get(wish.path)
    if not wish.keep and wish.attribute is None:
        if before is None:
            raise UnknownName(f"rule in {stored.name}/{stream.name} for a field", wish.path, standing)
        return Plan(stored, stream, wish.path, None, before, Trial())
    rule = _rule(sql, stored, stream, wish)
    for other in standing.values():
        if other.path != rule.path and _place(other) == _place(rule):
            raise ConfigError(
                f"{_said(rule)} is filled from {other.path!r} already; run `kizuna fields unmap {stored.name} {stream.name} "
                f"{other.path}` first, or choose another."
            )
    _agree(sql, stored, rule)
    trial = tried(sql, stored, stream, rule, samples)
    known = drift.fields(sql, stored.id, stream.name)
    if not wish.unseen and rule.path not in known and not trial.filled:
        raise UnknownName(f"field in the records of {stored.name}/{stream.name}", rule.path, known)
    return Plan(stored, stream, rule.path, rule, before, trial)


def put_into_force(database: Database, plugins: Plugins, wish: Wish, actor: str) -> Plan:
    """The plan as it now stands; the stream's stored records wait to be mapped by it. Raises as :func:`planned`."""
    now = micros(clock.now())
    with database.write() as sql:
        stored = connections.get(sql, wish.connection)
        field_rules.claim(sql, stored.id)
        plan = planned(sql, plugins, wish, samples=0)
        if plan.changes:
            stream = plan.stream.name
            number = field_rules.add(sql, stored.id, stream, plan.path, plan.rule, actor, now)
            remaps.ask(sql, stored.id, stream, number, now)
            action = field_rules.action_of(plan.rule)
            detail = {"rule": None if plan.rule is None else told(plan.rule), "change": number}
            audit.record(sql, now, actor, f"field.{action}", f"{stored.name}/{stream}/{plan.path}", detail)
    return plan


def stream_of(plugins: Plugins, stored: StoredConnection, name: str) -> AnyStream:
    """The stream that is meant by the name, in any case. Raises UnknownName."""
    streams = unchecked(plugins.connector(stored.plugin), stored).streams()
    found = next((stream for stream in streams if stream.answers_to(name)), None)
    if found is None:
        raise UnknownName(f"stream of {stored.name}", name, [stream.name for stream in streams])
    return found


def told(rule: FieldRule) -> dict[str, Any]:
    """The rule as JSON."""
    given = {
        "of": SPOKEN[rule.entity],
        "attribute": rule.attribute,
        "name": rule.name,
        "type": str(rule.form),
        "currency": rule.currency,
        "choices": list(rule.choices),
    }
    return {name: value for name, value in given.items() if value}


def described(change: Change) -> dict[str, Any]:
    """A change as JSON, its instant in microseconds."""
    row = {name: value for name, value in asdict(change).items() if name != "rule"}
    return row | (told(change.rule) if change.rule else {})


def _rule(sql: Connection, stored: StoredConnection, stream: AnyStream, wish: Wish) -> FieldRule:
    entity = _entity(sql, stored, stream, wish.of)
    attribute = _attribute(entity, wish.attribute) if wish.attribute else None
    if attribute is not None and (wish.form or wish.choices or wish.name):
        raise ConfigError(f"The type of {attribute} is given; a type, choices or a name are for fields that are kept.")
    form = ATTRIBUTES[entity][attribute] if attribute else _form(sql, stored, stream, wish)
    return FieldRule(
        path=wish.path,
        entity=entity,
        form=form,
        attribute=attribute,
        name=None if attribute else _name(wish),
        currency=_currency(form, wish.currency),
        choices=_choices(form, wish.choices),
    )


def _entity(sql: Connection, stored: StoredConnection, stream: AnyStream, given: str | None) -> str:
    if given is not None:
        if given not in ENTITIES:
            raise UnknownName("kind of subject", given, ["customer", "person"])
        return ENTITIES[given]
    known = connections.streams(sql, stored.id).get(stream.name)
    kinds = known.kinds if known else frozenset()
    found = [entity for entity in ("account", "person") if entity in kinds]
    if not found:
        why = "say neither of customers nor of people" if kinds else "have not arrived yet"
        raise ConfigError(
            f"The records of {stored.name}/{stream.name} {why}; say whose field it is: customer or person."
        )
    return found[0]


def _attribute(entity: str, given: str) -> str:
    word = given.strip().casefold().replace("-", "_").replace(" ", "_")
    word = ALSO_CALLED.get(word, word)
    if word not in ATTRIBUTES[entity]:
        raise UnknownName(f"attribute of a {SPOKEN[entity]}", given, ATTRIBUTES[entity])
    return word


def _form(sql: Connection, stored: StoredConnection, stream: AnyStream, wish: Wish) -> CustomForm:
    """The type that is wished, else choice where choices are, else what the payloads show, else text."""
    if wish.form is not None:
        known = {str(form): form for form in CustomForm}
        if wish.form not in known:
            raise UnknownName("type of a custom field", wish.form, known)
        return known[wish.form]
    if wish.choices:
        return CustomForm.CHOICE
    shown = drift.fields(sql, stored.id, stream.name).get(wish.path, "").split("|")
    types = [word for word in shown if word not in ("null", "")]
    return _GUESSED.get(types[0], CustomForm.TEXT) if len(set(types)) == 1 else CustomForm.TEXT


def _name(wish: Wish) -> str:
    name = wish.name or wish.path.rpartition(".")[2]
    if not name[:1].isalpha() or len(name) > NAME_CHARACTERS_MOST or not all(c.isalnum() or c in "_-" for c in name):
        raise ConfigError(
            f"A custom field cannot be named {name!r}; use up to {NAME_CHARACTERS_MOST} letters, digits, - and _, "
            "a letter first."
        )
    return name


def _currency(form: CustomForm, given: str | None) -> str | None:
    if given is None:
        return None
    if form is not CustomForm.MONEY:
        raise ConfigError(f"A currency belongs to money; this field is {form}.")
    code = given.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise ConfigError(f"{given!r} is no currency; write its three letters, such as USD.")
    return code


def _choices(form: CustomForm, given: tuple[str, ...]) -> tuple[str, ...]:
    choices = tuple(dict.fromkeys(choice.strip() for choice in given if choice.strip()))
    if (form is CustomForm.CHOICE) != bool(choices):
        raise ConfigError("A choice needs the words to choose from, and only a choice has them.")
    return choices


def _place(rule: FieldRule) -> tuple[str, str | None, str | None]:
    return rule.entity, rule.attribute, rule.name


def _agree(sql: Connection, stored: StoredConnection, rule: FieldRule) -> None:
    """A name has one type wherever it is kept. Raises ConfigError."""
    for change in field_rules.all_standing(sql):
        other = change.rule
        if other is None or rule.attribute or _place(other) != _place(rule) or other.form is rule.form:
            continue
        if (change.connection, change.path) != (stored.name, rule.path):
            raise ConfigError(
                f"{_said(rule)} is {other.form} in {change.connection}/{change.stream}; keep it as that here, too, "
                "or choose another name."
            )


def _said(rule: FieldRule) -> str:
    return f"The {SPOKEN[rule.entity]}'s {rule.attribute or rule.name}"
