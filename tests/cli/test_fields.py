"""`kizuna fields` and `kizuna drift`: a vendor's own field tried, kept, mapped, given up; what changed its form."""

import json

import pytest


def customer(number, **metadata):
    return {
        "id": f"cus_{number}",
        "object": "customer",
        "created": 1_772_323_200,
        "livemode": False,
        "name": f"Firm {number}",
        "email": f"office@firm{number}.example",
        "metadata": metadata,
    }


@pytest.fixture
def billing(kizuna, tmp_path):
    """A connection with three customers, of which two say their tier."""
    customers = [customer(1, tier="gold", trade="Machines"), customer(2, tier="Iron"), customer(3)]
    (tmp_path / "customers.json").write_text(json.dumps(customers))
    kizuna("connect", "stripe", "--name", "billing", "--offline")
    loaded = kizuna("load", "billing", "customers", "customers.json")
    assert loaded.returncode == 0, loaded.stderr
    return kizuna


KEEP = ("fields", "keep", "billing", "customers", "metadata.tier", "--choice", "Gold", "--choice", "Silver")
ASK = "{ customers(first: 9) { nodes { name industry customFields { name text } } } }"


def answered(billing):
    done = billing("query", ASK)
    nodes = json.loads(done.stdout)["data"]["customers"]["nodes"]
    return {
        one["name"]: (one["industry"], [(field["name"], field["text"]) for field in one["customFields"]])
        for one in nodes
    }


def test_a_field_is_tried_kept_mapped_and_given_up(billing):
    tried = billing(*KEEP, "--dry-run")
    before = answered(billing)
    kept = billing(*KEEP)
    mapped = billing("fields", "map", "billing", "customers", "metadata.trade", "industry")
    after = answered(billing)
    gone = billing("fields", "unmap", "billing", "customers", "metadata.tier")
    history = billing("fields", "history", "--json")
    drift = billing("drift", "billing", "--stream", "CUSTOMERS")
    check = billing("rebuild", "--check")

    assert "Of 3 records tried, 2 hold a value and 1 of these fit." in tried.stdout, tried.stderr
    assert before["Firm 1"] == (None, [])
    assert "billing customers: 3 stored records mapped again." in kept.stdout, kept.stderr
    assert mapped.returncode == 0, mapped.stderr
    assert after == {"Firm 1": ("Machines", [("tier", "Gold")]), "Firm 2": (None, []), "Firm 3": (None, [])}
    assert "metadata.tier" in drift.stdout
    assert "Iron" in drift.stdout
    assert "would fill nothing any more" in gone.stdout
    assert answered(billing)["Firm 1"] == ("Machines", [])
    assert [(one["action"], one["path"], one["version"]) for one in json.loads(history.stdout)] == [
        ("unmap", "metadata.tier", 2),
        ("map", "metadata.trade", 1),
        ("keep", "metadata.tier", 1),
    ]
    assert check.returncode == 0, check.stdout


def test_what_is_there_and_what_it_means_is_listed(billing):
    empty = billing("fields", "list")
    billing(*KEEP, "--as", "grade", "--json")
    listed = billing("fields", "list", "billing")
    seen = billing("fields", "seen", "billing", "customers", "--json")
    again = billing("fields", "apply")

    paths = {one["path"]: one["fills"] for one in json.loads(seen.stdout)}
    assert "`kizuna fields seen`" in empty.stdout
    assert "customFields.grade" in listed.stdout
    assert (paths["metadata.tier"], paths["email"]) == ("customFields.grade", None)
    assert again.stdout == "No stored record waits.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("map", "biling", "customers", "metadata.tier", "industry"), "did you mean 'billing'?"),
        (("map", "billing", "custmers", "metadata.tier", "industry"), "did you mean 'customers'?"),
        (("map", "billing", "customers", "metadata.teir", "industry"), "did you mean 'metadata.tier'?"),
        (("map", "billing", "customers", "metadata.tier", "indsutry"), "did you mean 'industry'?"),
        (("keep", "billing", "customers", "metadata.tier", "--type", "txt"), "did you mean 'text'?"),
        (("keep", "billing", "customers", "metadata.tier", "--type", "choice"), "A choice needs the words"),
        (("keep", "billing", "customers", "metadata.tier", "--as", "1 2"), "cannot be named '1 2'"),
        (("keep", "billing", "customers", "metadata.tier", "--currency", "USD"), "A currency belongs to money"),
        (("unmap", "billing", "customers", "metadata.tier"), "There is no rule in billing/customers for a field"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_says_why(billing, words, told):
    done = billing("fields", *words)

    assert (done.returncode, told in done.stderr) == (1, True), done.stderr


def test_nothing_has_changed_its_form_at_first(billing):
    done = billing("drift")

    assert done.stdout == "Nothing has changed its form.\n"
