"""The suite to inherit: one test a promise and stream; a promise that cannot be tried is skipped with its reason."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from kizuna.sdk import Ask, Start
from kizuna.testing import meaning, reading, released, samples, secrecy
from kizuna.testing.holding import Holding
from kizuna.testing.subject import NOW, Subject
from kizuna.testing.travelling import Travelling


class ConnectorSuite(Travelling, Holding):
    """Inherit it in a class named ``Test…``; give ``connector``, ``settings`` and ``records`` (stream → records as sent).

    ``single_page`` names the streams that the vendor answers in one page. ``samples`` is the folder of recorded pages,
    by itself the folder ``samples`` beside the connector. ``released`` holds the settings of the last release, by itself
    ``released.json`` beside the test. ``exempt`` declares which promise cannot apply (or ``promise stream``), and why.
    """

    records: ClassVar[Mapping[str, Sequence[Mapping[str, Any]]]] = {}
    single_page: ClassVar[Sequence[str]] = ()
    samples: ClassVar[Path | None] = None
    released: ClassVar[Path | None] = None

    def vendor(self) -> httpx.AsyncBaseTransport | None:
        """Who plays the vendor, such as ``httpx.ASGITransport(app)``: override it where a stream's reading is your own."""
        return None

    def test_has_records_to_try(self, stream: str) -> None:
        self.hold(meaning.has_records_to_try, self.subject(stream))

    def test_means_the_same_every_time(self, stream: str) -> None:
        self.hold(meaning.means_the_same_every_time, self.subject(stream))

    def test_refers_to_its_own_streams(self, stream: str) -> None:
        self.hold(meaning.refers_to_its_own_streams, self.subject(stream))

    def test_reads_every_page_once(self, stream: str) -> None:
        self.hold(reading.reads_every_page_once, self.subject(stream))

    def test_reads_the_same_asked_ahead(self, stream: str) -> None:
        self.hold(reading.reads_the_same_asked_ahead, self.subject(stream))

    def test_goes_on_after_a_crash(self, stream: str) -> None:
        self.hold(reading.goes_on_after_a_crash, self.subject(stream))

    def test_asks_only_for_changes(self, stream: str) -> None:
        self.hold(reading.asks_only_for_changes, self.subject(stream))

    def test_waits_when_told_to(self, stream: str) -> None:
        self.hold(reading.waits_when_told_to, self.subject(stream))

    def test_says_so_when_credentials_are_refused(self, stream: str) -> None:
        self.hold(reading.says_so_when_credentials_are_refused, self.subject(stream))

    def test_sets_a_bad_record_aside(self, stream: str) -> None:
        self.hold(reading.sets_a_bad_record_aside, self.subject(stream))

    def test_replays_samples(self, stream: str) -> None:
        self.hold(samples.replays_samples, self.subject(stream), self.samples_folder())

    def test_keeps_secrets(self) -> None:
        self.hold(secrecy.keeps_secrets, *self.asking())

    def test_keeps_secrets_out_of_logs(self) -> None:
        self.hold(secrecy.keeps_secrets_out_of_logs, *self.asking())

    def test_takes_the_settings_of_the_last_release(self) -> None:
        path = self.released or Path(inspect.getfile(type(self))).parent / "released.json"
        self.hold(released.takes_the_settings_of_the_last_release, self.connector, path)

    def test_proves_who_asks(self) -> None:
        subject, ask = self.asking()
        self.hold(secrecy.proves_who_asks, subject, self.settings, ask)

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
