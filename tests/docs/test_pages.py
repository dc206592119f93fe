"""The README stays short and true; links lead somewhere; every decision record keeps its form."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.project import PROJECT, relative, tracked

README = PROJECT / "README.md"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def pages() -> list[Path]:
    """Every tracked Markdown page."""
    return [path for path in tracked() if path.suffix == ".md"]


def test_the_readme_can_be_read_in_one_sitting():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


def test_every_link_within_the_project_leads_to_a_file():
    broken = [
        f"{relative(page)}: {target}"
        for page in pages()
        for target in LINK.findall(without_code(page.read_text(encoding="utf-8")))
        if not target.startswith(("http://", "https://", "#", "mailto:"))
        and not (page.parent / target.split("#")[0]).exists()
    ]

    assert broken == []


def test_every_link_to_a_heading_leads_to_one():
    broken = [
        f"{relative(page)}: {target}"
        for page in pages()
        for target in LINK.findall(without_code(page.read_text(encoding="utf-8")))
        if "#" in target and not target.startswith("http") and target.split("#")[1] not in anchors(page, target)
    ]

    assert broken == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/first-steps.md", "docs/tutorial.md"])
def test_every_command_shown_exists(page):
    commands = shown_commands((PROJECT / page).read_text(encoding="utf-8"))

    unknown = [command for command in commands if not exists(plain_words(command))]

    assert commands
    assert unknown == []


def test_a_decision_record_is_one_page_with_its_four_answers():
    wrong = {}
    for path in sorted((PROJECT / "docs" / "adr").glob("[0-9]*.md")):
        text = path.read_text(encoding="utf-8")
        missing = [
            heading
            for heading in ("What forced it", "What was chosen", "What was refused", "What would change our mind")
            if f"**{heading}" not in text
        ]
        if missing or len(text.splitlines()) > 30:
            wrong[path.name] = missing or "longer than 30 lines"

    assert wrong == {}


def test_every_decision_record_is_listed():
    listed = (PROJECT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")

    unlisted = [path.name for path in (PROJECT / "docs" / "adr").glob("[0-9]*.md") if path.name not in listed]

    assert unlisted == []


def test_every_dependency_has_its_line_in_the_log():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = (
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    )
    named = {re.split(r"[\s\[<>=~;!]", need)[0].lower() for group in groups for need in group}
    log = (PROJECT / "docs" / "adr" / "README.md").read_text(encoding="utf-8").lower()

    unexplained = sorted(name for name in named if f"| {name} |" not in log)

    assert unexplained == []


def shown_commands(text: str) -> list[str]:
    """The lines of console blocks that begin with ``./dev`` or ``kizuna``, without a prompt."""
    blocks = re.findall(r"```(?:console|sh|bash)\n(.*?)```", text, re.DOTALL)
    lines = [
        line.strip().removeprefix("$ ") for block in blocks for line in re.sub(r"\\\n\s*", " ", block).splitlines()
    ]
    return [line for line in lines if line.startswith(("./dev ", "kizuna "))]


def plain_words(command: str) -> list[str]:
    """The words of a command before its first quoted one or its comment."""
    return re.split(r"['\"#<>|$]", command)[0].split()


def exists(words: list[str]) -> bool:
    """Whether the command is a script of the project, a tool of the environment, or a command of `kizuna`."""
    if words[0] == "./dev":
        words = words[1:]
    if words[0] != "kizuna":
        return (PROJECT / words[0]).exists() or words[0] in {"pytest", "ruff", "mypy", "lint-imports", "true", "python"}
    if importlib.util.find_spec("kizuna.cli") is None:
        return True  # the command line is not there yet
    return kizuna_command_exists([word for word in words[1:] if not word.startswith("-")])


def kizuna_command_exists(words: list[str]) -> bool:
    """Whether `kizuna WORDS…` begins with the name of a command."""
    import click

    from kizuna import cli

    root = next(value for value in vars(cli).values() if isinstance(value, click.Group))
    return not words or root.get_command(click.Context(root), words[0]) is not None


def anchors(page: Path, target: str) -> set[str]:
    """The headings of the page a link leads to, as GitHub spells them in links."""
    path = page.parent / target.split("#", maxsplit=1)[0] if target.split("#", maxsplit=1)[0] else page
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_code(text: str) -> str:
    """The text without code blocks and code spans, where brackets mean something else."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
