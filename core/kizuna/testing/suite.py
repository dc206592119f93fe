"""The suite to inherit: one test a promise and stream; a promise that cannot be tried is skipped with its reason."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from kizuna.plugins import configured
from kizuna.sdk import AnyConnector, Ask, Start
from kizuna.testing import meaning, reading, samples, secrecy
from kizuna.testing.places import came_about
from kizuna.testing.subject import NOW, NotChecked, Subject


class ConnectorSuite:
    """Inherit it in a class named ``Test…``; give ``connector``, ``settings`` and ``records`` (stream → records as sent).

    ``single_page`` names the streams that the vendor answers in one page. ``samples`` is the folder of recorded pages,
    by itself the folder ``samples`` beside the connector.
    """

    connector: ClassVar[type[AnyConnector]]
    settings: ClassVar[Mapping[str, Any]] = {}
    records: ClassVar[Mapping[str, Sequence[Mapping[str, Any]]]] = {}
    single_page: ClassVar[Sequence[str]] = ()
    samples: ClassVar[Path | None] = None

    def vendor(self) -> httpx.AsyncBaseTransport | None:
        """Who plays the vendor, such as ``httpx.ASGITransport(app)``: override it where a stream's reading is your own."""
        return None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test a stream."""
        if "stream" in metafunc.fixturenames:
            metafunc.parametrize("stream", [stream.name for stream in self.made().streams()])

    def test_has_records_to_try(self, stream: str) -> None:
        hold(meaning.has_records_to_try, self.subject(stream))

    def test_means_the_same_every_time(self, stream: str) -> None:
        hold(meaning.means_the_same_every_time, self.subject(stream))

    def test_refers_to_its_own_streams(self, stream: str) -> None:
        hold(meaning.refers_to_its_own_streams, self.subject(stream))

    def test_reads_every_page_once(self, stream: str) -> None:
        hold(reading.reads_every_page_once, self.subject(stream))

    def test_reads_the_same_asked_ahead(self, stream: str) -> None:
        hold(reading.reads_the_same_asked_ahead, self.subject(stream))

    def test_goes_on_after_a_crash(self, stream: str) -> None:
        hold(reading.goes_on_after_a_crash, self.subject(stream))

    def test_asks_only_for_changes(self, stream: str) -> None:
        hold(reading.asks_only_for_changes, self.subject(stream))

    def test_waits_when_told_to(self, stream: str) -> None:
        hold(reading.waits_when_told_to, self.subject(stream))

    def test_says_so_when_credentials_are_refused(self, stream: str) -> None:
        hold(reading.says_so_when_credentials_are_refused, self.subject(stream))

    def test_sets_a_bad_record_aside(self, stream: str) -> None:
        hold(reading.sets_a_bad_record_aside, self.subject(stream))

    def test_replays_samples(self, stream: str) -> None:
        hold(samples.replays_samples, self.subject(stream), self.samples_folder())

    def test_keeps_secrets(self) -> None:
        hold(secrecy.keeps_secrets, *self.asking())

    def test_proves_who_asks(self) -> None:
        subject, ask = self.asking()
        hold(secrecy.proves_who_asks, subject, self.settings, ask)

    def made(self) -> AnyConnector:
        """The connector with the settings of the suite. Raises ConfigError when they are not what it takes."""
        return configured(self.connector, self.settings, {}, self.connector.key)

    def subject(self, name: str) -> Subject:
        """The stream of that name, ready to be tried."""
        made = self.made()
        stream = next(stream for stream in made.streams() if stream.name == name)
        return Subject(made, stream, self.records.get(name, ()), self.vendor(), name in self.single_page)

    def asking(self) -> tuple[Subject, Ask]:
        """A stream, and a question to send: the connector's trial or the stream's first one."""
        made = self.made()
        for stream in made.streams():
            ask = made.trial() or stream.reading.begin(None, Start(now=NOW)).ask
            if ask is not None:
                return Subject(made, stream, ()), ask
        pytest.fail("the connector has no stream that asks anything", pytrace=False)

    def samples_folder(self) -> Path:
        """Where the recorded pages are."""
        return self.samples or Path(inspect.getfile(self.connector)).parent / "samples"


def hold(promise: Any, *arguments: Any) -> None:
    """Fails the test with every complaint, or skips it with the reason why the promise cannot be tried."""
    complaints: Iterable[str]
    try:
        complaints = list(promise(*arguments))
    except NotChecked as reason:
        pytest.skip(f"not checked: {reason}")
    except Exception as error:  # noqa: BLE001  a border: the connector is foreign code
        pytest.fail(came_about(error), pytrace=False)
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)
