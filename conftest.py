"""Fixtures for every test of the project, the connectors' included."""

pytest_plugins = ["tests.support.fixtures"]
