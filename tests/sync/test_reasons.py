"""The reason of a record set aside is a sentence about the record, not about the parser."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
import pytest

from kizuna import sdk
from kizuna.errors import PayloadError
from kizuna.sync.reasons import in_words


class Line(sdk.Payload, kw_only=True):
    amount: int


class Firm(sdk.Payload, kw_only=True):
    name: str = ""
    note: str | None = None
    size: Annotated[int, msgspec.Meta(ge=0)] = 0
    code: Annotated[str, msgspec.Meta(max_length=2)] = ""
    active: bool = False
    since: datetime | None = None
    lines: tuple[Line, ...] = ()
    kind: Literal["firm", "person"] = "firm"
    extra: dict[str, str] | str = ""


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ('{"name": 7}', "the field name holds a number where text is expected"),
        ('{"name": null}', "the field name holds nothing where text is expected"),
        ('{"note": {}}', "the field note holds an object where text is expected"),
        ('{"size": "many"}', "the field size holds text where a whole number is expected"),
        ('{"size": 1.5}', "the field size holds a fraction where a whole number is expected"),
        ('{"size": -1}', "the field size must be at least 0"),
        ('{"code": "abc"}', "the field code must be at most 2 characters long"),
        ('{"active": "yes"}', "the field active holds text where true or false is expected"),
        ('{"since": "soon"}', "the field since holds text that is not a date with a time"),
        ('{"lines": [{}]}', "the field lines[0].amount is missing"),
        (
            '{"lines": [{"amount": true}]}',
            "the field lines[0].amount holds true or false where a whole number is expected",
        ),
        ('{"kind": "secret"}', "the field kind holds a word that the connector does not know"),
        ('{"extra": []}', "the field extra holds a list where text or an object is expected"),
        ("[]", "the record is a list where an object is expected"),
        ('{"name": ', "the record is not valid JSON"),
    ],
)
def test_what_the_parser_says_becomes_a_sentence(raw: str, reason: str) -> None:
    with pytest.raises(msgspec.DecodeError) as caught:
        msgspec.json.decode(raw, type=Firm)

    assert in_words(caught.value) == reason


def test_the_text_of_a_foreign_exception_is_not_repeated() -> None:
    reason = in_words(KeyError("ana@acme.example"))

    assert reason == "the connector failed on the record (KeyError); report it to the connector's author"


def test_what_a_connector_says_itself_stays() -> None:
    assert in_words(PayloadError("the record has no id", "id")) == "the record has no id"
