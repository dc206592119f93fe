"""Explanations: the verdict first, every level and guard with its sentence in both languages."""

import pytest

from kizuna.identity.batch import resolve
from kizuna.identity.evidence import ACCOUNT_BITS, PERSON_BITS
from kizuna.identity.explain import explain, path, say_guard
from kizuna.identity.phrases import EVIDENCE, GUARDS, LANGUAGES, VERDICTS
from tests.identity.records import CRM, DESK, MARKETING, account, person

AOBA = {"domains": ("aoba.co.jp",)}


def test_two_records_that_are_one_say_why():
    a, b = account(CRM, "株式会社青葉商事", **AOBA), account(DESK, "青葉商事", **AOBA)

    explanation = explain(a, b)

    assert explanation.sentences() == (
        "One, with 13 of 6 bits needed.",
        "Both have the domain “aoba.co.jp”. (+8)",
        "The names are equal: “株式会社青葉商事”, “青葉商事”. (+5)",
    )
    assert explanation.sentences("ja") == (
        "同一です: 13 ビット(必要 6 ビット)。",
        "同じドメインを持っています: 「aoba.co.jp」。 (+8)",
        "名前が一致しています: 「株式会社青葉商事」、「青葉商事」。 (+5)",
    )


def test_two_records_that_are_not_one_say_why():
    a, b = account(CRM, "Aoba Foods", **AOBA), account(DESK, "Aoba Trading", **AOBA)

    explanation = explain(a, b)

    assert explanation.verdict == "blocked"
    assert explanation.sentences()[-1] == (
        "Kept apart: companies of one group are separate customers (“Aoba Foods”, “Aoba Trading”)."
    )


@pytest.mark.parametrize(
    ("values", "other", "verdict"),
    [
        ({**AOBA, "name": "青葉"}, {**AOBA, "name": "(株)青葉"}, "linked"),
        ({**AOBA, "name": "青葉"}, {**AOBA, "name": "Aoba"}, "review"),
        ({**AOBA, "name": "青葉"}, {**AOBA, "name": "緑川"}, "blocked"),
        ({"name": "青葉"}, {"name": "青葉"}, "blocked"),
    ],
)
def test_the_verdict_names_what_happens(values, other, verdict):
    a, b = account(CRM, **values), account(DESK, **other)

    explanation = explain(a, b)

    assert explanation.verdict == verdict


@pytest.mark.parametrize("decision", ["same", "different"])
def test_a_persons_decision_is_the_verdict(decision):
    a, b = person(CRM, "Taro Sato", emails=("taro@aoba.jp",)), person(DESK, "Taro Sato")

    explanation = explain(a, b, decision=decision)

    assert explanation.verdict == f"decided_{decision}"


def test_every_level_and_verdict_has_words_in_both_languages():
    levels = {(field, level) for bits in (ACCOUNT_BITS, PERSON_BITS) for field in bits for level in bits[field]}

    assert levels == set(EVIDENCE)
    assert all(phrase.en and phrase.ja for table in (EVIDENCE, GUARDS, VERDICTS) for phrase in table.values())


def test_a_guard_from_the_queue_can_be_said():
    bare = account(DESK, "Aoba", **AOBA)
    group = [account(CRM, "Aoba Corp.", **AOBA), account(MARKETING, "Aoba Inc.", **AOBA)]

    reviews = resolve([*group, bare]).reviews

    said = {say_guard(review.reason, language) for review in reviews if review.reason for language in LANGUAGES}
    assert "Kept apart: two records that cannot be one fit equally well." in said
    assert "互いに別である二つの記録が同程度に一致しています。" in said


def test_two_records_without_a_common_value_are_joined_by_a_path():
    crm = account(CRM, "青葉", **AOBA)
    desk = account(DESK, "青葉 Support", cross_references=(crm.own,))
    billing = account(MARKETING, "株式会社青葉", **AOBA)
    links = resolve([crm, desk, billing]).links

    chain = path(links, desk.rid, billing.rid)

    assert [(edge.a, edge.b) for edge in chain] == [(crm.rid, desk.rid), (crm.rid, billing.rid)]
    assert path(links, desk.rid, 10**9) == ()
