"""Everything in this room goes in small pieces, in this process as in the ones it kills."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.faults.undisturbed", "tests.faults.invariants")

from tests.faults.smallness import in_small_pieces  # noqa: E402  what is rewritten must be named before it is imported


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    """Small pieces for one file of this room at a time: what runs after it in the same process finds the usual ones."""
    with pytest.MonkeyPatch.context() as patch:
        in_small_pieces(patch.setattr)
        yield
