"""What must hold for any text people type into any field."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.identity.batch import resolve
from kizuna.identity.evidence import AUTO_BITS
from kizuna.identity.explain import explain
from kizuna.identity.keys import KINDS, key_hash, keys, stats_of
from kizuna.identity.normalise import (
    company_name,
    domains_in,
    emails_in,
    is_free_mail,
    is_placeholder_domain,
    is_role_mailbox,
    person_name,
)
from kizuna.identity.profile import entity_of
from kizuna.identity.rules import compare, evidence, guards
from tests.identity.records import SYSTEMS, account, person

# What stands in real fields: any text, and pieces that mean something, glued together.
PIECES = (
    "株式会社 (株) ㈱ 青葉 商事 食品 アオバ Aoba Shoji Foods Inc. GmbH & and test n/a - なし 0000 😀 \u202eabc \x00 ' \" ( ) （ ） "
    "taro @ aoba.co.jp gmail.com example.com info keiri , ; : / https:// www. 例え.jp +81 03-1234-5679 T7000012050002 \ud800"
).split()
typed = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join),
    st.text(alphabet="aあ株 ()@.", min_size=200, max_size=400),
)
fields = st.lists(typed, max_size=2).map(tuple)
references = st.lists(
    st.tuples(st.sampled_from(("crm", "desk", "")), st.sampled_from(("1", "2", " ", "null"))), max_size=2
)
sources = st.sampled_from(tuple(SYSTEMS))
accounts = st.builds(
    account,
    sources,
    typed,
    domains=fields,
    emails=fields,
    contact_emails=fields,
    phones=fields,
    corporate_number=typed,
    cross_references=references,
    country=typed,
)
people = st.builds(person, sources, typed, given_name=typed, family_name=typed, emails=fields, phones=fields)
profiles = st.one_of(accounts, people)

# Records that often agree, so that every rule is reached.
NAMES = ("Aoba Foods", "株式会社青葉食品", "アオバ食品", "Aoba Trading", "Cedar Wave", "Ken Sato", None, "test")
DOMAINS = ("aoba.co.jp", "aoba-foods.com", "gmail.com", "example.com", None)
ADDRESSES = ("ken.sato@aoba.co.jp", "info@aoba.co.jp", "ken@gmail.com", "test@example.com", None)
NUMBERS = ("7000012050002", "1180301018771", None)
alike = st.builds(
    lambda source, name, domain, address, contact, number, refs: account(
        source,
        name,
        domains=(domain,),
        emails=(address,),
        contact_emails=(contact,),
        corporate_number=number,
        cross_references=refs,
    ),
    sources,
    st.sampled_from(NAMES),
    st.sampled_from(DOMAINS),
    st.sampled_from(ADDRESSES),
    st.sampled_from(ADDRESSES),
    st.sampled_from(NUMBERS),
    references,
)


@given(profiles)
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_a_profile_or_makes_a_key_that_says_nothing(profile):
    found = keys(profile)

    hosts = [key.value for key in found if key.kind in {"domain", "known_domain"}]
    addresses = [key.value for key in found if key.kind == "email"]
    assert not any(is_free_mail(host) or is_placeholder_domain(host) for host in hosts)
    assert not any(is_placeholder_domain(address.rpartition("@")[2]) for address in addresses)
    assert entity_of(profile) == "account" or not any(is_role_mailbox(address) for address in addresses)
    assert all(key.kind in KINDS and key.value.strip("\x1f ") and len(key.value) <= 1024 for key in found)
    assert all(-(2**63) <= key_hash(entity_of(profile), key.kind, key.value) < 2**63 for key in found)
    assert list(found) == sorted(set(found))


@given(typed)
@settings(max_examples=150, deadline=None)
def test_normalising_what_was_normalised_changes_nothing(text):
    company, someone = company_name(text), person_name(text)

    assert company is None or company_name(company.raw) == company
    assert someone is None or person_name(someone.raw) == someone
    assert all(emails_in(address) == (address,) for address in emails_in(text))
    assert all(domains_in(domain) == (domain,) for domain in domains_in(text))


@given(alike, alike)
@settings(max_examples=150, deadline=None)
def test_the_bits_of_the_fields_sum_to_the_score_both_ways(a, b):
    edge, turned = compare(a, b), compare(b, a)

    assert edge == turned
    assert {guard.name for guard in guards(a, b)} == {guard.name for guard in guards(b, a)}
    assert edge is None or edge.bits == sum(item.bits for item in edge.evidence)
    assert edge is None or edge.bits == sum(item.bits for item in evidence(a, b))


@given(alike, alike)
@settings(max_examples=150, deadline=None)
def test_no_edge_that_links_rests_on_a_name_alone(a, b):
    edge = compare(a, b)

    agreeing = {item.field for item in edge.evidence if item.bits > 0} if edge else set()
    assert edge is None or agreeing - {"name"} or not edge.is_auto


@given(st.one_of(alike, profiles), st.one_of(alike, profiles), st.sampled_from((None, "same", "different")))
@settings(max_examples=150, deadline=None)
def test_every_pair_can_be_explained_in_both_languages(a, b, decision):
    explanation = explain(a, b, decision=decision)

    assert len(explanation.sentences("en")) == len(explanation.sentences("ja")) >= 1
    assert explanation.bits == sum(item.bits for item in explanation.evidence)
    assert explanation.verdict != "linked" or explanation.bits >= AUTO_BITS


@given(st.lists(alike, max_size=7), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_records_in_any_order_give_one_partition(records, shuffler):
    shuffled = shuffler.sample(records, len(records))

    straight, turned = resolve(records), resolve(shuffled)

    assert straight == turned


@given(st.lists(alike, max_size=7))
@settings(max_examples=60, deadline=None)
def test_two_corporate_numbers_are_never_one_customer(records):
    by_rid = {record.rid: record for record in records}

    partition = resolve(records)

    numbers = [{by_rid[rid].corporate_number for rid in members} - {None} for members in partition.clusters]
    assert all(len(found) <= 1 for found in numbers)


@given(st.lists(alike, max_size=7))
@settings(max_examples=60, deadline=None)
def test_every_link_traces_to_an_edge_no_guard_blocks(records):
    by_rid = {record.rid: record for record in records}
    stats = stats_of(records)

    partition = resolve(records)

    assert all(link.is_auto and link == compare(by_rid[link.a], by_rid[link.b], stats) for link in partition.links)
    assert not any(guard.blocks for link in partition.links for guard in guards(by_rid[link.a], by_rid[link.b], stats))
