"""How commands show things."""

import pytest

from kizuna.cli.shown import once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hubspot: credentials refused (401).", "credentials refused (401)."),
        ("deals: hubspot: not allowed; owners: hubspot: not there", "deals: not allowed; owners: not there"),
        ("stripe: the API key was refused", "stripe: the API key was refused"),
        ("see hubspot: it is there", "see hubspot: it is there"),
    ],
)
def test_a_name_that_stands_before_an_error_is_not_repeated_in_it(text: str, shown: str) -> None:
    assert once("hubspot", text) == shown
