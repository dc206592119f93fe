"""Other people's tools set on a served API: Schemathesis, and graphql-cop where it was cloned to.

bench/run attacks --tools [--examples 20] [--cop DIRECTORY]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kizuna.config import GraphQLLimits, Mode, Settings
from tests.graphql.firms import furnished
from tests.graphql.house import house
from tests.web.wire import served, token

PROGRAMS = Path(__file__).parent / ".venv" / "bin"
# That `first` is 1 to 100, or an id that of something, no schema can say: such questions are refused, as they must be.
SCHEMATHESIS = ["--exclude-checks", "positive_data_acceptance", "--request-timeout", "20"]
BY_DESIGN = {"GET Method Query Support": "queries by GET are meant to be answered; a token in a header is no cookie"}


@contextlib.contextmanager
def target(mode: Mode, scope: str) -> Iterator[tuple[str, str]]:
    """The address of a served API that has something to tell, and the header of who may ask it."""
    with tempfile.TemporaryDirectory() as folder, house(f"sqlite:///{Path(folder) / 'kizuna.db'}") as made:
        furnished(made, firms=3)
        with served(made, Settings(mode=mode, graphql=GraphQLLimits(bucket_size=0))) as asking:
            yield f"{str(asking.base_url).rstrip('/')}/graphql", f"Bearer {token(made, scope)}"


class Faults(logging.Handler):
    """Keeps what is logged as a fault of ours."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One fault."""
        self.found.append(f"{record.name}: {record.getMessage()} {record.exc_info and record.exc_info[1]!r}")


def schemathesis(examples: int) -> bool:
    """Whether it finds nothing, and nothing is logged as a fault, where every field of the roots is asked in many ways."""
    faults = Faults()
    logging.getLogger("kizuna").addHandler(faults)
    with target("development", "admin") as (url, bearer):
        command = [str(PROGRAMS / "schemathesis"), "run", url, "-H", f"Authorization: {bearer}", *SCHEMATHESIS]
        done = subprocess.run([*command, "--max-examples", str(examples)], check=False)
    for fault in faults.found:
        print(f"logged: {fault}")
    return done.returncode == 0 and not faults.found


def graphql_cop(folder: Path) -> int:
    """How many findings it has on a server in production mode that are not as they were meant to be."""
    with target("production", "read") as (url, bearer):
        command = [str(PROGRAMS / "python"), "graphql-cop.py", "-t", url, "-o", "json"]
        command += ["-H", json.dumps({"Authorization": bearer})]
        told = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    tried = json.loads(told)
    found = [one["title"] for one in tried if one["result"]]
    for title in found:
        print(f"graphql-cop: {title}: {BY_DESIGN.get(title, 'to be mended')}")
    wrong = len(set(found) - BY_DESIGN.keys())
    print(f"graphql-cop: {len(tried)} tests, {wrong} findings to be mended")
    return wrong


def main(arguments: list[str]) -> int:
    """Runs them; 0 when none has a finding."""
    parser = argparse.ArgumentParser(prog="bench/run attacks --tools")
    parser.add_argument("--examples", type=int, default=20, help="how many questions Schemathesis makes of each field")
    parser.add_argument("--cop", type=Path, help="where https://github.com/dolevf/graphql-cop was cloned to")
    asked = parser.parse_args(arguments)
    wrong = graphql_cop(asked.cop) if asked.cop else 0
    return 0 if schemathesis(asked.examples) and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
