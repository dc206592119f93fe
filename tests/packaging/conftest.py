"""The wheel, built once a session, and an environment of its own in which it is installed."""

import os
from pathlib import Path

import filelock
import pytest

from tests.support.packaging import Run, build_wheel, make_environment, runner
from tests.support.project import PROJECT


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all xdist workers of this session share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "packaging"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def wheel(workshop: Path) -> Path:
    """The wheel of this checkout."""
    with filelock.FileLock(workshop / "wheel.lock"):
        built = list(workshop.glob("*.whl"))
        return built[0] if built else build_wheel(PROJECT, workshop)


@pytest.fixture(scope="session")
def installed(wheel: Path, workshop: Path) -> Run:
    """Runs a command where only the wheel, and its dependencies, are installed."""
    home = workshop / "environment"
    with filelock.FileLock(workshop / "environment.lock"):
        if not home.exists():
            make_environment(home, wheel)
    return runner(home)
