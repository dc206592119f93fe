"""Files and functions stay small enough to be read whole, and say what they are for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import relative, sources

FILE_LINES = 400
FUNCTION_LINES = 60


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    """Every shipped module, parsed."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}


def test_no_file_is_longer_than_four_hundred_lines():
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}

    too_long = {path: length for path, length in lengths.items() if length > FILE_LINES}

    assert too_long == {}


def test_no_function_is_longer_than_sixty_lines(trees):
    lengths = {
        f"{relative(path)}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path, tree in trees.items()
        for function in functions(tree)
    }

    too_long = {name: length for name, length in lengths.items() if length > FUNCTION_LINES}

    assert too_long == {}


def test_every_module_says_what_it_is_for(trees):
    silent = [relative(path) for path, tree in trees.items() if not ast.get_docstring(tree)]

    assert silent == []


def test_no_module_is_named_by_mechanism():
    refused = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "part2"}

    found = [relative(path) for path in sources() if path.stem in refused or path.parent.name in refused]

    assert found == []


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and nested ones included."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
