"""A run uses what the vendor allows and is told «too many» next to never, at a tenth of a second an answer.

Over the stand-in of `bench/run pacing --simulate`: a clock that jumps, a hundred requests in any second for the account and
twenty-five for an endpoint, and not one more.
"""

from __future__ import annotations

import pytest

from bench.pacing.__main__ import STREAMS, changed, loaded
from bench.pacing.vendors import Simulation
from kizuna.sync.reader import AT_ONCE
from tests.support import virtual_time

SECONDS = 3.0


@pytest.mark.parametrize("streams", [STREAMS[:1], STREAMS])
def test_a_first_load_uses_nine_tenths_of_the_limit(streams: tuple[str, ...]) -> None:
    with Simulation(latency_ms=100) as vendor:
        line = virtual_time.run(loaded(vendor, "ahead", streams, AT_ONCE, SECONDS))

    assert line.used >= 0.9
    assert line.refused_share <= 0.001


def test_changed_objects_are_read_again_at_nine_tenths_of_the_limit() -> None:
    with Simulation(latency_ms=100) as vendor:
        line = virtual_time.run(changed(vendor, "ahead", AT_ONCE, 10.0))

    assert line.used >= 0.9
    assert line.refused_share <= 0.001


def test_one_question_after_the_other_uses_less_than_half_of_it() -> None:
    with Simulation(latency_ms=100) as vendor:
        line = virtual_time.run(loaded(vendor, "one by one", STREAMS, 0, SECONDS))

    assert line.used <= 0.5
