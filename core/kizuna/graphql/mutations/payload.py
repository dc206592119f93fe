"""What a change answers: its result, or what was wrong with the wish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from kizuna import clock
from kizuna.errors import ConfigError, DecisionError, UnknownName
from kizuna.graphql.context import Context
from kizuna.graphql.errors import UserError
from kizuna.graphql.info import Info
from kizuna.graphql.loading import single
from kizuna.graphql.plan import computed
from kizuna.model.labels import Label
from kizuna.storage import audit
from kizuna.storage.instants import micros

Answer = dict[str, Any]


def _message(wrong: Mapping[str, Any], context: Context) -> str:
    """What stands against a decision quotes names and addresses."""
    if wrong["code"] == "CONTRADICTION" and Label.PII in context.sight.missing:
        return "A guard or an earlier decision stands against it; the reason has the label `pii`."
    return str(wrong["message"])


@strawberry.type(name="UserError", description="What was wrong with a wish.")
class Wrong:
    field: str | None = strawberry.field(description="The field of the input it is about, where one is to blame.")
    message: str = computed("What is wrong and what to do, in a sentence.", _message, "message", "code")
    code: str = strawberry.field(description="NOT_FOUND, INVALID or CONTRADICTION.")


def answered(change: Callable[[], Any]) -> Answer:
    """The change's result, or what was wrong, as a payload."""
    try:
        return {"result": change(), "user_errors": []}
    except UnknownName as error:
        return _wrong(error, "NOT_FOUND")
    except DecisionError as error:
        return _wrong(error, "CONTRADICTION")
    except (ConfigError, UserError) as error:
        if getattr(error, "code", "") in ("FORBIDDEN", "TIMEOUT"):
            raise
        return _wrong(error, "INVALID")


def load_result(info: Info, payload: type[Any], type_: type[Any], *key: Any) -> Any:
    """The thing with this key, with all that is selected below the payload's ``result``."""
    chosen = info.below(payload, "result")
    if chosen is None:
        return None
    context = info.context
    with context.reading():
        return single(context, context.registry.by_class[type_], key, chosen)


def noted(context: Context, action: str, subject: str, **detail: Any) -> None:
    """The change written to the audit log."""
    with context.database.write() as sql:
        audit.record(sql, micros(clock.now()), context.caller.name, action, subject, detail)


def _wrong(error: Exception, code: str) -> Answer:
    return {"result": None, "user_errors": [{"field": None, "message": str(error), "code": code}]}
