"""Evidence and guards for two accounts."""

from __future__ import annotations

from collections.abc import Sequence

from kizuna.identity import comparison as names
from kizuna.identity.evidence import ACCOUNT_BITS, DIFFERENT_NUMBERS, EDGE, PAIR, SAME_SOURCE, Evidence, Guard
from kizuna.identity.keys import CORPORATE_NUMBER, DOMAIN, EMAIL, Key, Stats, is_generic
from kizuna.identity.profile import WEB_ADDRESS, AccountProfile, lesser_domains
from kizuna.identity.references import generic_reference, reference_evidence, remarks

# One source wrote both records, and no name says that they are one.
_NO_NAME = frozenset({names.MISSING, names.UNREADABLE})


def _item(field: str, level: str, values: Sequence[str] = ()) -> Evidence:
    return Evidence(field, level, ACCOUNT_BITS[field][level], tuple(values))


def _same_scheme(number: str, other: str) -> bool:
    return number.isdigit() == other.isdigit() and (number.isdigit() or number[:2] == other[:2])


def _corporate_number(a: AccountProfile, b: AccountProfile) -> Evidence | None:
    one, other = a.corporate_number, b.corporate_number
    if one is None or other is None or not _same_scheme(one, other):
        return None
    return (
        _item("corporate_number", "equal", [one])
        if one == other
        else _item("corporate_number", "different", [one, other])
    )


def _domain(a: AccountProfile, b: AccountProfile) -> Evidence | None:
    if not a.domains.isdisjoint(b.domains):
        return _item("domain", "own", sorted(a.domains & b.domains))
    lesser, other_lesser = lesser_domains(a), lesser_domains(b)
    crossed = (a.domains & other_lesser) | (lesser & b.domains)
    if crossed:
        return _item("domain", "own_and_contact", sorted(crossed))
    if not lesser.isdisjoint(other_lesser):
        return _item("domain", "contact", sorted(lesser & other_lesser))
    return None


def _email(a: AccountProfile, b: AccountProfile, domain: Evidence | None) -> Evidence | None:
    shared = sorted((a.emails & b.emails) | (a.role_mailboxes & b.role_mailboxes))
    if not shared:
        return None
    return _item("email", "equal" if domain is None else "equal_on_domain", shared)


def _name(a: AccountProfile, b: AccountProfile) -> Evidence | None:
    if a.name is None or b.name is None:
        return None
    values = [a.name.raw] if a.name.raw == b.name.raw else [a.name.raw, b.name.raw]
    return _item("name", names.account_names(a, b), values)


def level_of(name: Evidence | None) -> str:
    """The level of the names' evidence, ``missing`` without one."""
    return name.level if name else names.MISSING


def evidence(a: AccountProfile, b: AccountProfile) -> tuple[Evidence, ...]:
    """What every field of two accounts says, strongest fields first."""
    domain = _domain(a, b)
    found = (
        reference_evidence(a, b, ACCOUNT_BITS["reference"]),
        _corporate_number(a, b),
        _email(a, b, domain),
        domain,
        _name(a, b),
        _item("source", "same") if a.source == b.source else None,
    )
    return tuple(item for item in found if item is not None)


def guards(a: AccountProfile, b: AccountProfile, found: Sequence[Evidence], stats: Stats) -> list[Guard]:
    """The guards on two accounts."""
    by_field = {item.field: item for item in found}
    number, name = by_field.get("corporate_number"), by_field.get("name")
    said = [item for item in found if item.field in {"reference", "corporate_number"} and item.bits > 0]
    raised: list[Guard] = []
    if number and number.level == "different":
        raised.append(Guard(DIFFERENT_NUMBERS, PAIR, blocks=True, values=number.values))
    if name and not said:
        if name.level == names.DIFFERENT_BUSINESS:
            raised.append(Guard("same_brand_different_business", PAIR, blocks=True, values=name.values))
        elif name.level == names.CONFLICT and "domain" in by_field:
            raised.append(Guard("conflicting_names_on_one_domain", PAIR, blocks=True, values=name.values))
    nameless = level_of(name) in _NO_NAME or WEB_ADDRESS in {a.name_role, b.name_role}
    if a.source == b.source and "domain" in by_field and not said and nameless:
        raised.append(Guard(SAME_SOURCE, PAIR, blocks=True))
    raised.extend(_edge_guards(a, b, by_field, stats))
    raised.extend(remark for remark in remarks(a, b) if remark.name not in {guard.name for guard in raised})
    return raised


def _edge_guards(a: AccountProfile, b: AccountProfile, by_field: dict[str, Evidence], stats: Stats) -> list[Guard]:
    agreeing = {field for field, item in by_field.items() if item.bits > 0}
    raised: list[Guard] = []
    if agreeing == {"name"}:
        raised.append(Guard("name_only", EDGE, blocks=True, values=by_field["name"].values))
    apart = a.domains and b.domains and a.domains.isdisjoint(b.domains)
    if apart and agreeing.isdisjoint({"reference", "corporate_number", "email"}):
        sides = (" ".join(sorted(a.domains)), " ".join(sorted(b.domains)))
        raised.append(Guard("disjoint_domains_without_cross_reference", EDGE, blocks=True, values=sides))
    generic = _generic_values(a, b, by_field, stats)
    if generic:
        raised.append(Guard("generic_value", EDGE, blocks=True, values=generic))
    return raised


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
            kind = {"corporate_number": CORPORATE_NUMBER, "email": EMAIL, "domain": DOMAIN}[field]
            keys = [Key(kind, value) for value in item.values]
            # A domain that only contacts have in common is weighed with the name anyway.
            counted = item.level != "contact"
            common = tuple(key.value for key in keys if counted and is_generic(key, stats(key)))
            common = common if len(common) == len(keys) else ()
            agrees = level in names.ONE_NAME
        if not common or agrees:
            return ()
        too_common.extend(common)
    return tuple(too_common)
