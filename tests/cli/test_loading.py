"""`kizuna load`: what is wrong with a file is said with its name, place and kind, and a file of strangers fails."""

import pytest

GOOD = '{"id": "cus_1", "object": "customer", "created": 1700000000, "name": "Acme", "email": null}'
BAD = '{"id": "cus_2", "object": "customer", "created": "soon"}'


@pytest.fixture
def old(kizuna):
    """An offline connection to load files into."""
    assert kizuna("connect", "stripe", "--name", "old", "--offline").returncode == 0
    return kizuna


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("id,name\ncus_1,Acme\n", "customers.txt: the file is CSV, not JSON"),
        ('[\n  {"id": "cus_1",}\n]', "customers.txt: the file is not JSON at line 2"),
        (f"{GOOD}\n{{\n", "customers.txt: line 2 of the file is not JSON"),
        ("", "customers.txt: the file is empty"),
    ],
)
def test_a_file_that_is_no_json_is_named_with_the_place(old, tmp_path, content, sentence):
    (tmp_path / "customers.txt").write_text(content)

    done = old("load", "old", "customers", "customers.txt")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert sentence in done.stderr


def test_a_file_of_which_nothing_is_understood_fails(old, tmp_path):
    (tmp_path / "customers.json").write_text(f"[{BAD}]")

    done = old("load", "old", "customers", "customers.json")

    assert done.returncode == 1
    assert "Nothing was loaded: none of the 1 records was understood." in done.stderr
    assert "kizuna quarantine list --connection old --stream customers" in done.stderr


def test_a_file_that_is_understood_in_part_succeeds_and_says_what_was_not(old, tmp_path):
    (tmp_path / "customers.ndjson").write_text(f"{GOOD}\n{BAD}\n")

    done = old("load", "old", "customers", "customers.ndjson")

    assert done.returncode == 0
    assert "set aside: the field created holds text where" in done.stderr
    assert "Not understood and set aside: 1 of 2 records; see `kizuna quarantine list" in done.stderr
