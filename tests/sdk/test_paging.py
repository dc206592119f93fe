"""A list that promises more but cannot go on is refused, never taken for its end."""

from __future__ import annotations

import pytest

from kizuna import sdk

ASK = sdk.Ask(path="/firms", params=(("after", "7"),))


def test_a_token_that_does_not_advance_is_refused() -> None:
    paging = sdk.Cursor(param="after", token="next")

    with pytest.raises(sdk.PageError):
        paging.following(ASK, {"next": "7"}, "1")


@pytest.mark.parametrize("last_id", ["", None])
def test_more_records_without_an_id_to_go_on_from_are_refused(last_id: str | None) -> None:
    with pytest.raises(sdk.PageError):
        sdk.LastId(param="after").following(ASK, {"has_more": True}, last_id)


def test_a_list_that_promises_nothing_more_ends() -> None:
    assert sdk.LastId(param="after").following(ASK, {"has_more": False}, "") is None
    assert sdk.Cursor(param="after", token="next").following(ASK, {}, "1") is None


def test_numbered_pages_end_at_an_empty_page_and_not_at_a_record_without_an_id() -> None:
    paging = sdk.PageNumber()

    assert paging.following(ASK, {}, None) is None
    assert paging.following(ASK, {}, "") == ASK.having(page="2")
