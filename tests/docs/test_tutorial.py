"""The tutorial is carried out: every command and every change on the page, in their order, as a stranger would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.packaging import build_wheel
from tests.support.project import PROJECT

PAGE = PROJECT / "docs" / "tutorial.md"
BLOCK = re.compile(r"(<!-- fails -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
NO_NETWORK = {
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_IGNORE_INSTALLED": "1",
}
NO_NETWORK |= {"PIP_NO_BUILD_ISOLATION": "false", "PIP_QUIET": "1"}
SOMEBODY = {
    f"GIT_{who}_{what}": "somebody@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
SEEN = "for made in .venv ../.venv ../elsewhere; do test -d $made && echo {0} > $(echo $made/lib/python*/site-packages)/seen.pth; done; true"


def test_the_tutorial_ends_with_a_connector_that_keeps_every_promise(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    build_wheel(PROJECT, tmp_path / "wheels")
    script = tmp_path / "tutorial.sh"
    script.write_text(as_script(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KIZUNA_", "PYTHON", "PYTEST", "GIT_"))
    }
    own = {
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
    }

    done = subprocess.run(
        ["bash", "-eo", "pipefail", str(script)],
        cwd=tmp_path,
        env={**kept, **NO_NETWORK, **SOMEBODY, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert re.findall(r"\d+ passed, \d+ skipped", done.stdout) == [
        "44 passed, 3 skipped",
        "45 passed, 3 skipped",
        "46 passed, 2 skipped",
    ]
    assert "kept although the vendor no longer has it: people 1, people 17" in done.stdout
    assert "no sample has the field 'priority'" in done.stdout
    assert (tmp_path / "kizuna-deskhand" / "dist" / "kizuna_deskhand-0.1.0-py3-none-any.whl").exists()


def test_what_the_page_shows_of_an_answer_is_what_is_answered() -> None:
    shown = [text for _, language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if language == "text"]

    assert shown == ["kept although the vendor no longer has it: people 1, people 17\n"]


def as_script(page: str) -> str:
    """The page as one script of bash: commands carried out, changes applied, failures demanded where they are announced.

    A new environment sees what Kizuna depends on in the one that runs the tests, since nothing can be fetched.
    """
    (outer,) = (path for path in sys.path if path.endswith("site-packages") and Path(path).is_relative_to(sys.prefix))
    lines: list[str] = []
    for fails, language, text in BLOCK.findall(page):
        if language == "diff":
            lines += ["git apply --whitespace=nowarn - <<'THE_CHANGE'", text.rstrip("\n"), "THE_CHANGE"]
        elif language == "console":
            for command in text.splitlines():
                lines.append(f"if {command}; then echo 'this had to fail' >&2; exit 1; fi" if fails else command)
                lines.append(SEEN.format(outer) if " -m venv " in command else "")
    return "\n".join(lines) + "\n"
