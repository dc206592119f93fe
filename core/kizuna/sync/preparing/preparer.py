"""A process that makes rows of raw records and knows no database: ``python -m kizuna.sync.preparing.preparer``.

It answers one question after the other, each a pickle behind its length on standard input, and ends with its input: whoever
asks may die without leaving it behind. Questions come from the process that started it and from nobody else.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import IO

from kizuna import plugins
from kizuna.sdk import AnyStream
from kizuna.storage import payloads
from kizuna.sync.offline import unchecked
from kizuna.sync.prepare import Decoding
from kizuna.sync.preparing.fresh import Fresh, Job, Line, fresh
from kizuna.sync.rows import Origin

LENGTH_BYTES = 8
READY = b"ready"


def send(pipe: IO[bytes], message: bytes) -> None:
    """The message behind its length."""
    pipe.write(len(message).to_bytes(LENGTH_BYTES, "little"))
    pipe.write(message)
    pipe.flush()


def received(pipe: IO[bytes]) -> bytes | None:
    """The next message whole; None when the other side has gone."""
    length = pipe.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    message = pipe.read(int.from_bytes(length, "little"))
    return message if len(message) == int.from_bytes(length, "little") else None


def main() -> None:
    """Answers until nobody asks any more. An answer is (Fresh, None), or (None, what went wrong)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks; this one ends with it
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a plugin prints must not stand among the answers
    gc.disable()  # rows are no cycles; a plugin's are looked for between two batches
    try:
        _answer(asked, answers)
    except BrokenPipeError:  # whoever asked has gone in the middle of it
        os._exit(0)  # the interpreter would try to write the rest, and complain


def _answer(asked: IO[bytes], answers: IO[bytes]) -> None:
    made = Made()
    send(answers, READY)
    while (message := received(asked)) is not None:
        answer: tuple[Fresh | None, str | None]
        try:
            answer = made.fresh(pickle.loads(message)), None  # noqa: S301  from the process that started this one
        except Exception as error:  # noqa: BLE001  a border: a plugin is foreign code
            answer = None, f"{type(error).__name__}: {error}"
        send(answers, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        gc.collect(0)


class Made:
    """What is made once and kept: the streams that were asked for, and the newest dictionary of each."""

    def __init__(self) -> None:
        self._decodings: dict[str, Decoding] = {}
        self._compressors: dict[str, tuple[int, Callable[[bytes], bytes]]] = {}

    def fresh(self, job: Job) -> Fresh:
        """The job done. Raises what a plugin raises that is not as it was in the other process."""
        line = repr((job.line, job.rules))
        if line not in self._decodings:
            self._decodings[line] = Decoding(job.line.connection.name, _stream(job.line), job.rules)
        key, content = job.dictionary or (payloads.PLAIN, None)
        if line not in self._compressors or self._compressors[line][0] != key:
            self._compressors[line] = (key, payloads.compressor(content))
        stored = job.line.connection
        origin = Origin(stored.name, stored.id, job.line.stream, job.run_id, self._compressors[line][1], key)
        return fresh(self._decodings[line], origin, job.records(), job.now)


def _stream(line: Line) -> AnyStream:
    """The stream as its plugin declares it; rules between a connection's settings are not asked again."""
    host = plugins.load(allowed=[line.plugin])
    connector = unchecked(host.connector(line.connection.plugin), line.connection)
    return next(stream for stream in connector.streams() if stream.name == line.stream)


if __name__ == "__main__":
    main()
