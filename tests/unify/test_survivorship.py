"""Which of several claims survives, and when they conflict."""

from __future__ import annotations

import random

from kizuna.unify.survivorship import Claim, judged, surviving


def claim(value: str, system: str = "crm", attribute: str = "name", **more: int) -> Claim:
    values = {"rid": 1, "rank": 50, "observed_at": 0, **more}
    return Claim(attribute=attribute, value=value, system=system, **values)


def winner(*claims: Claim) -> str:
    return surviving(judged(claims))[claims[0].attribute].value


def test_the_most_trusted_system_wins_over_the_newer_word() -> None:
    assert winner(claim("CRM", rank=10, rid=1), claim("Billing", rank=60, rid=2, observed_at=9)) == "CRM"


def test_among_equally_trusted_the_newest_wins() -> None:
    assert winner(claim("Old", rid=1, observed_at=1), claim("New", rid=2, observed_at=2)) == "New"


def test_among_equally_new_the_most_frequent_wins() -> None:
    assert winner(claim("A", rid=1), claim("B", rid=2), claim("b", rid=3)) in ("B", "b")


def test_the_result_does_not_depend_on_the_order() -> None:
    claims = [claim(f"N{n % 3}", rid=n, rank=10 * (n % 2), observed_at=n % 4) for n in range(12)]
    shuffled = random.Random(3).sample(claims, len(claims))

    assert judged(claims) == judged(shuffled)


def test_spelling_alone_is_no_conflict_and_another_name_is() -> None:
    spelt = judged([claim("ACME  Ｉnc", rid=1), claim("acme inc", rid=2)])
    other = judged([claim("Acme", rid=1), claim("Aoba", rid=2)])

    assert not any(fate.conflict for fate in spelt)
    assert all(fate.conflict for fate in other)


def test_an_address_is_taken_whole_from_one_record() -> None:
    claims = [
        claim("Osaka", attribute="city", rid=1, rank=10),
        claim("Tokyo", attribute="city", rid=2, rank=20),
        claim("Chuo 1-1", attribute="street", rid=2, rank=20),
        claim("100-0001", attribute="postal_code", rid=2, rank=20),
        claim("Kita 2", attribute="street", rid=1, rank=10),
    ]

    won = surviving(judged(claims))

    assert {won[part].value for part in ("city", "street")} == {"Osaka", "Kita 2"}
    assert "postal_code" not in won
