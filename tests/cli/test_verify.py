"""`kizuna verify metrics`: one line a case, exit code 1 unless all hold, one sentence for what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import read_json

RIGHT = {
    "id": "right",
    "metric": "clv_simple",
    "title": "a plain one",
    "inputs": {"arpa": "9", "churn": "0.5"},
    "expected": {"clv": "18"},
}
WRONG = {**RIGHT, "id": "wrong", "inputs": {"arpa": "9", "churn": "0", "chrun": 1}}
BROKEN = {**RIGHT, "id": "broken", "metric": "clv_simpel"}


@pytest.fixture
def written(tmp_path: Path):
    """Writes a file of these cases."""

    def write(*cases: object, name: str = "cases.json", **file: object) -> str:
        (tmp_path / name).write_text(json.dumps({"schema": 1, **file, "cases": cases}), encoding="utf-8")
        return name

    return write


def test_a_file_whose_cases_hold_is_left_with_nought(kizuna, written):
    done = kizuna("verify", "metrics", written(RIGHT))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "1 of 1 cases hold."
    assert done.stdout.splitlines()[1].split() == ["holds", "right", "clv_simple", "kizuna", "a", "plain", "one"]


def test_cases_that_differ_or_are_refused_say_where_and_the_others_go_on(kizuna, written):
    done = kizuna("verify", "metrics", written(BROKEN, WRONG, RIGHT))

    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "1 of 3 cases hold, 1 differs, 1 refused.")
    assert "There is no metric named 'clv_simpel'; did you mean 'clv_simple'?" in done.stdout
    assert "clv: expected 18, got null (zero_churn); not read: chrun" in done.stdout


def test_json_tells_programs_the_same(kizuna, written):
    done = kizuna("verify", "metrics", written(WRONG, RIGHT), "--json")

    found = read_json(done)
    assert (done.returncode, found["cases"], found["held"], found["differs"]) == (1, 2, 1, 1)
    assert found["outcomes"][0]["differences"] == [
        {"key": "clv", "expected": "18", "got": "null (zero_churn)", "policy": None}
    ]
    assert [(one["status"], one["version"]) for one in found["outcomes"]] == [("differs", 1), ("held", 1)]


def test_one_case_may_be_asked_for(kizuna, written):
    name = written(WRONG, RIGHT)

    chosen, unknown = (kizuna("verify", "metrics", name, "--case", case) for case in ("right", "rihgt"))

    assert (chosen.returncode, chosen.stdout.splitlines()[-1]) == (0, "1 of 1 cases hold.")
    assert (unknown.returncode, unknown.stderr) == (1, "Error: There is no case named 'rihgt'; did you mean 'right'?\n")


def test_a_policy_of_a_connectors_vendor_is_known(kizuna, written):
    inputs = {"start": 10, "lost_of_start": 1, "joined": 15, "lost_of_joined": 0}
    case = {"id": "a", "metric": "logo_churn", "policy": "stripe", "inputs": inputs, "expected": {"stripe": "0.04"}}

    done = kizuna("verify", "metrics", written(case))

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "There is no file cases.json; give the path"),
        ("{", "cases.json is not a file of metric cases"),
        ('{"cases": []}', "cases.json names no schema"),
        ('{"schema": 7, "cases": []}', "cases.json is of schema 7, and this Kizuna reads schema 1"),
        ('{"schema": 1, "cases": []}', "cases.json holds no cases"),
    ],
)
def test_what_is_no_file_of_cases_is_refused_in_one_sentence(kizuna, tmp_path, text, sentence):
    if text is not None:
        (tmp_path / "cases.json").write_text(text, encoding="utf-8")

    done = kizuna("verify", "metrics", "cases.json")

    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (1, 1, "")
    assert sentence in done.stderr


def test_a_folder_is_no_file_of_cases(kizuna, tmp_path):
    done = kizuna("verify", "metrics", ".")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be read" in done.stderr
