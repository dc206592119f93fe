"""A stranger's connector, installed beside Kizuna and away from both checkouts, is found and keeps its promises."""

import json
import shutil
from pathlib import Path

import filelock
import pytest

from tests.support.packaging import Run, build_wheel, make_environment, runner
from tests.support.project import PROJECT

EXAMPLE = PROJECT / "examples" / "kizuna-deskhand"
FOUND = """
import json
from kizuna import plugins
found = plugins.load()
of = {one.name: [one.distribution, one.version, list(one.connectors)] for one in found.installed}
print(json.dumps({"installed": of, "broken": [one.reason for one in found.broken]}))
"""


@pytest.fixture(scope="session")
def beside(wheel: Path, workshop: Path) -> Run:
    """Runs a command where the wheels of Kizuna and of the example are installed."""
    home = workshop / "beside"
    with filelock.FileLock(workshop / "beside.lock"):
        if not home.exists():
            source, target = workshop / "example", workshop / "example-wheel"
            shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__", ".*", "dist", "build"))
            target.mkdir()
            make_environment(home, wheel, build_wheel(source, target))
    return runner(home)


def test_the_plugin_is_found_beside_the_projects_own(beside, tmp_path):
    asked = beside("python", "-c", FOUND, cwd=tmp_path)

    assert asked.returncode == 0, asked.stderr
    found = json.loads(asked.stdout)
    assert found["broken"] == []
    assert found["installed"]["deskhand"] == ["kizuna-deskhand", "0.1.0", ["deskhand"]]
    assert set(found["installed"]) == {"deskhand", "salesforce", "hubspot", "zendesk", "stripe", "singer"}


def test_its_tests_pass_where_it_is_installed(beside, tmp_path):
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))

    tried = beside("python", "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", "tests", cwd=tmp_path)

    assert tried.returncode == 0, tried.stdout
    assert " 47 passed" in f" {tried.stdout.splitlines()[-1]}"
