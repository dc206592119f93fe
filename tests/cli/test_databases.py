"""What commands say of a database: one that is not there, one that was changed, settings that are wrong."""

import sqlite3
from contextlib import closing

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ("sync",),
        ("query", "{ customers(first: 1) { nodes { id } } }"),
        ("identity", "export"),
        ("quarantine", "list"),
        ("connections",),
        ("rebuild", "--check"),
        ("token", "list"),
        ("db", "current"),
        ("doctor",),
    ],
    ids=lambda words: words[0],
)
def test_asking_creates_no_database(kizuna, tmp_path, words):
    done = kizuna(*words, "--database", "sqlite:///folder/missing.db")

    assert done.returncode == 1
    assert "There is no database at folder/missing.db; run `kizuna init`" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_writes_nothing_when_a_setting_is_wrong(kizuna, tmp_path):
    wrong = kizuna("init", KIZUNA_PORT="many")
    unsupported = kizuna("init", "--database", "mysql://x/y")

    assert (wrong.returncode, "KIZUNA_PORT" in wrong.stderr) == (1, True), wrong.stderr
    assert (unsupported.returncode, "sqlite:///file.db" in unsupported.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_init_writes_no_settings_for_a_server_that_does_not_answer(kizuna, tmp_path):
    done = kizuna("init", "--database", "postgresql://nobody@127.0.0.1:1/none")

    assert (done.returncode, "The database cannot be used" in done.stderr) == (1, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_doctor_finds_tables_that_somebody_changed(kizuna, tmp_path):
    kizuna("init")
    well = kizuna("doctor")
    with closing(sqlite3.connect(tmp_path / "kizuna.db")) as raw, raw:
        raw.execute("ALTER TABLE customer DROP COLUMN phone")

    changed = kizuna("doctor")

    assert (well.returncode, "ok    tables" in well.stdout) == (0, True), well.stdout
    assert changed.returncode == 1
    assert "WRONG tables: the column customer.phone is missing" in changed.stdout
    assert "`kizuna db check`" in changed.stdout


def test_doctor_names_the_command_for_a_database_of_an_older_program(kizuna, tmp_path):
    kizuna("init")
    with closing(sqlite3.connect(tmp_path / "kizuna.db")) as raw, raw:
        raw.execute("DELETE FROM kizuna_version")

    done = kizuna("doctor")

    assert (done.returncode, "`kizuna db upgrade`" in done.stdout) == (1, True), done.stdout
