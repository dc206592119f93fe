"""The command line: ``kizuna COMMAND``. A command's room is imported when it is called, so that ``--help`` is quick."""

from kizuna.cli.border import run
from kizuna.cli.commands import root

__all__ = ["main", "root"]


def main() -> None:
    """Runs the command of this process and ends it: 0 done, 1 failed, 2 wrong usage, 3 done in part."""
    raise SystemExit(run(root))
