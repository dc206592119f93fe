"""The values that say two records are one: evidence by field in bits, the edge they add up to, and guards against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kizuna.identity import comparison as names

MODEL_VERSION = "signs-3"

# An edge of so many bits links by itself; in the band below a person is asked.
AUTO_BITS = 6.0
REVIEW_BITS = 3.0

# Tiers, strongest first: a person has said so, a system has said so, values agree.
BY_PERSON, BY_ID, BY_VALUES = "person", "id", "exact"

# The weight of a level in bits (the log of how much more often it is seen in one company than in two). They are fixed
# for the exact tier and stand in the order of the measured weights; a scoring model replaces them as a whole.
Bits = Mapping[str, Mapping[str, float]]
"""Field → level → bits."""

ACCOUNT_BITS: Bits = {
    # What stands against any two before anything is known of them; these weights hold it already.
    "prior": {"any_two": 0.0},
    "reference": {"refers": 20.0, "shared": 12.0, "elsewhere": -8.0},
    "corporate_number": {"equal": 20.0, "different": -10.0},
    # The mailbox proves its domain too: what it adds beside an agreeing domain is little.
    "email": {"equal": 8.0, "equal_on_domain": 1.5},
    "domain": {"own": 8.0, "own_and_contact": 4.0, "contact": 0.5},
    # A second sign beside the domain or the mailbox, never the first.
    "phone": {"equal": 2.0},
    # Companies of a group sit in one house, and a company in several.
    "place": {"equal": 3.0, "similar": 0.0, "elsewhere": -1.0},
    # Whoever is known at both: one person may serve two companies, several seldom do.
    "contact": {"one": 4.0, "several": 6.0},
    "name": {
        **{names.EQUAL: 5.0, names.TRANSLATED: 4.0, names.SIMILAR: 3.0, names.SAME_TRADE: 1.5, names.CONTAINED: 1.5},
        **{
            # A domain is one sign and needs a second: where the names give none, a number or a mailbox must.
            names.UNREADABLE: -2.5,
            names.MISSING: -2.5,
            # A word more is another company of the group until almost everything else agrees.
            names.SAME_BRAND: -5.0,
            # Agents, accountants and resellers pay for their customers: their domain alone says nothing of a customer.
            names.NO_COMPANYS_NAME: -4.0,
            names.UNREAD_SIGNS: -4.0,
            names.DIFFERENT_BUSINESS: -4.0,
            names.CONFLICT: -4.0,
        },
    },
    "source": {"same": -3.0},
}
PERSON_BITS: Bits = {
    "prior": {"any_two": 0.0},
    "reference": {"refers": 20.0, "shared": 12.0, "elsewhere": -8.0},
    # Two mailboxes on a company's domain are two of its people.
    # A letter apart on two domains may be a slip, and may be nothing.
    "email": {"equal": 10.0, "slip": 0.0, "other_on_domain": -4.0},
    # One in twenty thousand was born on a given day; a slip is likelier than any other day.
    "born": {"equal": 5.0, "slip": 0.0, "near": 0.0, "different": -6.0},
    # A household has one address, and people move.
    "place": {"equal": 3.0, "similar": 0.0, "elsewhere": -1.0},
    "town": {"equal": 0.0, "slip": 0.0, "different": 0.0},
    # Colleagues share a telephone, and every name is rare among the people of one customer.
    "phone": {"equal": 2.5, "two_mobiles": -3.0},
    "customer": {"same": 3.0},
    "name": {
        **{
            names.EQUAL: 5.0,
            names.SPELT: 4.0,
            # A part, an initial, a short form, a letter more: Kazuo and Kazuko are two, Chris and Christina may be.
            names.SLIP: 0.0,
            names.PARTIAL: 0.0,
            names.UNREADABLE: 0.0,
            names.UNLIKE: -3.0,
            names.HALF: -6.0,
            names.CONFLICT: -6.0,
        },
    },
    "source": {"same": -3.0},
}


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one field says: the level of agreement, its bits, and the values both records carry (or each side's).

    ``doublings`` says how common the value is: 0 for one that a source has once, 1 for twice, 2 for up to four times.
    """

    field: str
    level: str
    bits: float
    values: tuple[str, ...] = ()
    doublings: int = 0


class Edge(msgspec.Struct, frozen=True, gc=False):
    """Two records that may be one: ``a`` < ``b``, and ``bits`` is the sum of the evidence's bits."""

    a: int
    b: int
    bits: float
    tier: str
    evidence: tuple[Evidence, ...] = ()
    model_version: str = MODEL_VERSION

    @property
    def is_auto(self) -> bool:
        """Whether it links without being asked, unless a guard says no."""
        return self.bits >= AUTO_BITS


class Guard(msgspec.Struct, frozen=True):
    """A reason the score cannot outvote.

    ``scope`` is *pair* when the two records can never be one, through whatever chain of others; *edge* when only what
    links these two directly is not good enough. A guard that does not block is a remark for the explanation.
    """

    name: str
    scope: str
    blocks: bool
    values: tuple[str, ...] = ()


PAIR, EDGE = "pair", "edge"

DIFFERENT_NUMBERS, DECIDED_DIFFERENT = "different_corporate_numbers", "persons_decision_different"
SIZE_CAP, AMBIGUOUS, SAME_SOURCE = "size_cap", "ambiguous", "same_source_two_records"
# What says, beside a name and a domain, that two records of one source were entered twice.
FURTHER_SIGNS = frozenset({"phone", "email", "place", "contact"})
# Not even a cross reference between two records makes these fall silent; only a person's "same" does for the numbers.
HARD_GUARDS = frozenset({DIFFERENT_NUMBERS, DECIDED_DIFFERENT})
TWO_TELEPHONES, SHARED_DOMAIN, TWO_DESKS = "two_telephone_numbers", "shared_domain", "two_desks"
# These do not rest on names, so that one record is known by two names does not explain them.
BEYOND_NAMES = HARD_GUARDS | {SAME_SOURCE, TWO_TELEPHONES, SHARED_DOMAIN, TWO_DESKS}


def weighed(bits: Bits, field: str, level: str, values: Sequence[str] = (), doublings: int = 0) -> Evidence:
    """The evidence of a level: agreeing on a value says a bit less for each doubling of those who carry it."""
    return Evidence(field, level, round(less(bits[field][level], doublings), 6), tuple(values), doublings)


def less(weight: float, doublings: int) -> float:
    """The weight of a value that is carried by so many doublings more than one: what speaks for never comes to speak against."""
    return max(weight - doublings, min(weight, 0.0))


def prior(bits: Bits) -> Evidence | None:
    """What stands against any two records, None where the weights hold it already."""
    return weighed(bits, "prior", "any_two") if bits["prior"]["any_two"] else None


def edge_of(a: int, b: int, evidence: tuple[Evidence, ...], tier: str, version: str = MODEL_VERSION) -> Edge:
    """The edge of two records, ends sorted, its bits summed."""
    return Edge(min(a, b), max(a, b), round(sum(item.bits for item in evidence), 6), tier, evidence, version)


def why(edge: Edge) -> dict[str, Any]:
    """The edge as plain values for storage and the API; :func:`edge_from` reads it back."""
    plain: dict[str, Any] = msgspec.to_builtins(edge)
    return plain


def edge_from(stored: Mapping[str, Any]) -> Edge:
    """The edge that :func:`why` wrote."""
    return msgspec.convert(stored, Edge)
