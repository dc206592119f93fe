"""Evidence and guards for two accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kizuna.identity import addresses, sites
from kizuna.identity import comparison as names
from kizuna.identity.evidence import (
    AUTO_BITS,
    DIFFERENT_NUMBERS,
    EDGE,
    FURTHER_SIGNS,
    PAIR,
    SAME_SOURCE,
    SHARED_DOMAIN,
    TWO_TELEPHONES,
    Bits,
    Evidence,
    Guard,
    prior,
    weighed,
)
from kizuna.identity.keys import (
    CONTACT,
    CORPORATE_NUMBER,
    DOMAIN,
    EMAIL,
    NAME,
    PHONE,
    PLACE,
    Key,
    Stats,
    commonness,
    is_generic,
    no_stats,
)
from kizuna.identity.mailboxes import domain_of
from kizuna.identity.profile import AccountProfile, is_repeated, lesser_domains
from kizuna.identity.references import generic_reference, reference_evidence, remarks

# Names that are two companies', or so far apart that a reference across them needs a second sign.
_TWO_NAMES = frozenset({names.CONFLICT, names.DIFFERENT_BUSINESS})
_UNREAD = frozenset({names.UNREADABLE, names.UNREAD_SIGNS})
_KIND_OF = {
    **{"corporate_number": CORPORATE_NUMBER, "email": EMAIL, "domain": DOMAIN},
    **{"phone": PHONE, "place": PLACE, "contact": CONTACT},
}
_NOWHERE = Evidence("place", "elsewhere", 0.0)


def _rarest(kind: str, values: Iterable[str], stats: Stats) -> int:
    """How common the rarest of the values is: among the differently named records of one source."""
    return min(commonness(stats(Key(kind, value))) for value in values)


def _same_scheme(number: str, other: str) -> bool:
    return number.isdigit() == other.isdigit() and (number.isdigit() or number[:2] == other[:2])


def _corporate_number(a: AccountProfile, b: AccountProfile, bits: Bits) -> Evidence | None:
    one, other = a.corporate_number, b.corporate_number
    if one is None or other is None or not _same_scheme(one, other):
        return None
    if one == other:
        return weighed(bits, "corporate_number", "equal", [one])
    return weighed(bits, "corporate_number", "different", [one, other])


def _domain(a: AccountProfile, b: AccountProfile, bits: Bits) -> Evidence | None:
    if not a.domains.isdisjoint(b.domains):
        return weighed(bits, "domain", "own", sorted(a.domains & b.domains))
    lesser, other_lesser = lesser_domains(a), lesser_domains(b)
    crossed = (a.domains & other_lesser) | (lesser & b.domains)
    if crossed:
        return weighed(bits, "domain", "own_and_contact", sorted(crossed))
    if not lesser.isdisjoint(other_lesser):
        return weighed(bits, "domain", "contact", sorted(lesser & other_lesser))
    return None


def _email(a: AccountProfile, b: AccountProfile, bits: Bits, domain: Evidence | None) -> Evidence | None:
    shared = sorted((a.emails & b.emails) | (a.role_mailboxes & b.role_mailboxes))
    if not shared:
        return None
    return weighed(bits, "email", "equal" if domain is None else "equal_on_domain", shared)


def _phone(a: AccountProfile, b: AccountProfile, bits: Bits, stats: Stats) -> Evidence | None:
    shared = sorted(a.phones & b.phones)
    return weighed(bits, "phone", "equal", shared, _rarest(PHONE, shared, stats)) if shared else None


def _place(a: AccountProfile, b: AccountProfile, bits: Bits, stats: Stats) -> Evidence | None:
    shared = sorted(a.places & b.places)
    if shared and not addresses.are_two_kinds(a.street_kind, b.street_kind):
        return weighed(bits, "place", "equal", shared, _rarest(PLACE, shared, stats))
    if shared or addresses.alike(a.places, b.places):
        return weighed(bits, "place", "similar")
    return weighed(bits, "place", "elsewhere") if addresses.apart(a.places, b.places) else None


def _contact(a: AccountProfile, b: AccountProfile, bits: Bits, stats: Stats) -> Evidence | None:
    """People known at both, or who pay for one and are known at the other; an address both have as their own is told."""
    shared = sorted(((a.contacts | a.emails) & (b.contacts | b.emails)) - (a.emails & b.emails))
    if not shared:
        return None
    level = "one" if len(shared) == 1 else "several"
    return weighed(bits, "contact", level, shared, _rarest(CONTACT, shared, stats))


def _name(a: AccountProfile, b: AccountProfile, bits: Bits, stats: Stats) -> Evidence:
    if a.name is None or b.name is None:
        return weighed(bits, "name", names.MISSING)
    values = [a.name.raw] if a.name.raw == b.name.raw else [a.name.raw, b.name.raw]
    level = names.account_names(a, b)
    stat = stats(Key(NAME, a.name.core))
    return weighed(bits, "name", level, values, commonness(stat, stat.most) if level == names.EQUAL else 0)


def level_of(name: Evidence | None) -> str:
    """The level of the names' evidence, ``missing`` without one."""
    return name.level if name else names.MISSING


def evidence(a: AccountProfile, b: AccountProfile, bits: Bits, stats: Stats = no_stats) -> tuple[Evidence, ...]:
    """What every field of two accounts says, strongest fields first; a value that several carry says less."""
    domain = _domain(a, b, bits)
    found = (
        reference_evidence(a, b, bits["reference"]),
        _corporate_number(a, b, bits),
        _email(a, b, bits, domain),
        domain,
        _contact(a, b, bits, stats),
        _place(a, b, bits, stats),
        _phone(a, b, bits, stats),
        _name(a, b, bits, stats),
        weighed(bits, "source", "same") if a.source == b.source and not is_repeated(a, b) else None,
        prior(bits),
    )
    return tuple(item for item in found if item is not None)


def guards(a: AccountProfile, b: AccountProfile, found: Sequence[Evidence], stats: Stats) -> list[Guard]:
    """The guards on two accounts."""
    by_field = {item.field: item for item in found}
    number, reference = by_field.get("corporate_number"), by_field.get("reference")
    refers = reference is not None and reference.bits > 0
    proven = number is not None and number.bits > 0
    raised: list[Guard] = []
    if number and number.level == "different":
        raised.append(Guard(DIFFERENT_NUMBERS, PAIR, blocks=True, values=number.values))
    stale = refers and not proven and _is_contradicted(a, b, by_field)
    if stale and reference:
        raised.append(Guard("contradicted_reference", EDGE, blocks=True, values=reference.values))
    if not proven and (stale or not refers):
        raised.extend(_pair_guards(a, b, by_field, stats))
    raised.extend(_edge_guards(a, b, by_field, stats))
    raised.extend(remark for remark in remarks(a, b) if remark.name not in {guard.name for guard in raised})
    return raised


def _is_contradicted(a: AccountProfile, b: AccountProfile, by_field: dict[str, Evidence]) -> bool:
    """Whether a reference stands alone against the names, or against domains and telephones: it is stale, or a slip."""
    level = by_field["name"].level
    mutual = a.own in b.cross_references and b.own in a.cross_references
    if mutual or level in names.AGREEING or not by_field.keys().isdisjoint({"domain", "email", "phone"}):
        return False
    other_domain = bool(a.domains and b.domains)
    return level in _TWO_NAMES or (other_domain and (level in _UNREAD or sites.apart(a.phones, b.phones)))


def _pair_guards(a: AccountProfile, b: AccountProfile, by_field: dict[str, Evidence], stats: Stats) -> Iterator[Guard]:
    """What says that two accounts are two companies, unless a number or a reference says otherwise."""
    name, domain = by_field["name"], by_field.get("domain")
    if name.level == names.DIFFERENT_BUSINESS:
        yield Guard("same_brand_different_business", PAIR, blocks=True, values=name.values)
    one_source, elsewhere = a.source == b.source and not is_repeated(a, b), sites.apart(a.phones, b.phones)
    near = domain is not None or "contact" in by_field or by_field.get("place", _NOWHERE).level == "equal"
    # Who keeps two records tells two companies apart, until a third sign says that one was entered twice.
    if one_source and not _are_entered_twice(by_field):
        yield Guard(SAME_SOURCE, PAIR, blocks=True, values=domain.values if domain else ())
    if elsewhere and (one_source or (near and not names.told_in_full(a, b, name.level))):
        numbers = (" ".join(sorted(a.phones)), " ".join(sorted(b.phones)))
        yield Guard(TWO_TELEPHONES, PAIR, blocks=True, values=numbers)
    if domain is None:
        return
    if name.level == names.CONFLICT:
        yield Guard("conflicting_names_on_one_domain", PAIR, blocks=True, values=name.values)
    shared = _common(DOMAIN, domain.values, stats)
    others = a.contact_domains and b.contact_domains and a.contact_domains.isdisjoint(b.contact_domains)
    if shared and (elsewhere or others):
        yield Guard(SHARED_DOMAIN, PAIR, blocks=True, values=shared)


def _shares_staff(a: AccountProfile, b: AccountProfile, by_field: dict[str, Evidence]) -> bool:
    """Whether somebody with a mailbox at one of the two companies is known at both, and the names are one."""
    contact = by_field.get("contact")
    if contact is None or by_field["name"].level not in names.ONE_NAME:
        return False
    return any(domain_of(address) in a.domains | b.domains for address in contact.values)


def _are_entered_twice(by_field: dict[str, Evidence]) -> bool:
    """Whether a third sign stands beside name and domain of two records of one source."""
    return any(by_field[field].bits > 0 for field in FURTHER_SIGNS & by_field.keys())


def _edge_guards(a: AccountProfile, b: AccountProfile, by_field: dict[str, Evidence], stats: Stats) -> Iterator[Guard]:
    agreeing = {field for field, item in by_field.items() if item.bits > 0}
    if agreeing == {"name"}:
        yield Guard("name_only", EDGE, blocks=True, values=by_field["name"].values)
    apart = a.domains and b.domains and a.domains.isdisjoint(b.domains)
    if apart and agreeing.isdisjoint({"reference", "corporate_number", "email"}) and not _shares_staff(a, b, by_field):
        sides = (" ".join(sorted(a.domains)), " ".join(sorted(b.domains)))
        yield Guard("disjoint_domains_without_cross_reference", EDGE, blocks=True, values=sides)
    generic = _generic_values(a, b, by_field, stats) or _switchboard(by_field, stats)
    if generic:
        yield Guard("generic_value", EDGE, blocks=True, values=generic)


def _common(kind: str, values: Sequence[str], stats: Stats) -> tuple[str, ...]:
    """The values when every one of them is carried by differently named records of one source."""
    keys = [Key(kind, value) for value in values]
    return tuple(values) if all(is_generic(key, stats(key)) for key in keys) else ()


def _switchboard(by_field: dict[str, Evidence], stats: Stats) -> tuple[str, ...]:
    """A telephone number that many companies have, where the edge would not link without it."""
    phone = by_field.get("phone")
    bits = sum(item.bits for item in by_field.values())
    if phone is None or not bits - phone.bits < AUTO_BITS <= bits:
        return ()
    return _common(PHONE, phone.values, stats)


def _generic_values(
    a: AccountProfile, b: AccountProfile, by_field: dict[str, Evidence], stats: Stats
) -> tuple[str, ...]:
    """The values to blame when everything that links the two is too common; empty when something rare does."""
    level = level_of(by_field.get("name"))
    too_common: list[str] = []
    for field, item in by_field.items():
        if item.bits <= 0 or field in {"name", "source"}:
            continue
        if field == "reference":
            common = generic_reference(a, b, stats)
            agrees = level in names.AGREEING or "domain" in by_field
        else:
            # A domain that only contacts have in common is weighed with the name anyway.
            common = _common(_KIND_OF[field], item.values, stats) if item.level != "contact" else ()
            agrees = level in names.ONE_NAME
        if not common or agrees:
            return ()
        too_common.extend(common)
    return tuple(too_common)
