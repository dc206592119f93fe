"""Match models: what agreeing on each field is worth, frozen under a version so that every edge can be traced to one."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kizuna.identity.evidence import ACCOUNT_BITS, MODEL_VERSION, PERSON_BITS, REVIEW_BITS, Bits
from kizuna.identity.normalise import NORMALISER_VERSION
from kizuna.identity.profile import ACCOUNT


class Weights(msgspec.Struct, frozen=True):
    """The bits of each level of each field for records of one kind; an edge below ``review_bits`` is not kept.

    ``silent`` are guards that people's answers have spoken against: they are told, and block nothing.
    """

    bits: Bits
    review_bits: float = REVIEW_BITS
    silent: frozenset[str] = frozenset()


class MatchModel(msgspec.Struct, frozen=True):
    """Everything that turns two profiles into a score; ``version`` names it on every edge it makes."""

    version: str
    account: Weights
    person: Weights
    normaliser: str = NORMALISER_VERSION

    def of(self, entity: str) -> Weights:
        """The weights for accounts or for people."""
        return self.account if entity == ACCOUNT else self.person


BUILT_IN = MatchModel(MODEL_VERSION, Weights(ACCOUNT_BITS), Weights(PERSON_BITS))
"""What comes with Kizuna: sure of itself with no records to learn from."""


def written(model: MatchModel) -> str:
    """The model as JSON for storage; :func:`read` reads it back."""
    return msgspec.json.encode(model).decode()


def read(text: str) -> MatchModel:
    """The model that :func:`written` wrote; levels it does not know yet weigh what they weigh in the built-in one."""
    model = msgspec.json.decode(text, type=MatchModel)
    return msgspec.structs.replace(
        model, account=_whole(model.account, ACCOUNT_BITS), person=_whole(model.person, PERSON_BITS)
    )


def _whole(weights: Weights, base: Bits) -> Weights:
    def levels(field: str) -> Mapping[str, float]:
        return {**base[field], **weights.bits.get(field, {})}

    return msgspec.structs.replace(weights, bits={field: levels(field) for field in base})
