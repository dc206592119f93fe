"""Pages and batches of a few records, so that a small world has many moments at which a process can die."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from kizuna.derive import work
from kizuna.sdk import Transport
from kizuna.sync import run, stream

PAGE_RECORDS = 20
BATCH_RECORDS = 40
STEP_RECORDS = 100


def in_small_pieces(set_to: Callable[[Any, str, Any], None] = setattr) -> None:
    """From now on this process asks, writes and derives a few records at a time, as fast as it is answered."""
    for name in ("kizuna_stripe.pages", "kizuna_stripe.readings"):
        set_to(import_module(name), "PAGE_SIZE", str(PAGE_RECORDS))
    exports = import_module("kizuna_zendesk.streams")  # by name: its package holds a function called so
    set_to(exports, "EXPORT_PAGE", ("per_page", str(PAGE_RECORDS)))
    set_to(exports, "LIST_PAGE", ("page[size]", str(PAGE_RECORDS)))
    set_to(import_module("kizuna_zendesk.readings"), "FULL_PAGE", PAGE_RECORDS)
    set_to(stream, "BATCH_RECORDS", BATCH_RECORDS)
    set_to(work, "STEP_RECORDS", STEP_RECORDS)
    set_to(run, "Transport", partial(Transport, paced=False))
