"""A record's name comes from its keys, or from what it says where it has none."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from kizuna import sdk
from kizuna_singer.records import PRIMARY_KEY, deleted, joined, malformed, moment, named, opened, source_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a|b", "c"), ("a", "b|c")),
        (("a\\", "b"), ("a", "\\b")),
        (("a", ""), ("", "a")),
        (("a\\|b", "c"), ("a\\", "b|c")),
    ],
)
def test_two_different_keys_are_never_one_name(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert joined(one) != joined(other)


def test_one_key_is_the_name_as_it_stands() -> None:
    assert [joined([key]) for key in ("a|b", 7, True, Decimal("7.0"))] == ["a|b", "7", "true", "7"]


def test_a_key_that_is_missing_is_refused() -> None:
    with pytest.raises(sdk.PayloadError, match="a key of the record is missing"):
        joined(["a", None])


def test_the_keys_a_tap_declares_are_written_into_the_record() -> None:
    raw = msgspec.Raw(b'{"region": "eu", "no": 7}')

    row = opened(named(raw, ("region", "no")))

    assert msgspec.json.decode(row[PRIMARY_KEY]) == "eu|7"
    assert source_id(row, None) == "eu|7"


def test_a_record_without_keys_is_named_by_its_content_whatever_the_order_of_its_fields() -> None:
    one, same, other = (msgspec.Raw(raw) for raw in (b'{"a":1,"b":2}', b'{"b":2,"a":1}', b'{"a":1,"b":3}'))

    names = [source_id(opened(named(raw, ())), None) for raw in (one, same, other)]

    assert names[0] == names[1] != names[2]
    assert names[0].startswith("content:")


def test_a_record_whose_key_is_missing_is_set_aside_though_it_has_an_id() -> None:
    row = opened(named(msgspec.Raw(b'{"id": 7, "no": null}'), ("no",)))

    with pytest.raises(sdk.PayloadError, match="a key of the record is missing"):
        source_id(row, None)


def test_keys_of_the_administrators_file_come_first() -> None:
    row = opened(b'{"id": 7, "email": "a@b.example"}')

    assert source_id(row, ("email",)) == "a@b.example"


def test_a_record_of_a_file_is_named_by_its_id() -> None:
    assert source_id(opened(b'{"id": 7}'), None) == "7"


def test_a_line_that_is_no_message_is_never_a_record() -> None:
    with pytest.raises(sdk.PayloadError, match="no Singer message"):
        source_id(opened(malformed(b'{"id": 7}')), ("id",))


def test_singers_own_column_tells_of_deletion() -> None:
    rows = [opened(raw) for raw in (b'{"_sdc_deleted_at":"2026-01-01"}', b'{"_sdc_deleted_at":null}', b"{}")]

    assert [deleted(row) for row in rows] == ["deleted", None, None]


def test_only_a_time_written_as_text_dates_a_record() -> None:
    assert [moment(value) is not None for value in ("2026-02-01", "2026-02-01T10:00:00Z", 17, "17", "x-y", None)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
