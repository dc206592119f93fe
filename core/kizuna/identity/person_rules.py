"""Evidence and guards for two people: one mailbox is one person, a common domain is never evidence."""

from __future__ import annotations

from collections.abc import Sequence

from kizuna.identity import addresses, sites
from kizuna.identity import comparison as names
from kizuna.identity.evidence import EDGE, PAIR, SAME_SOURCE, TWO_DESKS, Bits, Evidence, Guard, prior, weighed
from kizuna.identity.keys import (
    EMAIL,
    FULL_NAME,
    NAME_AT,
    PHONE,
    PLACE,
    Key,
    Stats,
    commonness,
    full_name,
    is_generic,
    name_at,
    no_stats,
)
from kizuna.identity.likeness import EQUAL, SLIP, birthdays, mailboxes_slip, towns
from kizuna.identity.mailboxes import domain_of, is_role_mailbox
from kizuna.identity.person_names import PersonName
from kizuna.identity.profile import PersonProfile, is_repeated
from kizuna.identity.references import generic_reference, reference_evidence, remarks

_TELLING_CHARS = 4
# What makes of a name more than a name alone, where it speaks for the two being one.
_FURTHER = ("customer", "phone", "born", "place", "email", "town")
_RARER_AT_A_CUSTOMER = 1  # doublings
# What says that names a few letters apart are one name and a slip.
_CONFIRMING = {"born": frozenset({EQUAL, SLIP}), "place": frozenset({EQUAL, "similar"})}


def _owned(a: PersonProfile, b: PersonProfile, shared: Sequence[str]) -> bool:
    """Whether a mailbox in common bears the given name both have: hanako@ keeps its owner when the family name changes."""
    if not names.have_one_given_name(a.name, b.name):
        return False
    given = {name.given for name in (a.name, b.name) if name and name.given}
    return any(word in address.partition("@")[0] for address in shared for word in given)


def _spells(one: PersonProfile, name: PersonName) -> bool:
    """Whether a mailbox of one record spells the other's name: 彩 at aya.matsuda@ is Aya Matsuda."""
    if name.script != "latin" or len(name.words) < 2 or max(map(len, name.words)) < _TELLING_CHARS:
        return False
    return any(all(word in address.partition("@")[0] for word in name.words) for address in one.emails)


def _name(a: PersonProfile, b: PersonProfile, bits: Bits, stats: Stats, shared: Sequence[str]) -> Evidence | None:
    if a.name is None or b.name is None:
        return None
    values = [a.name.raw] if a.name.raw == b.name.raw else [a.name.raw, b.name.raw]
    level = names.person_names(a.name, b.name)
    if level in names.TWO_PEOPLE and _owned(a, b, shared):
        level = names.PARTIAL
    if level == names.UNREADABLE and (_spells(a, b.name) or _spells(b, a.name)):
        level = names.SPELT
    full = full_name(a)
    common = 0
    if level == names.EQUAL and full is not None:
        stat = stats(Key(FULL_NAME, full))
        # Among the people of one customer most names are rare; the commonest are not even there.
        spared = 0 if a.customers.isdisjoint(b.customers) else _RARER_AT_A_CUSTOMER
        common = max(0, commonness(stat, stat.most) - spared)
    return weighed(bits, "name", level, values, common)


def _email(a: PersonProfile, b: PersonProfile, bits: Bits, shared: Sequence[str]) -> Evidence | None:
    if shared:
        return weighed(bits, "email", "equal", shared)
    domains, other = _company_domains(a), _company_domains(b)
    on_one = domains.keys() & other.keys()
    if not on_one:
        slips = [(mine, its) for mine in a.emails for its in b.emails if mailboxes_slip(mine, its)]
        return weighed(bits, "email", "slip", sorted(min(slips))) if slips else None
    values = sorted({side[domain] for side in (domains, other) for domain in on_one})
    return weighed(bits, "email", "other_on_domain", values)


def _company_domains(person: PersonProfile) -> dict[str, str]:
    """Company domain → the mailbox there."""
    return {domain: address for address in sorted(person.emails) if (domain := domain_of(address))}


def _phone(a: PersonProfile, b: PersonProfile, bits: Bits, stats: Stats) -> Evidence | None:
    shared = sorted(a.phones & b.phones)
    if a.customers and b.customers and a.customers.isdisjoint(b.customers):
        # Whoever is at two customers takes along what they carry about, no office's number and no call centre's.
        shared = [number for number in shared if sites.is_mobile(number)]
    if not shared:
        return weighed(bits, "phone", "two_mobiles") if sites.two_mobiles(a.phones, b.phones) else None
    return weighed(bits, "phone", "equal", shared, min(commonness(stats(Key(PHONE, number))) for number in shared))


def _place(a: PersonProfile, b: PersonProfile, bits: Bits, stats: Stats) -> Evidence | None:
    shared = sorted(a.places & b.places)
    if shared and not addresses.are_two_kinds(a.street_kind, b.street_kind):
        return weighed(bits, "place", "equal", shared, min(commonness(stats(Key(PLACE, place))) for place in shared))
    if shared or addresses.alike(a.places, b.places):
        return weighed(bits, "place", "similar")
    return weighed(bits, "place", "elsewhere") if addresses.apart(a.places, b.places) else None


def evidence(a: PersonProfile, b: PersonProfile, bits: Bits, stats: Stats = no_stats) -> tuple[Evidence, ...]:
    """What every field of two people says, strongest fields first; a value that several carry says less."""
    shared = sorted(a.emails & b.emails)
    found = (
        reference_evidence(a, b, bits["reference"]),
        _email(a, b, bits, shared),
        weighed(bits, "customer", "same") if not a.customers.isdisjoint(b.customers) else None,
        weighed(bits, "born", birthdays(a.born, b.born), sorted({a.born, b.born})) if a.born and b.born else None,
        _place(a, b, bits, stats) if a.places and b.places else None,
        weighed(bits, "town", towns(a.town, b.town), sorted({a.town, b.town})) if a.town and b.town else None,
        _phone(a, b, bits, stats),
        _name(a, b, bits, stats, shared),
        weighed(bits, "source", "same") if a.source == b.source and not is_repeated(a, b) else None,
        prior(bits),
    )
    return tuple(item for item in found if item is not None)


def _are_two_desks(a: PersonProfile, b: PersonProfile, email: Evidence, reference: Evidence | None) -> bool:
    """Whether a desk's mailbox, all the two have in common, may serve one desk each of two companies.

    Companies of a group have the accounts department's address in common, and every department has one name.
    """
    if not all(is_role_mailbox(address) for address in email.values) or not a.phones.isdisjoint(b.phones):
        return False
    elsewhere = bool(a.customers and b.customers) and a.customers.isdisjoint(b.customers)
    return a.source == b.source or reference is not None or bool(a.phones and b.phones) or elsewhere


def guards(a: PersonProfile, b: PersonProfile, found: Sequence[Evidence], stats: Stats) -> list[Guard]:
    """The guards on two people."""
    by_field = {item.field: item for item in found}
    name, email, reference = by_field.get("name"), by_field.get("email"), by_field.get("reference")
    level = name.level if name else names.MISSING
    email = email if email and email.level == "equal" else None
    said = reference is not None and reference.bits > 0
    raised: list[Guard] = []
    two_names = level in names.TWO_PEOPLE and not _is_born_there(by_field)
    if name and not said and (two_names or _is_doubtful_slip(a, b, by_field)):
        raised.append(Guard("full_names_conflict", PAIR, blocks=True, values=name.values))
    twice = a.source == b.source and not is_repeated(a, b)
    if twice and not said and not email and _are_two_full_names(a, b, level):
        raised.append(Guard(SAME_SOURCE, PAIR, blocks=True))
    if reference and said and level in names.TWO_PEOPLE and not email and not _is_confirmed(a, b, by_field):
        raised.append(Guard("contradicted_reference", EDGE, blocks=True, values=reference.values))
    if email and not said and _are_two_desks(a, b, email, reference):
        raised.append(Guard(TWO_DESKS, PAIR, blocks=True, values=email.values))
    desks = tuple(sorted(a.role_mailboxes & b.role_mailboxes))
    if not said and not email and not _has_further_sign(by_field):
        if desks:
            raised.append(Guard("role_mailbox", EDGE, blocks=True, values=desks))
        if name and name.bits > 0:
            raised.append(Guard("name_only", EDGE, blocks=True, values=name.values))
    namesakes = _namesakes(a, b, stats) if name and not said and not email else ()
    if namesakes:
        raised.append(Guard("namesakes", EDGE, blocks=True, values=namesakes))
    generic = _generic_values(a, b, email, level, stats, said=said)
    if generic:
        raised.append(Guard("generic_value", EDGE, blocks=True, values=generic))
    raised.extend(remark for remark in remarks(a, b) if remark.name not in {guard.name for guard in raised})
    return raised


def _is_confirmed(a: PersonProfile, b: PersonProfile, by_field: dict[str, Evidence]) -> bool:
    """Whether telephone, birthday or address confirm a reference that the names contradict."""
    equal = any(by_field[field].level == EQUAL for field in ("born", "place") if field in by_field)
    return equal or not a.phones.isdisjoint(b.phones)


def _is_born_there(by_field: dict[str, Evidence]) -> bool:
    """Whether birthday and address, or birthday and mailbox, are one: names change, and are mistaken for each other."""
    born = by_field.get("born")
    if born is None or born.level != EQUAL:
        return False
    return any(field in by_field and by_field[field].level in {EQUAL, SLIP} for field in ("place", "email"))


def _is_doubtful_slip(a: PersonProfile, b: PersonProfile, by_field: dict[str, Evidence]) -> bool:
    """Whether a few letters differ as they do between two names, and neither birthday nor address says it is a slip."""
    if by_field["name"].level not in names.ONE_PERSON or not names.by_edits_alone(a.name, b.name):
        return False
    return not any(field in by_field and by_field[field].level in _CONFIRMING[field] for field in _CONFIRMING)


def _are_two_full_names(a: PersonProfile, b: PersonProfile, level: str) -> bool:
    """Whether family and given name stand on both sides and are alike without being equal."""
    return level in names.ONE_PERSON and bool(a.name and b.name and a.name.is_full and b.name.is_full)


def _has_further_sign(by_field: dict[str, Evidence]) -> bool:
    return any(by_field[field].bits > 0 for field in _FURTHER if field in by_field)


def _namesakes(a: PersonProfile, b: PersonProfile, stats: Stats) -> tuple[str, ...]:
    """The name when one source has it twice at the customer, so that nobody knows which of the two a third record means."""
    full, other = full_name(a), full_name(b)
    if full is None or full != other:
        return ()
    shared = a.customers & b.customers
    twice = bool(shared) and all(stats(Key(NAME_AT, name_at(customer, full))).most > 1 for customer in shared)
    return (a.name.raw,) if twice and a.name else ()


def _generic_values(
    a: PersonProfile, b: PersonProfile, email: Evidence | None, level: str, stats: Stats, *, said: bool
) -> tuple[str, ...]:
    common: tuple[str, ...] = ()
    if said:
        # A mailbox in common is the second sign that a reference made by several names needs.
        common = generic_reference(a, b, stats) if level not in names.AGREEING and not email else ()
        if not common:
            return ()
    if email:
        keys = [Key(EMAIL, value) for value in email.values]
        shared = tuple(key.value for key in keys if is_generic(key, stats(key)))
        if len(shared) < len(keys) or level in names.AGREEING:
            return ()
        common += shared
    return common
