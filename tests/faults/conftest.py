"""Everything in this room goes in small pieces, in this process as in the ones it kills."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.faults.undisturbed")

from tests.faults.smallness import in_small_pieces  # noqa: E402  what is rewritten must be named before it is imported


@pytest.fixture(scope="session", autouse=True)
def small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        in_small_pieces(patch.setattr)
        yield
