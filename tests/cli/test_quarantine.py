"""`kizuna quarantine`: a filter that names nothing is a mistake, and says which name is near."""

import pytest


@pytest.fixture
def with_one(kizuna, tmp_path):
    """One record of `customers` set aside."""
    (tmp_path / "customers.json").write_text('[{"id": "cus_2", "object": "customer", "created": "soon"}]')
    kizuna("connect", "stripe", "--name", "billing", "--offline")
    kizuna("load", "billing", "customers", "customers.json")
    return kizuna


@pytest.mark.parametrize("command", ["list", "replay"])
@pytest.mark.parametrize(
    ("option", "name", "nearest"), [("--connection", "biling", "billing"), ("--stream", "custmers", "customers")]
)
def test_a_filter_that_names_nothing_suggests_the_nearest(with_one, command, option, name, nearest):
    done = with_one("quarantine", command, option, name)

    assert done.returncode == 1
    assert f"There is no {option[2:]} named '{name}'; did you mean '{nearest}'?" in done.stderr


def test_a_stream_of_which_nothing_is_set_aside_is_no_mistake(with_one):
    some = with_one("quarantine", "list", "--stream", "CUSTOMERS")
    none = with_one("quarantine", "list", "--connection", "billing", "--stream", "invoices")

    assert (some.returncode, "cus_2" in some.stdout) == (0, True), some.stderr
    assert (none.returncode, none.stdout) == (0, "Nothing is set aside.\n"), none.stderr


def test_what_will_never_be_understood_is_discarded_after_a_look_and_a_yes(with_one):
    looked = with_one("quarantine", "discard", "--connection", "billing", "--reason", "created", "--dry-run")
    unasked = with_one("quarantine", "discard", "--connection", "billing")
    done = with_one("quarantine", "discard", "--connection", "billing", "--yes")
    listed = with_one("quarantine", "list")

    assert (looked.returncode, "customers" in looked.stdout, "discarded" in looked.stdout) == (0, True, False)
    assert (unasked.returncode, "--yes" in unasked.stderr) == (1, True)
    assert (done.returncode, "1 discarded." in done.stdout) == (0, True), done.stderr
    assert listed.stdout == "Nothing is set aside.\n1 discarded so far.\n"


@pytest.mark.parametrize("said", [(), ("--reason", ""), ("--reason", " "), ("--connection", "")])
def test_discarding_without_a_word_on_which_is_refused(with_one, said):
    done = with_one("quarantine", "discard", *said, "--yes")

    assert (done.returncode, "Say which records to discard" in done.stderr) == (1, True)


def test_a_discarded_record_that_comes_again_corrected_is_taken(with_one, tmp_path):
    with_one("quarantine", "discard", "1", "--yes")
    good = '[{"id": "cus_2", "object": "customer", "created": 1700000000, "name": "Acme", "email": null}]'
    (tmp_path / "again.json").write_text(good)

    again = with_one("load", "billing", "customers", "again.json")

    assert "1 written" in again.stdout, again.stderr
