"""What the fields tell of that systems may disagree on: each the labels of the customer's and the person's field."""

from __future__ import annotations

from functools import cache
from typing import Any

from strawberry.types.base import StrawberryContainer, get_object_definition

from kizuna.graphql.labels import labels_in, labels_of, partly_in
from kizuna.graphql.types.customers import Customer
from kizuna.graphql.types.people import Person
from kizuna.graphql.types.words import Attribute
from kizuna.model.labels import NONE, Labels


@cache
def labels_of_attribute(attribute: Attribute) -> Labels:
    """The labels of a field, also those that only some customers' or people's have."""
    found = NONE
    for type_ in (Customer, Person):
        for field in get_object_definition(type_, strict=True).fields:
            if field.python_name == attribute:
                found |= labels_in(field.metadata) | partly_in(field.metadata) | _of_value(field.type)
    return found


def _of_value(type_: Any) -> Labels:
    while isinstance(type_, StrawberryContainer):
        type_ = type_.of_type
    return labels_of(type_) if isinstance(type_, type) else NONE
