"""Records are found in whatever a file wraps them in, and none that an envelope lists is lost without a word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kizuna.errors import PageError
from kizuna.sync.files.unwrap import records

ACME, AOBA = {"id": "1", "name": "Acme"}, {"id": "2", "name": "Aoba"}
NAMES = ("Firms", "firm")


@pytest.mark.parametrize(
    "wrapped",
    [
        [ACME, AOBA],
        {"firms": [ACME, AOBA], "count": 2},
        {"records": [ACME, AOBA], "done": True},
        {"object": "list", "data": [ACME, AOBA], "has_more": False},
        {"status": 200, "headers": {}, "body": {"firms": [ACME, AOBA]}},
        {"status": 200, "body": json.dumps({"firms": [ACME, AOBA]})},
        {"exchanges": [{"request": {}, "response": {"results": [ACME]}}, {"response": {"results": [AOBA]}}]},
        {"input": {}, "output": ACME, "api": {"get": {"/firms": {"response": {"data": [ACME, AOBA]}}}}},
        {"api": {"get": {"/firms": [{"response": {"data": [ACME]}}, {"response": {"data": [AOBA]}}]}}},
        [{"method": "GET", "body": "", "response": {"firms": [ACME, AOBA]}}],
        [{"method": "POST", "body": {"firm": {"name": "asked"}}, "response": {"firm": ACME}}, {"response": AOBA}],
        {"resources": {"firm": [ACME, AOBA], "case": {"id": "9"}}},
    ],
)
def test_records_are_found_in_what_wraps_them(wrapped: Any) -> None:
    assert found(json.dumps(wrapped).encode()) == [ACME, AOBA]


def test_lines_of_json_are_read_one_by_one() -> None:
    lines = (
        b"\xef\xbb\xbf" + json.dumps(ACME).encode() + b"\n\n" + json.dumps({"body": {"firm": AOBA}}).encode() + b"\n"
    )

    assert found(lines) == [ACME, AOBA]


@pytest.mark.parametrize("name", ["firms", "records", "results", "data"])
def test_what_an_envelope_lists_is_a_record_even_without_an_id(name: str) -> None:
    nameless = {"attributes": {"type": "Firm"}, "name": "Nameless"}

    assert found(json.dumps({name: [ACME, nameless]}).encode()) == [ACME, nameless]


@pytest.mark.parametrize("answer", [[{"errorCode": "NOT_FOUND"}], {"error": "none"}, {"firms": []}, {"body": ""}])
def test_answers_without_records_hold_none(answer: Any) -> None:
    assert found(json.dumps(answer).encode()) == []


def test_a_file_that_is_no_json_is_refused_with_its_line() -> None:
    with pytest.raises(PageError, match="line 2 of the file is not JSON"):
        found(b'{"id": "1"}\n{"id": \n')


def found(content: bytes) -> list[Any]:
    return [json.loads(record) for record in records(content, NAMES)]


def test_what_stands_beside_records_in_a_list_is_set_aside_and_not_dropped():
    file = b'[{"id": "1"}, {"object": "customer"}, 7, {"id": null}, null]'

    assert list(records(file, ("customers",))) == [
        b'{"id":"1"}',
        b'{"object":"customer"}',
        b"7",
        b'{"id":null}',
        b"null",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"id,name\n1,Acme\n2,Aoba\n", "the file is CSV, not JSON"),
        (b"id;name\n1;Acme\n", "the file is CSV, not JSON"),
        (b"PK\x03\x04\x14\x00", "an Excel workbook or another ZIP archive, not JSON"),
        (b"<html><body>Log in</body></html>", "the file is HTML or XML, not JSON"),
        (b'[\n  {"id": "1"},\n  {"id": 2,}\n]', r"not JSON at line 3, column 12"),
        (b'[\n  {"id": "1"},\n', r"not JSON at line 2, column \d+ \(it ends in the middle\)"),
        (b'{"id": "1"}\n\n{"id": \n', "line 3 of the file is not JSON"),
    ],
)
def test_what_is_no_json_is_refused_with_its_kind_or_its_place(content: bytes, sentence: str) -> None:
    with pytest.raises(PageError, match=sentence):
        found(content)


def test_a_bad_line_is_found_before_the_first_record_is_given() -> None:
    lines = b"\n".join([json.dumps(ACME).encode()] * 3 + [b"{"])

    with pytest.raises(PageError, match="line 4 of the file"):
        next(records(lines, NAMES))


def test_a_line_without_an_id_among_lines_of_records_is_set_aside_and_not_dropped() -> None:
    lines = b'{"id": "1"}\n{"name": "nobody"}\n{"id": "2"}\n'

    assert list(records(lines, ("firms",))) == [b'{"id":"1"}', b'{"name":"nobody"}', b'{"id":"2"}']
