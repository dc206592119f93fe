"""How a claim reads: its value in words, and the rule by which it won."""

from __future__ import annotations

from kizuna.model.money import Money
from kizuna.storage.answers.ids import record_id

ADDRESS = frozenset({"street", "city", "state", "postal_code", "country"})
OF_RECORDS = frozenset({"owner", "parent"})


def claimed_value(attribute: str, value: str) -> str:
    """The value as text; a record by its id, money in major units."""
    if attribute in OF_RECORDS:
        return record_id("record", int(value))
    if attribute == "annual_revenue":
        minor, _, currency = value.partition(" ")
        return f"{Money(int(minor), currency).amount():f} {currency}"
    return value


def rule_of(attribute: str, rank: int, observed_at: int, other_rank: int | None, other_observed_at: int | None) -> str:
    """Why a claim won over the others of its attribute, as the order of trust has it."""
    if other_rank is None:
        return "only_source"
    if attribute in ADDRESS:
        return "address_of_one_record"
    if rank < other_rank:
        return "source_rank"
    if other_observed_at is not None and observed_at > other_observed_at:
        return "most_recent"
    return "most_frequent"
