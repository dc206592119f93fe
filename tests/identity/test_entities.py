"""Ids of entities: kept by whoever was there, derived for whoever is new, the same in any order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.identity.clusters import assign_ids
from kizuna.identity.entities import Change, entity_id, founding_key


def key_of(rid):
    return founding_key("crm", "accounts", f"{rid:03}")


def id_of(rid):
    return entity_id("account", key_of(rid))


RIDS = range(1, 9)
partitions = st.lists(st.integers(0, 4), min_size=len(RIDS), max_size=len(RIDS)).map(
    lambda labels: [
        [rid for rid, label in zip(RIDS, labels, strict=True) if label == chosen] for chosen in sorted(set(labels))
    ]
)


def test_a_new_entity_is_named_after_its_smallest_founding_key():
    assignment = assign_ids([[3, 2], [1]], {}, key_of)

    assert assignment.ids == {1: id_of(1), 2: id_of(2), 3: id_of(2)}
    assert {change.kind for change in assignment.changes} == {"create"}


def test_an_id_says_what_it_names():
    ids = [entity_id(entity, "crm\x1faccounts\x1f1") for entity in ("account", "person")]

    assert [key.partition("_")[0] for key in ids] == ["cus", "per"]
    assert len({key.partition("_")[2] for key in ids}) == 2


@given(partitions)
@settings(max_examples=100, deadline=None)
def test_nothing_changes_when_nothing_changed(clusters):
    before = assign_ids(clusters, {}, key_of)

    after = assign_ids(clusters, before.ids, key_of)

    assert (after.ids, after.aliases, after.changes) == (before.ids, {}, ())


@given(partitions, partitions, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_ids_do_not_depend_on_the_order_of_clusters_or_members(earlier, later, shuffler):
    previous = assign_ids(earlier, {}, key_of).ids
    shuffled = [shuffler.sample(members, len(members)) for members in shuffler.sample(later, len(later))]

    straight, turned = assign_ids(later, previous, key_of), assign_ids(shuffled, previous, key_of)

    assert straight == turned


@given(partitions, partitions)
@settings(max_examples=150, deadline=None)
def test_every_cluster_has_an_id_of_its_own_and_no_id_is_lost(earlier, later):
    previous = assign_ids(earlier, {}, key_of).ids

    assignment = assign_ids(later, previous, key_of)

    assert {len({assignment.ids[rid] for rid in members}) for members in later} == {1}
    assert len(set(assignment.ids.values())) == len(later)
    assert set(previous.values()) <= set(assignment.ids.values()) | set(assignment.aliases)


@given(partitions, st.sampled_from(RIDS), st.sampled_from(RIDS))
@settings(max_examples=150, deadline=None)
def test_a_merge_that_is_undone_gives_both_their_ids_back(clusters, one, other):
    before = assign_ids(clusters, {}, key_of)
    joined = [members for members in clusters if one not in members and other not in members]
    joined.append(sorted({rid for members in clusters if one in members or other in members for rid in members}))

    merged = assign_ids(joined, before.ids, key_of)
    undone = assign_ids(clusters, merged.ids, key_of, former_ids=set(merged.aliases))

    assert undone.ids == before.ids


def test_the_largest_part_of_a_split_keeps_the_id():
    previous = dict.fromkeys((1, 2, 3), "cus_old")

    assignment = assign_ids([[1], [2, 3]], previous, key_of)

    assert assignment.ids == {1: id_of(1), 2: "cus_old", 3: "cus_old"}
    assert assignment.changes == (
        Change("split", id_of(1), "cus_old"),
        Change("move", id_of(1), "cus_old", 1),
    )


def test_between_equal_parts_the_founding_record_keeps_the_id():
    previous = dict.fromkeys((1, 2), id_of(2))

    assignment = assign_ids([[1], [2]], previous, key_of)

    assert assignment.ids == {1: id_of(1), 2: id_of(2)}


def test_the_smaller_of_two_merged_entities_becomes_an_alias():
    previous = {1: "cus_a", 2: "cus_b", 3: "cus_b"}

    assignment = assign_ids([[1, 2, 3]], previous, key_of)

    assert set(assignment.ids.values()) == {"cus_b"}
    assert assignment.aliases == {"cus_a": "cus_b"}
    assert assignment.changes == (Change("merge", "cus_b", "cus_a"),)


def test_a_founder_who_leaves_gets_another_id_while_the_first_lives():
    previous = dict.fromkeys((1, 2, 3), id_of(1))

    assignment = assign_ids([[1], [2, 3]], previous, key_of)

    assert assignment.ids[2] == assignment.ids[3] == id_of(1)
    assert assignment.ids[1] == entity_id("account", key_of(1), 1)


def test_an_id_that_lives_elsewhere_is_not_given_twice():
    assignment = assign_ids([[1]], {}, key_of, is_live={id_of(1)}.__contains__)

    assert assignment.ids == {1: entity_id("account", key_of(1), 1)}


def test_an_entity_without_records_ends():
    assignment = assign_ids([[1]], {1: "cus_a", 2: "cus_b"}, key_of)

    assert assignment.changes == (Change("end", "cus_b"),)
