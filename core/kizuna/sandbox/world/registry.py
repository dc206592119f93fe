"""Numbers that registers and operators give out: corporate numbers, tax numbers, telephone numbers, addresses."""

from __future__ import annotations

from random import Random

from kizuna.sandbox.records import Address
from kizuna.sandbox.seeds import between, pick
from kizuna.sandbox.words.places import Place, buildings, streets


def digits(rng: Random, count: int) -> str:
    """That many random digits."""
    return "".join(str(int(rng.random() * 10)) for _ in range(count))


def corporate_number(base: str) -> str:
    """The thirteen-digit 法人番号 of a twelve-digit base: its check digit and the base.

    The check digit is 9 - (sum of each digit, counted from the right, times 1 at odd and 2 at even places) modulo 9.
    Source: 法人番号の指定等に関する省令 (平成26年財務省令第70号) article 2.
    """
    weighed = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(base), start=1))
    return f"{9 - weighed % 9}{base}"


def vat_number(rng: Random, country: str, corporate: str | None) -> str | None:
    """A number of the form the country's tax office gives: Japan's invoice number is T and the corporate number."""
    if country == "JP":
        return f"T{corporate}" if corporate else None
    if country in {"DE", "GB"}:
        return f"{country}{digits(rng, 9)}"
    return f"FR{digits(rng, 11)}" if country == "FR" else None


def phone(rng: Random, country: str, place: Place) -> str:
    """A land line in E.164; American ones use the exchange 555 that is kept for fiction."""
    if country == "JP":
        return f"+81{place.area}{between(rng, 2, 8)}{digits(rng, 8 - len(place.area))}"
    if country == "US":
        return f"+1{place.area}555{digits(rng, 4)}"
    if country == "GB":
        return f"+44{place.area}{between(rng, 2, 8)}{digits(rng, 9 - len(place.area))}"
    if country == "DE":
        return f"+49{place.area}{between(rng, 2, 8)}{digits(rng, 6)}"
    return f"+33{place.area}{between(rng, 2, 8)}{digits(rng, 7)}"


def mobile(rng: Random, country: str) -> str:
    """A mobile number in E.164."""
    if country == "JP":
        return f"+81{pick(rng, ('90', '80', '70'))}{between(rng, 2, 8)}{digits(rng, 7)}"
    if country == "US":
        return f"+1{pick(rng, ('917', '646', '310', '415'))}555{digits(rng, 4)}"
    if country == "GB":
        return f"+447{between(rng, 4, 9)}{digits(rng, 8)}"
    return f"+4915{between(rng, 1, 7)}{digits(rng, 8)}" if country == "DE" else f"+336{digits(rng, 8)}"


def address(rng: Random, country: str, place: Place) -> Address:
    """A street address in that city, written as the country writes it."""
    street = pick(rng, streets(country))
    number = between(rng, 1, 199)
    if country == "JP":
        line = f"{street}{between(rng, 1, 9)}-{between(rng, 1, 30)}-{between(rng, 1, 30)}"
        if rng.random() < 0.4:
            line += f" {pick(rng, buildings())}{between(rng, 2, 14)}F"
        return Address(country, f"{place.postcode}-{digits(rng, 4)}", place.region, place.city, line)
    if country == "US":
        return Address(country, f"{place.postcode}{digits(rng, 2)}", place.region, place.city, f"{number} {street}")
    if country == "GB":
        letters = "".join(pick(rng, "ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
        return Address(
            country, f"{place.postcode} {between(rng, 1, 9)}{letters}", place.region, place.city, f"{number} {street}"
        )
    line = f"{street} {number}" if country == "DE" else f"{number} {street}"
    return Address(country, f"{place.postcode}{digits(rng, 2)}", place.region, place.city, line)
