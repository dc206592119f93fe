"""For authors of connectors: a suite of promises to inherit, which plays the vendor and says what it could not check.

::

    class TestDeskhand(ConnectorSuite):
        connector = Deskhand
        settings = {"subdomain": "acme", "token": "t0ken"}
        records = {"people": [ADA, BOB], "cases": [FIRST, SECOND]}

Consistency comes from here, truth from the vendor's own words: put them into ``samples`` (see ``kizuna.testing.samples``).
"""

from kizuna.testing.suite import ConnectorSuite

__all__ = ["ConnectorSuite"]
