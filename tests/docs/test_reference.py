"""docs/reference says what the code does: a setting, command, hook, error or fact without its entry fails here."""

import pytest

from tests.support import reference


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_a_generated_page_is_what_the_code_says(name):
    drawn = reference.pages()[name]()

    written = (reference.FOLDER / name).read_text(encoding="utf-8")

    assert written == drawn, f"docs/reference/{name} is behind the code; run ./dev scripts/reference"


def test_every_reference_page_is_listed_in_the_index():
    index = (reference.PROJECT / "docs" / "index.md").read_text(encoding="utf-8")

    unlisted = [path.name for path in reference.FOLDER.glob("*.md") if f"reference/{path.name}" not in index]

    assert unlisted == []
