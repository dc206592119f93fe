"""The hooks a plugin may implement; few and coarse, each asked once at start or called after a commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from kizuna.metrics.policy import Policy as RevenuePolicy
    from kizuna.sdk.connector import AnyConnector

PROJECT = "kizuna"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The specifications; each name begins with ``kizuna_``."""

    @hookspec
    def kizuna_connectors(self) -> Iterable[type[AnyConnector]]:  # type: ignore[empty-body]  # a specification has none
        """Say which connectors this plugin brings. Asked once, at start."""

    @hookspec
    def kizuna_sandboxes(self) -> Iterable[Any]:  # type: ignore[empty-body]  # a specification has none
        """Say which vendors this plugin can play: classes that satisfy ``kizuna.sandbox.VendorSandbox``. Asked on demand."""

    @hookspec
    def kizuna_customer_fields(self) -> Iterable[Any]:  # type: ignore[empty-body]  # a specification has none
        """Add fields to ``Customer`` in the API, declared neutrally (name, type, function). Asked once, at start."""

    @hookspec
    def kizuna_revenue_policies(self) -> Iterable[RevenuePolicy]:  # type: ignore[empty-body]  # a specification has none
        """Say how this plugin's vendor counts recurring revenue, under a name of its own. Asked on demand."""

    @hookspec
    def kizuna_sync_finished(self, connection: str, run: str, state: str) -> None:
        """Hear that a run ended, well or not. Called after the commit; raising is logged and harms nobody."""

    @hookspec
    def kizuna_customers_merged(self, kept: str, absorbed: str) -> None:
        """Hear that two customers became one. Called after the commit; raising is logged and harms nobody."""

    @hookspec
    def kizuna_commands(self, cli: click.Group) -> None:
        """Add commands under ``kizuna``. Asked once, when the command line starts."""
