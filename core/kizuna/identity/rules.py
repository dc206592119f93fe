"""When two records are one in the exact tier: evidence field by field, and the guards no score outvotes.

The choices where precision and recall pull apart:

* A cross reference links whatever the names say, because systems rename apart, as long as anything else agrees or nothing
  contradicts. Corporate numbers that differ, a person's decision, a reference that several differently named records of one
  source make, or one that names and domains contradict from one side, stand against it.
* A domain of their own is one sign that two accounts are one. Beside it must stand a second: a name that agrees, or, where
  names are missing or in kanji and in letters, a telephone number or a mailbox. A brand with a word more is another company.
* A domain that one source gives to two names links only what has one name, unless the contacts or the telephones differ.
* Numbers of two places keep apart what is not told in full; a name without its legal form fits every company of a group.
* Two records of one source are two companies until a third sign says that one was entered twice. A record that fits two
  that cannot be one joins neither.
* The domain of contacts, and of an address that need not be the company's, links only beside a name that agrees.
* A name written out with its legal form is taken at its word: one word more, or another form of the same register, is
  another company.
* A name alone, or a telephone number alone, never links.
* A desk's mailbox that one source has twice, or with two telephones, may serve two companies of a group.
"""

from __future__ import annotations

import msgspec

from kizuna.identity import account_rules, person_rules
from kizuna.identity.comparison import EQUAL
from kizuna.identity.evidence import BY_ID, BY_VALUES, Edge, Evidence, Guard, edge_of
from kizuna.identity.keys import Stats, no_stats
from kizuna.identity.models import BUILT_IN, MatchModel
from kizuna.identity.profile import AccountProfile, PersonProfile, Profile, entity_of

_LINKING = frozenset("reference corporate_number email domain contact place phone customer born town".split())


def evidence(a: Profile, b: Profile, stats: Stats = no_stats, model: MatchModel = BUILT_IN) -> tuple[Evidence, ...]:
    """What every field says about the two being one, agreeing or not; empty for a company and a person.

    ``stats`` tells how common a value is: one that several carry says less. ``model`` tells what each level is worth.
    Where the two sides differ, the value of the record with the smaller id stands first.
    """
    if a.rid > b.rid:
        a, b = b, a
    if isinstance(a, AccountProfile) and isinstance(b, AccountProfile):
        return account_rules.evidence(a, b, model.account.bits, stats)
    if isinstance(a, PersonProfile) and isinstance(b, PersonProfile):
        return person_rules.evidence(a, b, model.person.bits, stats)
    return ()


def compare(a: Profile, b: Profile, stats: Stats = no_stats, model: MatchModel = BUILT_IN) -> Edge | None:
    """The edge between two records, None when nothing but a name agrees or the bits are too few even for a review.

    Guards are not looked at: an edge that a guard blocks exists, so that what it would link can be shown and reviewed.
    """
    found = evidence(a, b, stats, model)
    asks = isinstance(a, AccountProfile) and any(map(_is_rare_name, found))
    if a.rid == b.rid or not (asks or any(map(is_strong, found))):
        return None
    edge = edge_of(a.rid, b.rid, found, BY_ID if any(is_said(item) for item in found) else BY_VALUES, model.version)
    return edge if edge.bits >= model.of(entity_of(a)).review_bits else None


def guards(
    a: Profile,
    b: Profile,
    stats: Stats = no_stats,
    model: MatchModel = BUILT_IN,
    *,
    found: tuple[Evidence, ...] | None = None,
) -> tuple[Guard, ...]:
    """Every guard that speaks on the pair, blocking ones first; ``stats`` tells how common a value is.

    ``found`` is the pair's evidence where it is known already, as on an edge.
    """
    if a.rid > b.rid:
        a, b = b, a
    found = evidence(a, b, stats, model) if found is None else found
    if isinstance(a, AccountProfile) and isinstance(b, AccountProfile):
        raised = account_rules.guards(a, b, found, stats)
    elif isinstance(a, PersonProfile) and isinstance(b, PersonProfile):
        raised = person_rules.guards(a, b, found, stats)
    else:
        raised = []
    silent = model.of(entity_of(a)).silent
    if silent:
        raised = [msgspec.structs.replace(one, blocks=one.blocks and one.name not in silent) for one in raised]
    return tuple(sorted(raised, key=lambda guard: (not guard.blocks, guard.name)))


def is_said(item: Evidence) -> bool:
    """Whether a system or a state itself says that the two are one."""
    return item.field in {"reference", "corporate_number"} and item.bits > 0


def is_strong(item: Evidence) -> bool:
    """Whether the field can link; names only add to others."""
    return item.field in _LINKING and item.bits > 0


def _is_rare_name(item: Evidence) -> bool:
    """Whether a company's name is equal that hardly anybody else has: worth a question, never a link."""
    return item.field == "name" and item.level == EQUAL and item.doublings == 0
