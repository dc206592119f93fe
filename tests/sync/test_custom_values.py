"""Rules for custom fields: which value a path leads to, what fits which type, and what a record says with them."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from typing import Any

import pytest

from kizuna.model.custom import ATTRIBUTES, FieldRule, at_path, fitted, misfit
from kizuna.model.enums import CustomForm
from kizuna.model.facts import Account, Person, Ticket, Unmapped
from kizuna.model.facts.custom import CustomField
from kizuna.model.money import Money
from kizuna.sdk import Record
from kizuna.sync.custom import mapped
from kizuna.sync.prepare import Decoding, Rejected
from tests.support.toys import MORNING, Toy, ToySettings

TIER = FieldRule(path="properties.tier", entity="account", form=CustomForm.TEXT, name="tier")


def rule(form: str, **more: Any) -> FieldRule:
    return FieldRule(path="x", entity="account", form=CustomForm(form), name="x", **more)


def raw(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("record", "path", "value"),
    [
        ({"Tier__c": "Gold"}, "Tier__c", "Gold"),
        ({"properties": {"tier": "Gold"}}, "properties.tier", "Gold"),
        ({"metadata": {"acme.tier": "Gold"}}, "metadata.acme.tier", "Gold"),
        ({"a.b": {"c": 1}}, "a.b.c", 1),
        ({"a": {"b": None}}, "a.b", None),
        ({"a": ["b"]}, "a.b", None),
        ({}, "a", None),
    ],
)
def test_a_path_leads_through_inner_objects(record: dict[str, Any], path: str, value: Any) -> None:
    assert at_path(record, path) == value


@pytest.mark.parametrize(
    ("form", "value", "kept"),
    [
        ("text", "  Gold ", "Gold"),
        ("text", 7, "7"),
        ("text", True, "true"),
        ("text", ["Gold"], None),
        ("number", "1250.50", "1250.50"),
        ("number", Decimal("0.1"), "0.1"),
        ("number", "1e3", "1000"),
        ("number", "many", None),
        ("number", True, None),
        ("number", "NaN", None),
        ("number", "1e999999", None),
        ("boolean", "Yes", "true"),
        ("boolean", 0, "false"),
        ("boolean", "perhaps", None),
        ("day", "2026-03-01", "2026-03-01"),
        ("day", "2026-03-01T23:30:00-05:00", "2026-03-02"),
        ("day", 1772323200000, "2026-03-01"),
        ("day", "soon", None),
        ("instant", "2026-03-01T09:00:00.000+0900", "2026-03-01T00:00:00Z"),
        ("instant", "1772323200", "2026-03-01T00:00:00Z"),
        ("instant", "2026-03-01T09:00:00", None),
    ],
)
def test_a_value_is_kept_in_one_form_a_type_or_does_not_fit(form: str, value: Any, kept: str | None) -> None:
    assert fitted(rule(form), value) == kept


def test_money_takes_the_currency_of_its_rule_before_that_of_the_account() -> None:
    assert fitted(rule("money", currency="JPY"), "1200", "USD") == "1200 JPY"
    assert fitted(rule("money"), Decimal("12.005"), "USD") == "1201 USD"
    assert fitted(rule("money"), 12) is None
    assert fitted(rule("money", currency="USD"), "9" * 30) is None


def test_a_choice_is_kept_in_the_spelling_of_the_list() -> None:
    tier = rule("choice", choices=("Gold", "Silver"))

    assert fitted(tier, " gold") == "Gold"
    assert fitted(tier, "Platinum") is None
    assert misfit(tier, "Platinum") == "Platinum"
    assert misfit(rule("number"), "secret") == "text instead of number"


def test_a_kept_field_becomes_a_fact_of_its_own() -> None:
    account = Account(name="Acme")

    said = mapped((TIER,), raw(properties={"tier": "Gold"}), (account,))

    field = CustomField(part="account/tier", entity="account", name="tier", form=CustomForm.TEXT, value="Gold")
    assert said == (account, field)


@pytest.mark.parametrize("entity", ["account", "person"])
def test_every_attribute_that_unify_knows_can_be_filled(entity: str) -> None:
    values = {CustomForm.NUMBER: 5, CustomForm.MONEY: "5", CustomForm.BOOLEAN: False, CustomForm.TEXT: "word"}
    fact = Account() if entity == "account" else Person()

    for attribute, form in ATTRIBUTES[entity].items():
        one = FieldRule(path="x", entity=entity, form=form, attribute=attribute, currency="JPY")
        said = mapped((one,), raw(x=str(values[form])), (fact,))

        assert len(said) == 1
        assert said[0] != fact, attribute


def test_a_mapped_field_stands_before_what_the_connector_says() -> None:
    account = Account(name="Acme", domains=("acme.jp",), employees=3, annual_revenue=Money(1, "USD"), currency="USD")
    rules = (
        FieldRule(path="Site__c", entity="account", form=CustomForm.TEXT, attribute="domain"),
        FieldRule(path="Staff__c", entity="account", form=CustomForm.NUMBER, attribute="employees"),
        FieldRule(path="Income__c", entity="account", form=CustomForm.MONEY, attribute="annual_revenue"),
        FieldRule(path="Empty__c", entity="account", form=CustomForm.TEXT, attribute="name"),
    )

    (said,) = mapped(rules, raw(Site__c="acme.com", Staff__c=250.0, Income__c="10.5", Empty__c=" "), (account,))

    assert said == Account(
        name="Acme",
        domains=("acme.com", "acme.jp"),
        employees=250,
        annual_revenue=Money(1050, "USD"),
        currency="USD",
    )


def test_a_value_that_does_not_fit_is_told_and_the_connectors_word_stands() -> None:
    account = Account(name="Acme", employees=3)
    staff = FieldRule(path="Staff__c", entity="account", form=CustomForm.NUMBER, attribute="employees")

    said = mapped((staff,), raw(Staff__c="many"), (account,))

    assert said == (account, Unmapped(field="Staff__c", value="text instead of number"))


def test_a_record_that_is_neither_an_account_nor_a_person_says_nothing_more() -> None:
    said = mapped((TIER,), raw(properties={"tier": "Gold"}), (Ticket(subject="Help"),))

    assert said == (Ticket(subject="Help"),)


def test_a_fact_that_is_not_the_first_of_its_record_is_not_meant() -> None:
    said = mapped((TIER,), raw(properties={"tier": "Gold"}), (Account(part="2", name="Branch"),))

    assert said == (Account(part="2", name="Branch"),)


def test_rules_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps((TIER,))) == (TIER,)


def test_a_stream_with_rules_says_what_they_map() -> None:
    firms = next(stream for stream in Toy(ToySettings()).streams() if stream.name == "firms")
    tier = FieldRule(path="tier", entity="account", form=CustomForm.NUMBER, name="tier")
    decoding = Decoding("toy", firms, (tier,))
    told = []

    for value in (1, "one"):
        record = decoding.understood(Record(raw=raw(id="1", name="Acme", tier=value)), MORNING)
        assert not isinstance(record, Rejected)
        told.append(decoding.said(record))

    assert [type(fact).__name__ for fact in told[0].facts] == ["Account", "CustomField"]
    assert [type(fact).__name__ for fact in told[1].facts] == ["Account"]
    assert told[1].unmapped == (Unmapped(field="tier", value="text instead of number"),)
