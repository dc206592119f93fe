"""Decisions on the command line: the output says which id stays, mistakes are told in commands and sentences."""

import csv
import io
import json

import pytest

ACME = {"object": "customer", "created": 1700000000, "name": "Acme Tools", "email": "info@acme.example"}
OTHER = {"object": "customer", "created": 1700000000, "name": "Zenith Foods", "email": "info@zenith.example"}


@pytest.fixture
def decided(kizuna, tmp_path):
    """Two billing systems: both know Acme, one knows Zenith too."""
    for name, known in (
        ("old", [{"id": "cus_1", **ACME}, {"id": "cus_2", **OTHER}]),
        ("new", [{"id": "cus_9", **ACME}]),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(known))
        kizuna("connect", "stripe", "--name", name, "--offline")
        kizuna("load", name, "customers", f"{name}.json")
    return kizuna


def customers(kizuna):
    """(connection, source id) → the customer it belongs to."""
    rows = csv.DictReader(io.StringIO(kizuna("identity", "export").stdout))
    return {(row["connection"], row["source_id"]): row["entity_id"] for row in rows if row["entity"] == "customer"}


def test_a_merge_keeps_the_larger_ones_id_and_says_so(decided):
    before = customers(decided)
    acme, zenith = before["old", "cus_1"], before["old", "cus_2"]

    refused = decided("identity", "merge", zenith, acme)
    merged = decided("identity", "merge", zenith, acme, "--confirm")
    during = customers(decided)
    checked = decided("rebuild", "--check")
    decided("identity", "undo", "1")

    assert before["new", "cus_9"] == acme
    assert refused.returncode == 1
    assert "Kept apart: " in refused.stderr
    assert "--confirm overrules" in refused.stderr
    assert "_without_" not in refused.stderr
    assert f"{zenith} leads to {acme} from now on." in merged.stdout, merged.stderr
    assert set(during.values()) == {acme}
    assert checked.returncode == 0, checked.stdout
    assert customers(decided) == before


@pytest.mark.parametrize("command", ["accept", "reject"])
def test_a_question_that_is_not_open_leads_to_the_list_of_open_ones(decided, command):
    done = decided("identity", command, "review_account_1_2")

    assert (done.returncode, "`kizuna identity review`" in done.stderr) == (1, True), done.stderr
    assert "identityQueue" not in done.stderr
