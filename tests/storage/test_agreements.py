"""Agreements as they were known at an instant: nothing that was learned later is told of before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

import pytest
from sqlalchemy import Connection, text

from kizuna.metrics.dated import Span, Subscription
from kizuna.storage import agreements
from tests.support.worlds import kizuna, world


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A billing system with some months of invoices, read once."""
    path = tmp_path_factory.mktemp("agreements") / "kizuna.db"
    with world("stripe", companies=20) as served, kizuna(f"sqlite:///{path}", served) as made:
        made.sync("stripe")
        with made.parts.database.engine.connect() as sql:
            yield sql


@pytest.fixture
def sql(synced: Connection) -> Iterator[Connection]:
    """The same; what a test changes is taken back."""
    yield synced
    synced.rollback()


def known(sql: Connection) -> int:
    """The instant (µs) at which all was known that was read."""
    return int(sql.execute(text("SELECT MAX(known_at) FROM source_record")).scalar_one())


def told(sql: Connection, at: int | None) -> list[Subscription]:
    return list(agreements.dated(sql, UTC, None, at))


def pauses(found: list[Subscription]) -> dict[str, tuple[Span, ...]]:
    return {one.id: one.pauses for one in found}


def test_an_invoice_that_was_learned_of_later_tells_nothing_before(sql: Connection) -> None:
    at, before = known(sql), told(sql, known(sql))
    sql.execute(text("UPDATE source_record SET known_at = :later WHERE stream = 'invoices'"), {"later": at + 1})

    found, after = told(sql, at), told(sql, at + 1)

    assert {one.basis for one in before} >= {"reconstructed"}
    assert {one.basis for one in found} == {"billing"}
    assert after == before


def test_an_invoice_that_was_voided_later_was_to_be_paid_before(sql: Connection) -> None:
    at, before = known(sql), pauses(told(sql, known(sql)))
    kept = "rid, version_no, version, hash, deleted, known_at, dictionary_id, payload, run_id"
    sql.execute(text(f"INSERT INTO source_version ({kept}) SELECT {kept} FROM source_record WHERE stream = 'invoices'"))
    sql.execute(text("UPDATE source_record SET known_at = :later WHERE stream = 'invoices'"), {"later": at + 1})
    newest = "SELECT rid FROM fact_invoice WHERE status = 'paid' ORDER BY created_at DESC LIMIT 10"
    sql.execute(text(f"UPDATE fact_invoice SET status = 'void', attempts = 0 WHERE rid IN ({newest})"))

    found, after = pauses(told(sql, at)), pauses(told(sql, at + 1))

    assert found == before
    assert after != before
