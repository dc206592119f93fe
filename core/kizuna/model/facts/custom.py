"""What a system says in fields of its owner's making, kept under names of the administrator's choice."""

from __future__ import annotations

from typing import ClassVar

from kizuna.model.enums import CustomForm
from kizuna.model.facts.base import Fact


class CustomField(Fact, frozen=True, kw_only=True):
    """The value of one custom field of an account or a person; a rule of the connection makes it, no connector does."""

    kind: ClassVar[str] = "custom_field"
    dated: ClassVar[bool] = True

    entity: str  # account, person: whose field it is
    name: str
    form: CustomForm
    value: str  # as kizuna.model.custom writes values of that type
