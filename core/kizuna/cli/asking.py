"""GraphQL documents that commands are made of: commands ask the API, as everybody does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kizuna.errors import DecisionError, KizunaError

if TYPE_CHECKING:
    from kizuna.sync.service import Service


def asked(parts: Service, document: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer. Raises KizunaError with the first error in it."""
    from kizuna.graphql import execute

    answer = execute(parts.database, parts.plugins, document, variables, parts.settings)
    if answer.get("errors"):
        raise KizunaError(answer["errors"][0]["message"])
    data: dict[str, Any] = answer["data"]
    return data


def changed(parts: Service, document: str, hints: Mapping[str, str], **variables: Any) -> Mapping[str, Any]:
    """What a mutation's one field gives as its result. Raises DecisionError with the first thing that was wrong.

    ``hints`` say by the error's code (NOT_FOUND, INVALID, CONTRADICTION) which command helps.
    """
    (payload,) = asked(parts, document, **variables).values()
    if payload["userErrors"]:
        wrong = payload["userErrors"][0]
        raise DecisionError(" ".join(filter(None, (wrong["message"], hints.get(wrong["code"])))))
    result: Mapping[str, Any] = payload["result"]
    return result
