"""Logs that can be read by people, parsed by programs, and shown to strangers.

One line an event: a sentence, then ``key=value`` fields. Only the field names in `FIELDS` are ever printed: a log carries
ids and counts, never a payload, a name, an address or a secret. Free text (a message, an exception) is scrubbed of what
looks like a credential or an e-mail address, because exceptions of other libraries quote what they were given.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Final

FIELDS: Final = frozenset(
    """
    attempt attempts batch batches bytes command complexity component connection connector cost count cursor customer
    customer_id dependency depth derived document duration_ms duration_s edges entity entity_id epoch error event
    executor field from_version host job kind lag_s level limit method metric mode operation outcome page pages part
    path_template pending person_id pid plugin port position queue reason records rejected request_id retry_after_s role
    rows rule run run_id schedule seq signal size skipped slice stage state statement status stream streams table tables
    task tier to_version token_id total touched unchanged url_host version watermark webhook worker written
    """.split()
)
"""Names of fields that may appear in a log. Add one only if its values can never be personal or secret."""

WITHHELD: Final = "[withheld]"

_SCRUBS: Final = (
    # user:password@ in a URL, then everything after `?`: query strings carry tokens and e-mail addresses.
    (re.compile(r"(?<=://)[^/\s@]+@"), f"{WITHHELD}@"),
    (re.compile(r"(?<=[\w/])\?[^\s'\"<>]*=[^\s'\"<>]*"), f"?{WITHHELD}"),
    (re.compile(r"\b(bearer|basic|token)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {WITHHELD}"),
    (
        re.compile(r"\b(password|secret|api_?key|\w+_token|\w+_secret)(['\"]?\s*[=:]\s*)\S+", re.IGNORECASE),
        rf"\1\2{WITHHELD}",
    ),
    # Tokens by their customary prefixes; ids of records (cus_…, sub_…) look much the same and must stay readable.
    (re.compile(r"\b(?:kz|sk|rk|pat|whsec|xox[a-z]|gh[a-z]|key|secret)[_-][\w-]{12,}"), WITHHELD),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), WITHHELD),
)


def scrub(text: str) -> str:
    """The text without what looks like a credential, a query string or an e-mail address."""
    for pattern, replacement in _SCRUBS:
        text = pattern.sub(replacement, text)
    return text


class Logger:
    """Writes events of one module: ``log.info("batch committed", connection="crm", records=200)``."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, message: str, **fields: object) -> None:
        self._write(logging.DEBUG, message, fields)

    def info(self, message: str, **fields: object) -> None:
        self._write(logging.INFO, message, fields)

    def warning(self, message: str, **fields: object) -> None:
        self._write(logging.WARNING, message, fields)

    def error(self, message: str, error: BaseException | None = None, **fields: object) -> None:
        """Something failed; with ``error`` its traceback follows, scrubbed, on the same line when written as JSON."""
        self._write(logging.ERROR, message, fields, error)

    def _write(
        self, level: int, message: str, fields: Mapping[str, object], error: BaseException | None = None
    ) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", message, exc_info=error, extra={"fields": dict(fields)})


def named(module: str) -> Logger:
    """The logger of a module: ``log.named(__name__)``."""
    return Logger(module)


def configure(level: str = "info", *, as_json: bool = False, stream: IO[str] | None = None) -> None:
    """Send all logs to ``stream`` (stderr when None), one line each, replacing whatever was configured before.

    Other libraries speak from WARNING on only: at INFO they print URLs and statements.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JSONLines() if as_json else KeyValueLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in ("kizuna", "kizuna_migrations"):
        logging.getLogger(name).setLevel(level.upper())


class KeyValueLines(logging.Formatter):
    """``2026-03-01T09:00:00.123Z INFO kizuna.sync batch committed connection=crm records=200``."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {key}={_quoted(value)}" for key, value in _fields(record).items())
        line = f"{_stamp(record)} {record.levelname} {record.name} {_one_line(_message(record))}{fields}"
        trace = _trace(record)
        return f"{line}\n{trace}" if trace else line


class JSONLines(logging.Formatter):
    """One JSON object a line, with the same words as the other form."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "at": _stamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_fields(record),
        }
        trace = _trace(record)
        if trace:
            event["trace"] = trace
        return json.dumps(event, ensure_ascii=False, default=str)


def _stamp(record: logging.LogRecord) -> str:
    instant = datetime.fromtimestamp(record.created, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    return scrub(record.getMessage())


def _trace(record: logging.LogRecord) -> str:
    return scrub(logging.Formatter().formatException(record.exc_info)) if record.exc_info else ""


def _fields(record: logging.LogRecord) -> dict[str, object]:
    given: dict[str, object] = getattr(record, "fields", {})
    return {key: _shown(key, value) for key, value in given.items()}


def _shown(key: str, value: object) -> object:
    if key not in FIELDS:
        return WITHHELD
    return value if isinstance(value, bool | int | float) or value is None else scrub(str(value))


def _quoted(value: object) -> str:
    text = _one_line(str(value))
    return json.dumps(text, ensure_ascii=False) if not text or " " in text or '"' in text or "=" in text else text


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
