"""Named points at which a test can kill this process, to prove that nothing is lost there.

``KIZUNA_FAILPOINT=name`` kills at the first pass, ``name:3`` at the third. Without the variable a point costs a look
at one constant.
"""

from __future__ import annotations

import os
import signal

NAMES = (
    "run.queued",
    "page.received",
    "batch.prepared",
    "batch.written",
    "batch.committed",
    "stream.complete",
    "derive.begun",
    "derive.written",
    "derive.committed",
    "run.ending",
)
OF_WEBHOOKS = ("webhook.received", "webhook.stored", "webhook.read", "webhook.done")
_ARMED = os.environ.get("KIZUNA_FAILPOINT", "")
_passed: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Ends the process at once, as a power cut would, when this point is armed and its turn has come."""
    if not _ARMED:
        return
    wanted, _, turn = _ARMED.partition(":")
    if wanted != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] == int(turn or 1):
        os.kill(os.getpid(), signal.SIGKILL)
