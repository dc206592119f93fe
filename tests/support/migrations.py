"""The first migration, drawn from the tables while there is no release: `./dev scripts/first-migration` writes it anew.

Once there is a release, its tables are in use somewhere: a change is then a step of its own
(`./dev alembic revision --autogenerate -m "What changes"`), and this command refuses.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from kizuna.storage.tables import METADATA
from tests.support.project import PROJECT, relative

STEPS: Final = PROJECT / "migrations/kizuna_migrations/versions"
FIRST: Final = STEPS / "0001_all_tables.py"
HEAD: Final = '''"""Every table of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def first() -> str:
    """The text of the first migration as the tables are now."""
    with create_engine("sqlite://").connect() as connection:
        made = produce_migrations(MigrationContext.configure(connection), METADATA)
    assert made.upgrade_ops is not None
    assert made.downgrade_ops is not None
    text = HEAD.format(upgrade=_body(made.upgrade_ops), downgrade=_body(made.downgrade_ops))
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(FIRST), "-"]
    return subprocess.run(command, input=text, check=True, capture_output=True, text=True, cwd=PROJECT).stdout


def write() -> Path:
    """Writes the first migration. Raises SystemExit when there is a second one."""
    if any(path != FIRST for path in STEPS.glob("[0-9]*.py")):
        raise SystemExit("0001 is released: draft the next step with alembic revision --autogenerate.")
    FIRST.write_text(first(), encoding="utf-8")
    return FIRST


def _body(operations: object) -> str:
    """The statements, without the remarks Alembic puts around them."""
    rendered = render_python_code(operations)  # type: ignore[arg-type]  # both sides of a step are containers
    return re.sub(r"^ *#.*\n", "", rendered, flags=re.MULTILINE).strip()


if __name__ == "__main__":
    print(relative(write()))
