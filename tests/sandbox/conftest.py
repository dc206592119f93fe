"""A small world and three imaginary systems that look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kizuna.sandbox import Served, World, serve
from tests.sandbox.toys import Toy


@pytest.fixture(scope="session")
def small_world() -> World:
    """Sixty companies, read only."""
    return World(seed=3, companies=60)


@pytest.fixture
def served(small_world: World) -> Iterator[Served]:
    """A CRM, a desk and a till over HTTP on free ports, without limits and faults."""
    toys = [Toy("till", "billing"), Toy("desk", "support"), Toy("rolodex", "crm")]
    with serve(toys, world=small_world, port_base=0, limits=False) as running:
        yield running
