"""A small world, and the org that looks at it over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kizuna.sandbox import Served, World, serve
from kizuna_salesforce.sandbox import SalesforceSandbox


@pytest.fixture(scope="session")
def companies() -> World:
    """Sixty companies, read only."""
    return World(seed=11, companies=60)


@pytest.fixture
def org(companies: World) -> Iterator[Served]:
    """An org on a free port, fifty rows a page, without limits and faults."""
    with serve([SalesforceSandbox()], world=companies, port_base=0, limits=False) as running:
        running.state("salesforce").memory["page_rows"] = 50
        yield running
