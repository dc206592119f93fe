"""What users, organisations and memberships of the desk mean."""

from datetime import UTC, datetime

import pytest

from kizuna import sdk
from kizuna_zendesk import mapping
from plugins.zendesk.tests.mapped import ORGANIZATION, STREAMS, USER, read, said


def test_an_end_user_is_a_person_of_an_organisation():
    facts = said("users", USER)

    assert facts == (
        sdk.Person(
            name="Mori Aya",
            emails=("aya@harbor.example",),
            phones=("+81 3 1234 5678",),
            account=sdk.Ref("organizations", "13"),
            role="end-user",
            language="ja",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            updated_at=datetime(2026, 1, 2, tzinfo=UTC),
            cross_references=(sdk.CrossRef("salesforce", "003A"),),
        ),
    )


@pytest.mark.parametrize("role", ["agent", "admin"])
def test_agents_and_administrators_are_staff(role):
    (fact,) = said("users", {**USER, "role": role})

    assert isinstance(fact, sdk.Staff)
    assert (fact.name, fact.email, fact.active) == ("Mori Aya", "aya@harbor.example", True)


def test_further_addresses_follow_the_main_one():
    identities = [
        {"type": "email", "value": "aya@harbor.example", "user_id": 11},
        {"type": "email", "value": "aya@old.example", "user_id": 11},
        {"type": "phone_number", "value": "+81 90 0000 0000", "user_id": 11},
        {"type": "twitter", "value": "aya", "user_id": 11},
    ]

    (fact,) = said("users", {**USER, "identities": identities})

    assert isinstance(fact, sdk.Person)
    assert fact.emails == ("aya@harbor.example", "aya@old.example")
    assert fact.phones == ("+81 3 1234 5678", "+81 90 0000 0000")


def test_an_address_that_nobody_verified_is_none_of_theirs_but_the_main_one():
    identities = [
        {"type": "email", "value": "aya@harbor.example", "primary": True, "verified": False},
        {"type": "email", "value": "ceo@other.example", "primary": False, "verified": False},
        {"type": "email", "value": "aya@new.example", "primary": False, "verified": True},
        {"type": "phone_number", "value": "+81 90 0000 0000", "verified": False},
    ]

    (fact,) = said("users", {**USER, "email": None, "phone": None, "identities": identities})

    assert isinstance(fact, sdk.Person)
    assert (fact.emails, fact.phones) == (("aya@harbor.example", "aya@new.example"), ())


@pytest.mark.parametrize(
    ("external_id", "references"),
    [
        ("salesforce:001:7", (sdk.CrossRef("salesforce", "001:7"),)),
        ("Stripe:cus_1", (sdk.CrossRef("stripe", "cus_1"),)),
        ("A-100", ()),
        (":x", ()),
        ("stripe:", ()),
        (4711, ()),
        (None, ()),
    ],
)
def test_an_external_id_is_a_cross_reference_only_when_it_names_the_system(external_id, references):
    assert mapping.cross_references(external_id) == references


def test_an_inactive_user_without_address_is_gone():
    gone = STREAMS["users"].deleted

    assert gone(read("users", {**USER, "active": False, "email": None})) == "deleted"
    assert gone(read("users", {**USER, "active": False})) is None
    assert gone(read("users", {**USER, "email": None})) is None


def test_an_organisation_is_an_account_with_its_domains():
    facts = said("organizations", {**ORGANIZATION, "external_id": "hubspot:77"})

    assert facts == (
        sdk.Account(
            name="Harbor",
            domains=("harbor.example", "harbor.test"),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            updated_at=datetime(2026, 1, 2, tzinfo=UTC),
            cross_references=(sdk.CrossRef("hubspot", "77"),),
            tags=("vip",),
        ),
    )


def test_an_organisation_with_a_deletion_time_is_gone_since_then():
    record = read("organizations", {**ORGANIZATION, "deleted_at": "2026-03-01T00:00:00Z"})

    assert STREAMS["organizations"].deleted(record) == "deleted"
    assert STREAMS["organizations"].version(record) == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_membership_says_which_organisation_is_the_users_own():
    payload = {"id": 4, "user_id": 11, "organization_id": 13, "default": True, "updated_at": None}

    facts = said("organization_memberships", payload) + said("organization_memberships", {**payload, "default": None})

    assert facts == (
        sdk.Membership(person=sdk.Ref("users", "11"), account=sdk.Ref("organizations", "13"), primary=True),
        sdk.Membership(person=sdk.Ref("users", "11"), account=sdk.Ref("organizations", "13"), primary=False),
    )
