"""A tap as a process: what it is given, what it may not see, how it is read, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kizuna import sdk
from kizuna.sync.reader import pages
from kizuna_singer import Singer, carrier, tap
from kizuna_singer.exchange import BATCH_PATH
from kizuna_singer.private import PREFIX, private_folder, remove_left_behind
from plugins.singer.tests.shop import Shop, customer, shop
from tests.support.toys import MORNING

SECRET = "sk-very/secret+word"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    monkeypatch.setattr("kizuna.sdk.transport.BACKOFF_S", 0.01)
    return shop(tmp_path)


def talk(connector: Singer, scenario: Callable[[sdk.Transport], Awaitable[Any]]) -> Any:
    """What comes of a scenario over an open line to the tap."""

    async def held() -> Any:
        async with sdk.Transport(connector, paced=False) as line:
            return await scenario(line)

    return asyncio.run(held())


def read(connector: Singer, stream: str = "customers") -> list[sdk.Record]:
    """All records of a pass from the beginning."""
    reading = next(one.reading for one in connector.streams() if one.name == stream)

    async def scenario(line: sdk.Transport) -> list[sdk.Record]:
        found: list[sdk.Record] = []
        async for page in pages(reading, line, None, sdk.Start(now=MORNING)):
            found += page.records
        return found

    records: list[sdk.Record] = talk(connector, scenario)
    return records


def first(stream: str = "customers") -> sdk.Ask:
    return sdk.Ask(path=BATCH_PATH, method="POST", json={"stream": stream})


def left_behind() -> list[Path]:
    """What is in the folder for temporary files."""
    return list(Path(tempfile.gettempdir()).iterdir())


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_config_and_secrets_are_in_files_that_nobody_else_reads_and_that_do_not_stay(made: Shop) -> None:
    connector = made.connector(api_key=SECRET)

    read(connector)

    (start,) = made.seen()
    assert start["config"]["api_key"] == SECRET
    assert (start["file_mode"], start["folder_mode"]) == (0o600, 0o700)
    assert SECRET not in " ".join(start["argv"])
    assert left_behind() == []


def test_secrets_are_laid_over_the_config_table_by_table() -> None:
    config = {"account": {"name": "shop", "key": ""}, "since": "2026"}

    found = carrier.laid_over(config, {"account": {"key": SECRET}, "token": "t"})

    assert found == {"account": {"name": "shop", "key": SECRET}, "since": "2026", "token": "t"}


def test_a_tap_that_has_ended_leaves_no_secrets_while_its_last_batch_may_be_asked_for_again(made: Shop) -> None:
    async def scenario(line: sdk.Transport) -> tuple[list[Path], bool]:
        one = await line.send(first())
        left = left_behind()
        wish = {"stream": "customers", "tap": one.headers["x-tap"], "after": 0}
        again = await line.send(sdk.Ask(path=BATCH_PATH, method="POST", json=wish))
        return left, one.headers["x-end"] == "1" and again.body == one.body

    left, same = talk(made.connector(), scenario)

    assert (left, same) == ([], True)


def test_a_tap_sees_a_reduced_environment_and_what_the_file_adds(made: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KIZUNA_VAULT_KEY", "CRM_TOKEN", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "x")
    made.tap["environment"] = ["HTTPS_PROXY"]

    read(made.connector())

    (start,) = made.seen()
    assert {"PATH", "HOME", "HTTPS_PROXY"} <= set(start["environment"])
    assert not {"KIZUNA_VAULT_KEY", "CRM_TOKEN"} & set(start["environment"])


def test_what_a_tap_says_is_logged_without_its_secrets(made: Shop, caplog: pytest.LogCaptureFixture) -> None:
    made.config["faults"] = [{"stream": "customers", "after": 1, "do": "die", "words": f"401 for {SECRET}"}]

    with caplog.at_level(logging.DEBUG, "kizuna.singer"), pytest.raises(sdk.RefusedError) as caught:
        read(made.connector(api_key=SECRET))

    assert "connecting with [withheld]" in caplog.text
    assert SECRET not in caplog.text + str(caught.value)


def test_a_tap_that_never_gets_further_is_refused(made: Shop) -> None:
    made.config["faults"] = [{"stream": "customers", "after": 1, "do": "die"}]

    with pytest.raises(sdk.RefusedError, match=r"ended with exit code 1; .*_LEVEL=debug .* \(4 times in a row\)"):
        read(made.connector())

    assert len(made.seen()) == carrier.STARTS_MOST


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("ValueError: 'ana@firm.example' is no amount", "exit code 1 (ValueError);"),
        ("shop.client.HTTPError", "exit code 1 (HTTPError);"),
        ("CRITICAL no record for ana@firm.example", "exit code 1;"),
        ("an Error: ana@firm.example", "exit code 1;"),
    ],
)
def test_a_reason_names_the_kind_of_fault_and_quotes_nothing_of_what_the_tap_says(
    made: Shop, caplog: pytest.LogCaptureFixture, words: str, told: str
) -> None:
    made.config["faults"] = [{"stream": "customers", "after": 1, "do": "die", "words": words}]

    with caplog.at_level(logging.DEBUG, "kizuna.singer"), pytest.raises(sdk.RefusedError) as caught:
        read(made.connector())

    assert told in str(caught.value)
    assert "ana" not in str(caught.value)
    assert words in caplog.text


def test_a_tap_that_died_once_is_begun_again_at_the_last_state(made: Shop) -> None:
    made.put("customers", *(customer(number, minute=number) for number in range(1, 6)))
    made.config["faults"] = [{"stream": "customers", "after": 4, "do": "die", "once": str(made.folder / "died")}]

    records = read(made.connector())

    assert [start["state"] for start in made.seen()] == [
        None,
        {"bookmarks": {"customers": {"changed": "2026-02-01T10:04:00+00:00"}}},
    ]
    assert len({bytes(record.raw) for record in records}) == 5


def test_a_tap_that_dies_but_gets_further_each_time_is_begun_as_often_as_it_takes(made: Shop) -> None:
    made.put("customers", *(customer(number, minute=number) for number in range(1, 14)))
    made.config |= {"state_every": 1, "faults": [{"stream": "customers", "after": 2, "do": "die"}]}

    records = read(made.connector())

    assert len(made.seen()) > 2 * carrier.STARTS_MOST
    assert len({bytes(record.raw) for record in records}) == 13


def test_a_tap_that_falls_silent_is_ended(made: Shop) -> None:
    made.config["faults"] = [{"stream": "customers", "after": 1, "do": "hang"}]
    made.tap["silent_most_s"] = 0.5

    with pytest.raises(sdk.RefusedError, match=r"said nothing for 0.5 s; it was ended; KIZUNA_LOG_LEVEL=debug"):
        read(made.connector())

    assert not any(runs(start["pid"]) for start in made.seen())


def test_a_tap_that_is_waited_for_is_not_taken_for_forgotten(made: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "LEFT_ALONE_S", 0.2)
    monkeypatch.setattr(carrier, "LOOKS_EVERY_S", 0.05)
    made.put("customers", customer(1, minute=1), customer(2, minute=2))
    made.config["slowly_s"] = 1.0

    records = read(made.connector())

    assert len({bytes(record.raw) for record in records}) == 2
    assert len(made.seen()) == 1
    assert left_behind() == []


def test_a_tap_that_runs_too_long_is_ended(made: Shop) -> None:
    made.config["faults"] = [{"stream": "customers", "after": 0, "do": "hang"}]
    made.tap["runs_most_s"] = 0.5

    with pytest.raises(sdk.RefusedError, match=r"ran for 0.5 s; it was ended"):
        read(made.connector())


def test_a_program_that_is_not_there_names_the_file(made: Shop) -> None:
    made.tap["command"] = ["./no-such-tap"]
    connector = made.connector()
    made.tap["command"] = ["./no-such-tap"]

    with pytest.raises(
        sdk.ConfigError, match=r"shop.toml: the program .*no-such-tap cannot be run .* correct `command`"
    ):
        read(connector)


def test_a_stream_the_tap_does_not_have_is_degraded_with_the_nearest(made: Shop) -> None:
    made.meaning = "[streams.custommers]\n"

    with pytest.raises(sdk.DegradedError, match="did you mean 'customers'"):
        read(made.connector(), "custommers")


def test_a_tap_without_discovery_is_read_without_a_catalog(made: Shop) -> None:
    made.tap["discover"] = False

    records = read(made.connector())

    assert "--catalog" not in made.seen()[0]["argv"]
    assert len(records) == 2


def test_old_taps_are_given_their_catalog_as_properties(made: Shop) -> None:
    made.tap["catalog_option"] = "properties"

    records = read(made.connector())

    assert "--properties" in made.seen()[0]["argv"]
    assert len(records) == 2


def test_a_tap_writes_no_faster_than_it_is_read(made: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tap, "BATCH_BYTES", 20_000)
    monkeypatch.setattr(tap, "CHUNK_BYTES", 10_000)
    made.put("customers", *(customer(number, "x" * 200, minute=1) for number in range(4_000)))
    sizes: list[int] = []

    async def scenario(line: sdk.Transport) -> bool:
        answer = await line.send(first())
        await asyncio.sleep(0.5)
        still = runs(made.seen()[0]["pid"])
        while answer.headers["x-end"] == "0":
            sizes.append(len(answer.body))
            wish = {"stream": "customers", "tap": answer.headers["x-tap"], "after": int(answer.headers["x-batch"])}
            answer = await line.send(sdk.Ask(path=BATCH_PATH, method="POST", json=wish))
        return still

    waited = talk(made.connector(), scenario)

    assert waited
    assert sum(sizes) > 1_000_000
    assert max(sizes) <= 30_000


def test_a_batch_that_did_not_arrive_is_given_once_more_and_a_broken_off_ask_loses_nothing(made: Shop) -> None:
    made.put("customers", *(customer(number, minute=number) for number in range(6)))
    made.config["slowly_s"] = 0.25

    async def scenario(line: sdk.Transport) -> list[bytes]:
        one = await line.send(first())
        wish = {"stream": "customers", "tap": one.headers["x-tap"], "after": 1}
        following = sdk.Ask(path=BATCH_PATH, method="POST", json=wish)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await line.send(following)
        two, again = [await line.send(following) for _ in range(2)]
        return [one.body, two.body, again.body]

    one, two, again = talk(made.connector(), scenario)

    assert two == again
    assert not set(one.splitlines()) & set(two.splitlines())


def test_a_line_that_is_too_long_for_memory_ends_the_tap(made: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tap, "BATCH_BYTES", 10_000)
    monkeypatch.setattr(tap, "LINE_MOST_BYTES", 100_000)
    made.config["faults"] = [{"stream": "customers", "after": 0, "do": "flood", "kilobytes": 4_000}]

    with pytest.raises(sdk.RefusedError, match="wrote a line of more than"):
        read(made.connector())

    assert not runs(made.seen()[0]["pid"])


def test_who_leaves_early_leaves_no_process_and_no_file(made: Shop) -> None:
    made.config["slowly_s"] = 5.0

    talk(made.connector(), lambda line: line.send(first()))

    assert not runs(made.seen()[0]["pid"])
    assert left_behind() == []


def test_a_process_that_ends_with_a_tap_open_takes_it_along(made: Shop) -> None:
    made.config["slowly_s"] = 30.0
    opened = made.connector().carrier()
    assert opened is not None
    line = sdk.Transport(made.connector(), http=opened, paced=False)

    asyncio.run(line.send(first()))

    assert left_behind() == []


def test_what_a_killed_kizuna_left_is_removed_by_the_next(made: Shop) -> None:
    gone, ours = (Path(tempfile.gettempdir()) / f"{PREFIX}{process}-x" for process in (2**22 + 1, os.getpid()))
    for folder in (gone, ours):
        folder.mkdir()
        (folder / "config.json").write_text("{}")

    remove_left_behind()

    assert (gone.exists(), ours.exists()) == (False, True)


def test_a_private_folder_is_gone_also_after_a_fault() -> None:
    with pytest.raises(ValueError, match="on purpose"), private_folder({"a": b"1"}) as folder:
        raise ValueError("on purpose")

    assert not folder.exists()


def test_the_trial_is_a_discovery(made: Shop) -> None:
    connector = made.connector()

    answer = talk(connector, lambda line: line.send(connector.trial()))

    assert answer.status == 200
    assert made.seen() == []
    assert made.witness.read_text().count("--discover") == 1


def test_streams_that_nobody_named_and_streams_without_keys_are_told(
    made: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    made.meaning = "[streams.customers]\n"
    made.streams["customers"]["keys"] = []

    with caplog.at_level(logging.INFO, "kizuna.singer"):
        read(made.connector())

    assert "shop.toml does not name: ['invoices']" in caplog.text
    assert "stream customers has no keys: its records are named by their content" in caplog.text
