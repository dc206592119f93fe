"""The processes that prepare batches beside this one, for first loads on machines with more than one core."""

from __future__ import annotations

import logging
import os
import pickle
import queue
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from kizuna.sync.preparing.fresh import Fresh, Job
from kizuna.sync.preparing.preparer import received, send

GRACE_S = 5.0

log = logging.getLogger(__name__)


class Preparers:
    """At most ``most`` processes, started when first asked for; none of them ready means that nothing is promised.

    What one of them cannot do is no fault: the batch is prepared by whoever asked. Safe to use from several threads.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.batches = 0  # how many they have prepared
        self._ready: queue.SimpleQueue[subprocess.Popen[bytes] | None] = queue.SimpleQueue()  # None: all have ended
        self._all: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._closed = False
        self._threads: ThreadPoolExecutor | None = None
        self._any = threading.Event()
        self._living = 0

    def warm(self) -> None:
        """The processes started, if they are not; they become ready by and by."""
        with self._lock:
            if self._threads is not None or self._closed or not self.most:
                return
            self._threads = ThreadPoolExecutor(self.most, thread_name_prefix="kizuna-preparer")
            for _ in range(self.most):
                self._threads.submit(self._start)

    def wait(self, timeout_s: float) -> bool:
        """Whether one of the processes is ready, now or within that time."""
        return self._any.wait(timeout_s) and self._living > 0

    def ask(self, job: Job) -> Future[Fresh | None] | None:
        """The rows to come, None in it when they could not be made; None at once when no process is there to make them."""
        with self._lock:
            if self._threads is None or self._closed or not self._living:
                return None
            return self._threads.submit(self._asked, job)

    def processes(self) -> list[int]:
        """The ids of the processes that were started."""
        return [process.pid for process in self._all]

    def close(self) -> None:
        """The processes ended."""
        with self._lock:
            self._closed, threads, started = True, self._threads, list(self._all)
        for process in started:  # first: a thread may wait for what one of them will never say
            _end(process)
        if threads is not None:
            threads.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> None:
        # The same modules must be found, whatever this process was told of them.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        command = [sys.executable, "-m", "kizuna.sync.preparing.preparer"]
        process = subprocess.Popen(  # noqa: S603  this very interpreter, with a module of ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        with self._lock:
            self._all.append(process)
            closed = self._closed
        if closed:
            _end(process)
            return
        assert process.stdout is not None
        if received(process.stdout) is None:
            if not self._closed:
                log.warning("a process to prepare batches did not start; they are prepared in this one")
            return
        with self._lock:
            self._living += 1
        self._ready.put(process)
        self._any.set()

    def _asked(self, job: Job) -> Fresh | None:
        question = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        process = self._ready.get()
        if process is None:
            self._ready.put(None)  # whoever else waits must hear it too
            return None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, question)
            message = received(process.stdout)
        except (OSError, ValueError, MemoryError):
            message = None
            process.kill()  # half a message may be under way
        if message is None:
            with self._lock:
                self._living -= 1
                if not self._living:
                    self._ready.put(None)
            if not self._closed:
                log.warning("a process that prepares batches has ended; they are prepared in this one")
            return None
        self._ready.put(process)
        found, wrong = pickle.loads(message)  # noqa: S301  from a process that this one started
        if wrong is not None:
            log.debug("a batch could not be prepared beside this process: %s", wrong)
            return None
        with self._lock:
            self.batches += 1
        return found if isinstance(found, Fresh) else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """The process ended by the end of its input, or by force when it does not hear."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):
        process.stdin.close()
    try:
        process.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


NOBODY = Preparers(0)
"""Every batch is prepared in this process."""
