"""Logs are one line an event, carry ids and counts, and withhold everything else."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from kizuna import log


@pytest.fixture
def captured() -> Iterator[Callable[..., io.StringIO]]:
    """Configures logging into a stream, and puts the former configuration back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def configured(**options: bool) -> io.StringIO:
        stream = io.StringIO()
        log.configure("debug", stream=stream, **options)
        return stream

    yield configured
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_one_line_of_sentence_and_fields(captured):
    stream = captured()

    log.named("kizuna.sync").info("batch committed", connection="crm", records=200)

    stamp, line = stream.getvalue().split(" ", 1)
    assert stamp.endswith("Z")
    assert line == "INFO kizuna.sync batch committed connection=crm records=200\n"


def test_a_field_that_is_not_on_the_list_is_withheld(captured):
    stream = captured()

    log.named("kizuna.sync").info("record read", payload={"email": "ana@acme.example"})

    assert stream.getvalue().endswith("record read payload=[withheld]\n")


def test_a_value_with_spaces_is_quoted_and_stays_on_one_line(captured):
    stream = captured()

    log.named("kizuna.sync").info("stream set aside", reason="not in\nthe plan")

    assert stream.getvalue().endswith('reason="not in the plan"\n')


def test_json_lines_say_the_same(captured):
    stream = captured(as_json=True)

    log.named("kizuna.jobs").warning("run lost", run="r7", attempt=2)

    event = json.loads(stream.getvalue())
    assert event.pop("at").endswith("Z")
    assert event == {"level": "warning", "logger": "kizuna.jobs", "message": "run lost", "run": "r7", "attempt": 2}


def test_an_exception_that_quotes_a_database_url_keeps_the_password_out(captured):
    stream = captured()
    error = RuntimeError("could not connect to postgresql://ana:hunter2@db/kizuna")

    log.named("kizuna.storage").error("database unreachable", error)

    assert "hunter2" not in stream.getvalue()
    assert "postgresql://[withheld]@db/kizuna" in stream.getvalue()


def test_other_libraries_are_heard_from_warnings_on(captured):
    stream = captured()

    logging.getLogger("httpx").info("GET https://api.example/people?email=ana%40acme.example")
    logging.getLogger("httpx").warning("GET https://api.example/people?email=ana%40acme.example")

    assert stream.getvalue().endswith("WARNING httpx GET https://api.example/people?[withheld]\n")
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("Authorization: Bearer abcdefgh.ijkl", "Authorization: Bearer [withheld]"),
        ("password=hunter2 refused", "password=[withheld] refused"),
        ("{'access_token': 'abc123'}", "{'access_token': [withheld]"),
        ("token kz_k3f9_0123456789abcdef", "token [withheld]"),
        ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", "[withheld]"),
        ("mail from ana.sato@acme.example", "mail from [withheld]"),
    ],
)
def test_what_looks_like_a_secret_or_an_address_is_withheld(text, scrubbed):
    assert log.scrub(text) == scrubbed


@pytest.mark.parametrize(
    "text", ["customer cus_NffrFeUfNV2Hib", "subscription sub_1MowQVLkdIwHu7ixeRlqHVzs", "page 3 of 7?"]
)
def test_the_ids_of_records_stay_readable(text):
    assert log.scrub(text) == text
