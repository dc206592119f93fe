"""Simulated vendors for journeys of the command line, and the command as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kizuna import plugins, sandbox

Kizuna = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def vendors() -> Iterator[sandbox.Served]:
    """Every vendor that a plugin can play, looking at a world of twelve companies."""
    played = plugins.load().sandboxes().values()
    with sandbox.serve(played, world=sandbox.World(seed=7, companies=12), port_base=0) as served:
        yield served


@pytest.fixture
def kizuna(tmp_path: Path) -> Kizuna:
    """Calls `kizuna` in an empty folder; keyword arguments are environment variables."""

    def call(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("KIZUNA_")}
        command = [sys.executable, "-m", "kizuna", *words]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    return call


def connecting(endpoint: sandbox.Endpoint) -> tuple[list[str], dict[str, str]]:
    """The options of `kizuna connect` for a simulated vendor, and the environment its secrets come from."""
    options, secrets = [endpoint.vendor], {}
    for key, value in endpoint.settings.items():
        options += ["--set", f"{key}={value}"]
    for key, value in endpoint.secrets.items():
        secrets[f"SANDBOX_{endpoint.vendor}_{key}".upper()] = value
        options += ["--secret", f"{key}=env:{f'SANDBOX_{endpoint.vendor}_{key}'.upper()}"]
    return options, secrets


def read_json(done: subprocess.CompletedProcess[str]) -> object:
    """What a command printed, as JSON; its complaint when it printed none."""
    assert done.stdout, done.stderr
    return json.loads(done.stdout)
