"""The table of mistakes, connector by connector."""

from __future__ import annotations

from tests.testing.seeded import Seeded
from tests.testing.seeded.desk import DESK
from tests.testing.seeded.org import ORG
from tests.testing.seeded.payments import PAYMENTS
from tests.testing.seeded.portal import PORTAL

MISTAKES: tuple[Seeded, ...] = (*ORG, *PORTAL, *DESK, *PAYMENTS)
