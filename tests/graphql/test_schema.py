"""The schema as it is published."""

from __future__ import annotations

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    find_schema_changes,
)

from kizuna.graphql import sdl
from tests.support.project import PROJECT

PUBLISHED = PROJECT / "docs" / "reference" / "schema.graphql"


def test_the_published_schema_is_the_one_that_is_served() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == sdl(), (
        "docs/reference/schema.graphql is behind the code; write `kizuna schema` into it"
    )


def test_the_published_schema_is_valid_by_itself() -> None:
    schema = build_schema(PUBLISHED.read_text(encoding="utf-8"))

    assert find_schema_changes(schema, build_schema(sdl())) == []


def test_everything_in_the_schema_says_what_it_is() -> None:
    schema = build_schema(sdl())
    silent = []
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        if not type_.description:
            silent.append(name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in type_.fields.items():
                if not field.description:
                    silent.append(f"{name}.{field_name}")
                arguments = getattr(field, "args", {})
                silent += [f"{name}.{field_name}({one})" for one in arguments if not arguments[one].description]

    assert silent == []


def test_a_list_that_may_be_long_is_read_page_by_page() -> None:
    schema = build_schema(sdl())
    unpaged = [
        f"{name}.{field_name}"
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
        for field_name, field in type_.fields.items()
        if str(field.type).rstrip("!").endswith("Connection")
        and str(field.type).rstrip("!") != "SystemConnection"
        and "first" not in field.args
    ]

    assert unpaged == []


def test_words_are_closed_vocabularies_where_the_model_closes_them() -> None:
    schema = build_schema(sdl())

    status = schema.type_map["TicketStatus"]

    assert isinstance(status, GraphQLEnumType)
    assert list(status.values) == ["NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED", "OTHER"]
