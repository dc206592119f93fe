"""Clusters: a function of edges, guards and decisions alone, whatever the order they come in."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.identity.batch import resolve
from kizuna.identity.clusters import cluster, no_guards, pair_of
from kizuna.identity.evidence import BY_ID, BY_VALUES, EDGE, PAIR, Edge, Evidence, Guard
from kizuna.identity.keys import no_stats
from tests.identity.records import BILLING, CRM, DESK, MARKETING, account

MEMBERS = range(1, 9)
AOBA = {"domains": ("aoba.co.jp",)}


def edge(a, b, bits=8.0, tier=BY_VALUES, named=True):
    first, second = pair_of(a, b)
    evidence = (Evidence("name", "equal", 5.0), Evidence("domain", "own", bits - 5.0)) if named else ()
    return Edge(first, second, bits, tier, evidence)


def forbids(*pairs, scope=PAIR):
    apart = {pair_of(*pair) for pair in pairs}
    return lambda a, b: (Guard("conflict", scope, blocks=True),) if pair_of(a, b) in apart else ()


def together(partition):
    return {members for members in partition.clusters if len(members) > 1}


pairs = st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS)).filter(lambda pair: pair[0] < pair[1])
edges = st.lists(
    st.builds(
        lambda pair, bits, tier, named: edge(*pair, bits=float(bits), tier=tier, named=named),
        pairs,
        st.integers(3, 20),
        st.sampled_from((BY_ID, BY_VALUES)),
        st.booleans(),
    ),
    max_size=20,
    unique_by=lambda item: (item.a, item.b),
)
worlds = st.tuples(edges, st.sets(pairs, max_size=4), st.sets(pairs, max_size=4), st.sets(pairs, max_size=4))


@given(worlds, st.randoms(use_true_random=False), st.sampled_from((PAIR, EDGE)))
@settings(max_examples=150, deadline=None)
def test_the_order_of_input_changes_nothing(world, shuffler, scope):
    given_edges, apart, same, different = world
    shuffled = [list(part) for part in (MEMBERS, given_edges, same, different)]
    for part in shuffled:
        shuffler.shuffle(part)

    straight = cluster(MEMBERS, given_edges, forbids(*apart, scope=scope), same=same, different=different)
    turned = cluster(
        shuffled[0],
        shuffled[1],
        forbids(*apart, scope=scope),
        same=[pair[::-1] for pair in shuffled[2]],
        different=[pair[::-1] for pair in shuffled[3]],
    )

    assert straight == turned


@given(worlds)
@settings(max_examples=150, deadline=None)
def test_records_a_person_held_apart_are_never_together(world):
    given_edges, apart, same, different = world

    partition = cluster(MEMBERS, given_edges, forbids(*apart), same=same, different=different)

    assert all(not set(pair) <= set(members) for pair in different for members in partition.clusters)
    assert sorted(member for members in partition.clusters for member in members) == list(MEMBERS)


@given(worlds)
@settings(max_examples=150, deadline=None)
def test_every_cluster_is_held_together_by_its_links(world):
    given_edges, apart, same, different = world

    partition = cluster(MEMBERS, given_edges, forbids(*apart), same=same, different=different)

    assert len(partition.links) == sum(len(members) - 1 for members in partition.clusters)
    assert all(any({link.a, link.b} <= set(members) for members in partition.clusters) for link in partition.links)


@given(worlds, pairs)
@settings(max_examples=150, deadline=None)
def test_taking_a_decision_back_restores_the_partition(world, decided):
    given_edges, apart, same, different = world
    guards = forbids(*apart)

    before = cluster(MEMBERS, given_edges, guards, same=same, different=different)
    cluster(MEMBERS, given_edges, guards, same=same, different=different | {decided})
    after = cluster(MEMBERS, given_edges, guards, same=same, different=different)

    assert after == before


@given(worlds)
@settings(max_examples=100, deadline=None)
def test_without_persons_decisions_no_guarded_pair_is_linked_directly(world):
    given_edges, apart, _, _ = world

    partition = cluster(MEMBERS, given_edges, forbids(*apart, scope=EDGE))

    blocked = {pair_of(*pair) for pair in apart}
    assert all((link.a, link.b) not in blocked for link in partition.links)


def test_an_edge_between_the_thresholds_waits_for_a_person():
    partition = cluster((1, 2), [edge(1, 2, bits=4.0)])

    assert together(partition) == set()
    assert [(review.edge.bits, review.reason) for review in partition.reviews] == [(4.0, None)]


def test_a_person_who_says_same_outranks_guards():
    partition = cluster((1, 2, 3), [edge(2, 3)], forbids((1, 2), (1, 3)), same=[(1, 2)])

    assert together(partition) == {(1, 2, 3)}


def test_a_person_who_says_different_outranks_same_and_ids():
    partition = cluster((1, 2, 3), [edge(1, 2, bits=20.0, tier=BY_ID)], same=[(2, 3)], different=[(1, 3)])

    assert together(partition) == {(2, 3)}
    assert [review.reason.name for review in partition.reviews] == ["persons_decision_different"]


def test_a_pair_that_a_person_held_apart_is_not_asked_about_again():
    partition = cluster((1, 2, 3), [edge(1, 2), edge(1, 3, bits=4.0)], different=[(2, 1), (1, 3)])

    assert together(partition) == set()
    assert partition.reviews == ()


def test_a_guard_between_any_two_members_keeps_their_clusters_apart():
    partition = cluster((1, 2, 3), [edge(1, 2, bits=12.0), edge(2, 3)], forbids((1, 3)))

    assert together(partition) == {(1, 2)}
    assert [(review.edge.a, review.edge.b, review.between) for review in partition.reviews] == [(2, 3, (1, 3))]


def test_a_record_that_fits_two_equally_well_joins_neither():
    partition = cluster((1, 2, 3), [edge(1, 2), edge(2, 3)], forbids((1, 3)))

    assert together(partition) == set()
    assert {review.reason.name for review in partition.reviews} == {"ambiguous"}


def test_a_name_that_a_reference_explains_is_no_objection():
    said = edge(1, 2, bits=16.0, tier=BY_ID, named=False)

    partition = cluster((1, 2, 3), [said, edge(2, 3)], forbids((1, 3)))

    assert together(partition) == {(1, 2, 3)}


def test_a_reference_does_not_explain_what_joins_without_a_name():
    said = edge(1, 2, bits=16.0, tier=BY_ID)

    partition = cluster((1, 2, 3), [said, edge(2, 3, named=False)], forbids((1, 3)))

    assert together(partition) == {(1, 2)}


def test_a_reference_between_equal_names_explains_no_other_name():
    said = edge(1, 2, bits=16.0, tier=BY_ID)

    partition = cluster((1, 2, 3), [said, edge(2, 3)], forbids((1, 3)))

    assert together(partition) == {(1, 2)}


def test_corporate_numbers_are_explained_by_a_person_only():
    def guards(a, b):
        return (Guard("different_corporate_numbers", PAIR, blocks=True),) if (a, b) == (1, 3) else ()

    by_system = cluster((1, 2, 3), [edge(1, 2, bits=16.0, tier=BY_ID), edge(2, 3)], guards)
    by_person = cluster((1, 2, 3), [edge(2, 3)], guards, same=[(1, 2)])

    assert together(by_system) == {(1, 2)}
    assert together(by_person) == {(1, 2, 3)}


def test_a_cluster_stops_growing_at_the_cap_and_says_so():
    chain = [edge(number, number + 1) for number in range(1, 10)]

    partition = cluster(range(1, 11), chain, no_guards, size_cap=4)

    assert max(map(len, partition.clusters)) <= 4
    assert {review.reason.name for review in partition.reviews} == {"size_cap"}


@pytest.mark.parametrize("tier", [BY_ID, BY_VALUES])
def test_what_a_person_joins_beyond_the_cap_keeps_all_it_had(tier):
    around = [edge(1, other, tier=tier) for other in (2, 3)] + [edge(11, other, tier=tier) for other in (12, 13)]

    partition = cluster([1, 2, 3, 11, 12, 13], around, no_guards, same=[(1, 11)], size_cap=4)

    assert together(partition) == {(1, 2, 3, 11, 12, 13)}


def test_edges_that_leave_the_component_are_passed_over():
    partition = cluster((1, 2), [edge(2, 3), edge(1, 2)], same=[(1, 9)], different=[(2, 9)])

    assert partition.clusters == ((1, 2),)


def test_one_company_in_several_systems_is_one_customer_and_who_pays_for_it_is_asked():
    crm = account(CRM, "株式会社青葉商事", domains=("https://aoba.co.jp/",))
    marketing = account(MARKETING, "Aoba Shoji K.K.", domains=("aoba.co.jp",))
    desk = account(DESK, "アオバ", cross_references=(crm.own,))
    billing = account(BILLING, "Taro Yamada", emails=("taro.yamada@aoba.co.jp",))
    stranger = account(BILLING, "青葉商事", emails=("info@aoba-shoji.jp",))

    partition = resolve([crm, marketing, desk, billing, stranger])

    assert partition.clusters == ((crm.rid, marketing.rid, desk.rid), (billing.rid,), (stranger.rid,))
    assert {billing.rid} <= {rid for review in partition.reviews for rid in (review.edge.a, review.edge.b)}


def test_a_group_on_one_domain_stays_as_many_customers_as_it_has_companies():
    foods = [account(source, "Aoba Foods", **AOBA) for source in (CRM, DESK)]
    trading = [account(source, "Aoba Trading", **AOBA) for source in (CRM, MARKETING)]
    unclear = account(BILLING, "Ken Sato", emails=("ken.sato@aoba.co.jp",))

    partition = resolve([*foods, *trading, unclear])

    assert together(partition) == {tuple(item.rid for item in foods), tuple(item.rid for item in trading)}
    assert unclear.rid in {review.edge.b for review in partition.reviews}


def test_a_reseller_who_pays_for_many_is_none_of_them():
    reseller = account(CRM, "Cedar Wave Partners", domains=("cedarwave.com",))
    clients = [
        account(BILLING, name, emails=("billing@cedarwave.com",)) for name in ("Delta Forge", "Nova Gate", "Apex Labs")
    ]

    partition = resolve([reseller, *clients])

    assert together(partition) == set()


def test_a_value_carried_by_too_many_records_finds_no_candidates():
    crowd = [account(DESK, None, domains=("crowd.com",)) for _ in range(41)]
    named = account(CRM, "Crowd", domains=("crowd.com",))

    partition = resolve([*crowd, named], stats=no_stats)

    assert together(partition) == set()


@pytest.mark.parametrize("seed", range(5))
def test_records_in_any_order_give_one_partition(seed):
    names = ("Aoba Foods", "Aoba Trading", "青葉", "青葉食品", None, "AOBA FOODS K.K.", "Ken Sato")
    profiles = [
        account(source, name, rid=index * 4 + source, domains=("aoba.co.jp",))
        for index, name in enumerate(names)
        for source in (CRM, MARKETING, DESK, BILLING)
    ]
    shuffled = random.Random(seed).sample(profiles, len(profiles))

    straight, turned = resolve(profiles), resolve(shuffled)

    assert straight == turned
