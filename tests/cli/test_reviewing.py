"""Open questions on the command line: what a yes would move, rules for many, what never counts, the chain between two."""

import json

import pytest

FIRM = {"object": "customer", "created": 1700000000}


@pytest.fixture
def asked(kizuna, tmp_path):
    """Two billing systems: one firm is sure, one only likely (a name in letters, one in kanji, on one domain)."""
    for name, known in (
        ("old", [{"id": "cus_1", "name": "霧島酒造", "email": "keiri@kirishima.example"}]),
        ("new", [{"id": "cus_9", "name": "Kirishima Sake Inc.", "email": "hello@kirishima.example"}]),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps([{**FIRM, **one} for one in known]))
        kizuna("connect", "stripe", "--name", name, "--offline")
        kizuna("load", name, "customers", f"{name}.json")
    return kizuna


def tasks(kizuna, *more):
    return json.loads(kizuna("identity", "review", "--json", *more).stdout)


def test_a_question_says_what_it_moves_is_put_off_and_taken_up(asked):
    (task,) = tasks(asked)

    shown = asked("identity", "review", "--language", "ja")
    later = asked("identity", "later", task["id"], "--until", "2999-01-01", "--reason", "not signed yet")
    resting, put_off = tasks(asked), tasks(asked, "--later")
    back = asked("identity", "later", task["id"], "--back")

    assert "統合すると" in shown.stdout, shown.stderr
    assert task["stake"]["records"] == 1
    assert "on 2999-01-01" in later.stdout, later.stderr
    assert (resting, [one["laterReason"] for one in put_off]) == ([], ["not signed yet"])
    assert "again now" in back.stdout, back.stderr
    assert [one["id"] for one in tasks(asked)] == [task["id"]]


def test_a_rule_is_tested_applied_with_a_yes_and_undone(asked):
    rule = ("--at-least", "0", "--sign", "domain", "--open-by", "score", "--open-by", tasks(asked)[0]["reason"])

    tested = json.loads(asked("identity", "rules", "test", *rule, "--json").stdout)
    hesitant = asked("identity", "rules", "apply", *rule)
    shown = json.loads(asked("identity", "rules", "test", *rule, "--reject", "--json").stdout)
    other = asked("identity", "rules", "apply", *rule, "--reject", "--yes", "--tested", tested["digest"])
    applied = asked("identity", "rules", "apply", *rule, "--reject", "--yes", "--tested", shown["digest"])
    answered = tasks(asked)
    undone = asked("identity", "undo", "1")

    assert tested["wouldDecide"] + tested["heldBack"] == 1
    assert (hesitant.returncode, "--yes applies the rule" in hesitant.stderr) == (1, True)
    assert (other.returncode, "not just those it was tested on" in other.stderr) == (1, True)
    assert "Answered 1 (`kizuna identity undo decision_1`" in applied.stdout, applied.stderr
    assert answered == []
    assert undone.returncode == 0, undone.stderr
    assert len(tasks(asked)) == 1


def test_what_never_counts_is_listed_and_removed(asked):
    said = asked("identity", "never", "value", "domain", "kirishima.example", "--reason", "a reseller")
    listed = asked("identity", "never", "list")
    removed = asked("identity", "never", "remove", "blocked_1")
    wrong = asked("identity", "never", "value", "phone", "12")

    assert "2 records were judged anew without it." in said.stdout, said.stderr
    assert "domain kirishima.example" in listed.stdout
    assert "a reseller" in listed.stdout
    assert "2 records were judged anew with it." in removed.stdout, removed.stderr
    assert (wrong.returncode, "is no phone" in wrong.stderr) == (1, True)


def test_an_explanation_tells_what_stands_between_two(asked):
    explained = asked("identity", "explain", "old/customers/cus_1", "new/customers/cus_9")

    assert "They are not one. The strongest link is between " in explained.stdout, explained.stderr
