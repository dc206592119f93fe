"""Evidence and guards for two people: one mailbox is one person, a common domain is never evidence."""

from __future__ import annotations

from collections.abc import Sequence

from kizuna.identity import comparison as names
from kizuna.identity.evidence import EDGE, PAIR, PERSON_BITS, TWO_DESKS, Evidence, Guard
from kizuna.identity.keys import EMAIL, Key, Stats, is_generic
from kizuna.identity.mailboxes import is_role_mailbox
from kizuna.identity.profile import PersonProfile
from kizuna.identity.references import generic_reference, reference_evidence, remarks


def _item(field: str, level: str, values: Sequence[str] = ()) -> Evidence:
    return Evidence(field, level, PERSON_BITS[field][level], tuple(values))


def _owned(a: PersonProfile, b: PersonProfile, shared: Sequence[str]) -> bool:
    """Whether a mailbox in common bears the given name both have: hanako@ keeps its owner when the family name changes."""
    if not names.have_one_given_name(a.name, b.name):
        return False
    given = {name.given for name in (a.name, b.name) if name and name.given}
    return any(word in address.partition("@")[0] for address in shared for word in given)


def evidence(a: PersonProfile, b: PersonProfile) -> tuple[Evidence, ...]:
    """What every field of two people says, strongest fields first."""
    shared = sorted(a.emails & b.emails)
    name = None
    if a.name is not None and b.name is not None:
        values = [a.name.raw] if a.name.raw == b.name.raw else [a.name.raw, b.name.raw]
        level = names.person_names(a.name, b.name)
        if level == names.CONFLICT and _owned(a, b, shared):
            level = names.PARTIAL
        name = _item("name", level, values)
    found = (
        reference_evidence(a, b, PERSON_BITS["reference"]),
        _item("email", "equal", shared) if shared else None,
        name,
        _item("source", "same") if a.source == b.source else None,
    )
    return tuple(item for item in found if item is not None)


def _are_two_desks(a: PersonProfile, b: PersonProfile, email: Evidence, reference: Evidence | None) -> bool:
    """Whether a desk's mailbox, all the two have in common, may serve one desk each of two companies.

    Companies of a group have the accounts department's address in common, and every department has one name.
    """
    if not all(is_role_mailbox(address) for address in email.values) or not a.phones.isdisjoint(b.phones):
        return False
    return a.source == b.source or reference is not None or bool(a.phones and b.phones)


def guards(a: PersonProfile, b: PersonProfile, found: Sequence[Evidence], stats: Stats) -> list[Guard]:
    """The guards on two people."""
    by_field = {item.field: item for item in found}
    name, email, reference = by_field.get("name"), by_field.get("email"), by_field.get("reference")
    level = name.level if name else names.MISSING
    said = reference is not None and reference.bits > 0
    raised: list[Guard] = []
    if name and level == names.CONFLICT and not said:
        raised.append(Guard("full_names_conflict", PAIR, blocks=True, values=name.values))
    if reference and said and level == names.CONFLICT and not email and a.phones.isdisjoint(b.phones):
        raised.append(Guard("contradicted_reference", EDGE, blocks=True, values=reference.values))
    if email and not said and _are_two_desks(a, b, email, reference):
        raised.append(Guard(TWO_DESKS, PAIR, blocks=True, values=email.values))
    desks = tuple(sorted(a.role_mailboxes & b.role_mailboxes))
    if not said and not email:
        if desks:
            raised.append(Guard("role_mailbox", EDGE, blocks=True, values=desks))
        if name and name.bits > 0:
            raised.append(Guard("name_only", EDGE, blocks=True, values=name.values))
    generic = _generic_values(a, b, email, level, stats, said=said)
    if generic:
        raised.append(Guard("generic_value", EDGE, blocks=True, values=generic))
    raised.extend(remark for remark in remarks(a, b) if remark.name not in {guard.name for guard in raised})
    return raised


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
