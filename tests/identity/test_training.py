"""Weights learned without labels: what they find, what they never unlearn, and what people's answers change."""

from __future__ import annotations

from collections import Counter

import pytest

from kizuna.identity.batch import resolve
from kizuna.identity.evidence import ACCOUNT_BITS, AUTO_BITS, PERSON_BITS
from kizuna.identity.models import BUILT_IN, MatchModel, Weights, read, written
from kizuna.identity.training import OPEN, Observed, learn, score

NAME, DOMAIN, PHONE = ("name", "equal", 0), ("domain", "own", 0), ("phone", "equal", 0)
CONFLICT, COLLEAGUE = ("name", "conflict", 0), ("email", "other_on_domain", 0)


def seen(pairs, random_pairs=None, near_pairs=None, answers=None, entities=1_000) -> Observed:
    kept = {(tuple(sorted(vector)), guarded): count for (vector, guarded), count in pairs.items()}
    blind = random_pairs or {(CONFLICT,): 900, (): 100}
    return Observed(kept, blind, near_pairs or {}, answers or {}, entities)


USUAL = {
    ((NAME, DOMAIN), ()): 600,
    ((NAME, PHONE), ()): 200,
    ((NAME,), ()): 150,
    ((DOMAIN, CONFLICT), ("two_telephone_numbers",)): 50,
}


def test_two_rare_values_link_and_one_is_a_question_at_most():
    bits = learn("account", seen(USUAL)).bits

    assert score(bits, (NAME, DOMAIN)) >= AUTO_BITS
    assert score(bits, (NAME, PHONE)) >= AUTO_BITS
    assert score(bits, (NAME,)) < AUTO_BITS
    assert score(bits, (CONFLICT, DOMAIN)) < 0


def test_each_doubling_of_those_who_carry_a_value_costs_a_bit():
    bits = learn("account", seen(USUAL)).bits

    assert score(bits, (("name", "equal", 3), DOMAIN)) == pytest.approx(score(bits, (NAME, DOMAIN)) - 3)


def test_in_a_larger_world_the_same_agreement_starts_from_longer_odds():
    small, large = (learn("account", seen(USUAL, entities=count)).bits for count in (1_000, 64_000))

    assert large["prior"]["any_two"] == pytest.approx(small["prior"]["any_two"] - 6)
    assert large["name"]["equal"] > small["name"]["equal"]


def test_too_few_pairs_leave_the_built_in_weights():
    assert learn("account", seen({((NAME, DOMAIN), ()): 199})) == Weights(ACCOUNT_BITS)


def test_colleagues_share_a_domain_and_a_telephone_and_learn_not_to_be_one():
    at_work = ("customer", "same", 0)
    pairs = {
        ((at_work, ("name", "equal", 0)), ()): 300,
        ((at_work, PHONE, COLLEAGUE, ("name", "unreadable", 0)), ()): 700,
    }
    near = {((at_work, PHONE, COLLEAGUE)): 500, ((at_work, COLLEAGUE)): 500}

    bits = learn("person", seen(pairs, {(at_work,): 1, (): 999}, near)).bits

    assert bits["email"]["other_on_domain"] <= 0
    assert bits["name"]["unreadable"] <= 0
    assert score(bits, (at_work, PHONE, COLLEAGUE)) < 0
    assert score(bits, (at_work, ("name", "equal", 0))) >= AUTO_BITS


def test_what_speaks_against_never_learns_to_speak_for():
    for entity, base in (("account", ACCOUNT_BITS), ("person", PERSON_BITS)):
        against = {
            (field, level) for field, levels in base.items() for level, bits in levels.items() if bits <= 0
        } - OPEN
        everywhere = tuple(sorted((field, level, 0) for field, level in against if field != "prior"))

        bits = learn(entity, seen({(everywhere, ()): 5_000, ((NAME, ("email", "equal", 0)), ()): 500})).bits

        assert {(field, level) for field, level in against if bits[field][level] > 0} == set()


def test_what_people_answered_speaks_for_every_pair_that_looks_alike():
    similar = ("name", "similar", 0)
    pairs = {**USUAL, ((similar, PHONE), ()): 300}
    alike = (tuple(sorted((similar, PHONE))), ())

    yes, no = (
        score(learn("account", seen(pairs, answers={alike: answer})).bits, (similar, PHONE))
        for answer in ((9, 0), (0, 9))
    )

    assert no < yes
    assert no < AUTO_BITS


def test_a_model_is_read_back_as_it_was_and_fills_in_what_it_does_not_know():
    model = MatchModel("learned-1", learn("account", seen(USUAL)), BUILT_IN.person)
    older = MatchModel("learned-0", Weights({"name": {"equal": 9.0}}), BUILT_IN.person)

    assert read(written(model)) == model
    assert read(written(older)).account.bits["name"]["equal"] == 9.0
    assert read(written(older)).account.bits["domain"] == ACCOUNT_BITS["domain"]


@pytest.mark.parametrize("seed", [5, 31])
def test_what_a_world_teaches_mixes_nobody_and_finds_as_much(seed: int) -> None:
    from tests.identity.test_worlds import Seen, customers_of, mixed, observed, recall

    world = Seen(seed, companies=300)
    account = learn("account", observed(world.accounts))
    model = MatchModel("learned", account, BUILT_IN.person)
    people = customers_of(world, resolve(world.accounts, model=model).clusters)
    model = MatchModel("learned", account, learn("person", observed(people)))

    customers, humans = resolve(world.accounts, model=model), resolve(people, model=model)

    assert mixed(customers.clusters, world.truth) == mixed(humans.clusters, world.truth) == []
    assert recall(customers.clusters, world.truth, (one.rid for one in world.accounts)) >= 0.84
    assert recall(humans.clusters, world.truth, (one.rid for one in people)) >= 0.80
    asked = Counter(world.truth[review.edge.a] == world.truth[review.edge.b] for review in customers.reviews)
    assert asked[True] > asked[False]
