"""What a caller asked: who it is, which page, which filters."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_stripe.sandbox.faults import Refusal, invalid_integer, unknown_parameter
from kizuna_stripe.sandbox.forms import Form, nested

API_KEY = "sk_test_kizuna_sandbox"
END_OF_TIME = 1 << 40

Keeps = Callable[[StoredRecord], bool]


def check_key(request: Request, state: SandboxState) -> None:
    """Refusal when the key is absent or not the sandbox's; bearer and basic are both Stripe's way."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    key = given.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise Refusal(
            401, "You did not provide an API key. You need to provide your API key in the Authorization header."
        )
    if key != API_KEY or state.memory.get("key_revoked"):
        raise Refusal(401, f"Invalid API Key provided: {key[:8]}{'*' * 12}{key[-4:]}")


def check_allowed(collection: str, state: SandboxState) -> None:
    """Refusal when the key has no right to the collection (``state.memory["forbidden"]`` names those)."""
    if collection in state.memory.get("forbidden", ()):
        raise Refusal(
            403,
            "The provided key does not have the required permissions for this endpoint. "
            f"Having the 'rak_{collection.removesuffix('s')}_read' permission would allow this request to continue.",
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a list: its page and everything else that was given."""

    limit: int
    after: str | None
    before: str | None
    begin: int
    end: int
    expand: tuple[str, ...]
    given: Form
    name: str  # what distinguishes this list from others: the query without its page

    def check(self, known: Collection[str]) -> None:
        """Refusal for a parameter that is neither common to all lists nor one of ``known``."""
        for name in self.given:
            if name not in known:
                raise unknown_parameter(name)


def asked(request: Request) -> Asked:
    """The query, checked as far as all lists share it."""
    pairs = request.query_params.multi_items()
    given = nested(pairs)
    limit = _limit(given.pop("limit", "10"))
    after, before = given.pop("starting_after", None), given.pop("ending_before", None)
    expand = given.pop("expand", [])
    begin, end = _range(given.pop("created", None))
    name = "&".join(f"{key}={value}" for key, value in pairs if key not in {"limit", "starting_after", "ending_before"})
    return Asked(
        limit, after, before, begin, end, tuple(expand) if isinstance(expand, list) else (expand,), given, name
    )


def _limit(value: Any) -> int:
    limit = _integer(value, "limit")
    if limit > 100:
        raise Refusal(
            400,
            f"This value must be less than or equal to 100 (it currently is '{limit}').",
            code="parameter_invalid_integer",
            param="limit",
        )
    if limit < 1:
        raise Refusal(
            400,
            f"This value must be greater than or equal to 1 (it currently is '{limit}').",
            code="parameter_invalid_integer",
            param="limit",
        )
    return limit


def _range(created: Any) -> tuple[int, int]:
    """First and last second that ``created`` allows."""
    if created is None:
        return 0, END_OF_TIME
    if isinstance(created, str):
        second = _integer(created, "created")
        return second, second
    begin, end = 0, END_OF_TIME
    for bound, value in created.items():
        second = _integer(value, f"created[{bound}]")
        if bound in {"gt", "gte"}:
            begin = max(begin, second + (bound == "gt"))
        elif bound in {"lt", "lte"}:
            end = min(end, second - (bound == "lt"))
        else:
            raise unknown_parameter(f"created[{bound}]")
    return begin, end


def _integer(value: Any, param: str) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise invalid_integer(str(value), param) from None


def words(value: Any) -> Sequence[str]:
    """A parameter that may be given once or as a list."""
    return [str(word) for word in value] if isinstance(value, list) else [str(value)]
