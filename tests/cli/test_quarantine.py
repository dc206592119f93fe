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
