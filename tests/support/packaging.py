"""Building the wheel and installing it in environments of their own, without network."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def build_wheel(source: Path, target: Path) -> Path:
    """The wheel of a source folder, as a user's pip would build it."""
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(target), str(source)]
    subprocess.run(command, check=True)
    (built,) = target.glob("*.whl")
    return built


def make_environment(home: Path, *wheels: Path) -> None:
    """A new environment with the wheels in it; what they depend on is seen in the environment that runs the tests."""
    venv.create(home, with_pip=False, symlinks=True)
    (site_packages,) = home.glob("lib/python*/site-packages")
    (outer,) = (path for path in sys.path if path.endswith("site-packages") and Path(path).is_relative_to(sys.prefix))
    # A .pth file of a folder named by a .pth file is not read: the editable checkout stays unseen.
    (site_packages / "dependencies.pth").write_text(outer)
    install(home, *wheels)


def install(home: Path, *wheels: Path) -> None:
    """Installs wheels into an environment, and nothing else."""
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check", "--ignore-installed"]
    python = str(home / "bin" / "python")
    command = [sys.executable, "-m", "pip", "--python", python, "install", *options, *map(str, wheels)]
    subprocess.run(command, check=True)


def runner(home: Path) -> Run:
    """Runs commands of an environment outside the checkout; no variable of Kizuna or Python reaches them."""

    def run(*command: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KIZUNA_", "PYTHON"))}
        kept["PATH"] = f"{home / 'bin'}{os.pathsep}{kept['PATH']}"
        return subprocess.run(
            [str(home / "bin" / command[0]), *command[1:]],
            cwd=cwd or home,
            env={**kept, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
