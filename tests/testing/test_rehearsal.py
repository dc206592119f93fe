"""A try over time that nothing happens to is no try: the suite says so, stream by stream, or shows the declared reason."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.hubspot.tests.test_suite import TestHubSpot as Own
from plugins.hubspot.tests.test_suite import written_anew


def suite(**given: Any) -> Any:
    """HubSpot's suite over two streams: notes, which deletes and edits reach, and leads, which no neutral record makes."""
    told = {"travelled": ("notes", "leads"), "companies": 2, "moves": {}, "deletes": ("account",), "exempt": {}}
    return type("Few", (Own,), {**told, **given})()


def complaint(promise: Any, stream: str) -> str:
    with pytest.raises(pytest.fail.Exception) as failed:
        promise(stream)
    return str(failed.value)


def test_a_stream_that_is_left_out_is_named():
    tried = suite()

    assert complaint(tried.test_is_changed_over_time, "deals").startswith("deals is not in `travelled`")


def test_a_stream_whose_records_nobody_changes_is_named():
    tried = suite()

    assert complaint(tried.test_is_changed_over_time, "leads").startswith("no two records of leads change")


def test_a_stream_without_records_is_named():
    tried = suite(furnished=lambda _self, _state: None)

    assert complaint(tried.test_is_changed_over_time, "leads").startswith("the sandbox has no records of leads")


def test_a_stream_whose_records_nobody_deletes_is_named():
    tried = suite()

    assert complaint(tried.test_is_deleted_over_time, "leads").startswith("no record of leads is deleted")


def test_moves_and_deletes_make_a_stream_take_part():
    tried = suite(moves={"leads": written_anew("hs_lead_name")}, deletes=("leads", "activity"))

    tried.test_is_changed_over_time("leads")
    tried.test_is_deleted_over_time("leads")
    tried.test_is_changed_over_time("notes")


def test_a_declared_reason_is_shown():
    tried = suite(exempt={"is_deleted_over_time leads": "the vendor keeps them"})

    with pytest.raises(pytest.skip.Exception, match="cannot apply: the vendor keeps them"):
        tried.test_is_deleted_over_time("leads")
