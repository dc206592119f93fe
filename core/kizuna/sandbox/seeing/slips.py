"""The ways in which names, numbers and addresses are written differently or wrongly."""

from __future__ import annotations

from random import Random

import msgspec

from kizuna.sandbox.profile import SystemProfile
from kizuna.sandbox.records import Address
from kizuna.sandbox.seeds import between, pick
from kizuna.sandbox.words.places import Place, places
from kizuna.sandbox.words.work import PLACEHOLDERS
from kizuna.sandbox.world import TrueCompany, TruePerson

_SHORT_FORMS = {
    "株式会社": ("(株)", "㈱", "（株）", "", "カ)"),
    "有限会社": ("(有)", "㈲", "（有）", ""),
    "合同会社": ("(同)", "（同）", ""),
}
_LONG_FORMS = {
    "Inc.": "Incorporated",
    "Ltd": "Limited",
    "Ltd.": "Limited",
    "Corp.": "Corporation",
    "Co.": "Company",
    "LLC": "L.L.C.",
}
_FULL_WIDTH = str.maketrans(
    "0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９－ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
)


def company_name(rng: Random, company: TrueCompany, profile: SystemProfile, domain: str | None) -> str:
    """The company's name as this system writes it."""
    draw = rng.random()
    if draw < 0.003:
        return pick(rng, PLACEHOLDERS)
    if draw < 0.009 and domain:
        return domain
    name = company.name
    if company.language == "ja" and rng.random() < profile.latin_rate:
        name = _transcribed(rng, company)
    elif rng.random() < profile.abbreviation_rate:
        name = _abbreviated(rng, company)
    if rng.random() < profile.typo_rate:
        name = slipped(rng, name)
    return _spaced(rng, name)


def _transcribed(rng: Random, company: TrueCompany) -> str:
    """A Japanese name in English, in Latin letters, or all in katakana."""
    draw = rng.random()
    if draw < 0.15 and company.name_kana is not None:
        return f"{company.legal_form}{company.name_kana}" if rng.random() < 0.5 else company.name_kana
    return company.name_en if draw < 0.75 else company.name_latin


def _abbreviated(rng: Random, company: TrueCompany) -> str:
    form = company.legal_form
    if form in _SHORT_FORMS:
        return company.name.replace(form, pick(rng, _SHORT_FORMS[form]))
    if not form or company.language == "ja" or rng.random() < 0.6:
        return company.brand
    return company.name.replace(form, _LONG_FORMS.get(form, form.replace(".", "")))


def _spaced(rng: Random, name: str) -> str:
    draw = rng.random()
    if draw < 0.02:
        return f"{name} "
    if draw < 0.05 and name.startswith("株式会社"):
        return name.replace("株式会社", "株式会社　", 1)
    if draw < 0.07:
        return name.upper() if name.isascii() else name.translate(_FULL_WIDTH)
    return name


def slipped(rng: Random, text: str) -> str:
    """The text with one slip of the fingers: two letters swapped, one lost or one doubled."""
    if len(text) < 4:
        return text
    at = between(rng, 1, len(text) - 2)
    kind = rng.random()
    if kind < 0.4:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind < 0.75 else text[:at] + text[at] + text[at:]


def person_name(rng: Random, person: TruePerson, profile: SystemProfile) -> str:
    """The person's name as this system writes it."""
    if person.language != "ja" or person.kind == "mailbox":
        name = person.name
    elif rng.random() < profile.latin_rate:
        kana = person.family_kana is not None and rng.random() < 0.2
        name = f"{person.family_kana} {person.given_kana}" if kana else person.name_latin
    else:
        name = pick(
            rng,
            (f"{person.family} {person.given}",) * 3
            + (f"{person.family}　{person.given}", f"{person.family}{person.given}"),
        )
    return slipped(rng, name) if rng.random() < profile.typo_rate * 0.7 else name


def phone_number(rng: Random, number: str, place_country: str) -> str:
    """An E.164 number as people type it: with hyphens, blanks, in full width, or as it is."""
    draw = rng.random()
    if draw < 0.3:
        return number
    if place_country == "JP":
        national = "0" + number[3:]
        head = 3 if national[:3] in {"090", "080", "070"} else _area_length(national)
        written = f"{national[:head]}-{national[head:-4]}-{national[-4:]}"
        return written.translate(_FULL_WIDTH) if draw > 0.96 else written
    if place_country == "US":
        national = number[2:]
        return (
            f"({national[:3]}) {national[3:6]}-{national[6:]}"
            if draw < 0.7
            else f"{national[:3]}.{national[3:6]}.{national[6:]}"
        )
    return f"{number[:3]} {number[3:5]} {number[5:]}" if draw < 0.7 else f"0{number[3:]}"


def _area_length(national: str) -> int:
    area = next((place.area for place in _japan() if national[1:].startswith(place.area)), "3")
    return len(area) + 1


def _japan() -> tuple[Place, ...]:
    return places("JP")


def address(rng: Random, true: Address, profile: SystemProfile) -> Address:
    """The address as this system has it: whole, without its postcode, only the region, or only the country."""
    if rng.random() < profile.missing_rate("address"):
        region = true.region if rng.random() < 0.4 else None
        return Address(true.country, None, region, None, None)
    seen = true
    draw = rng.random()
    if draw < 0.12:
        seen = msgspec.structs.replace(seen, postcode=None)
    elif draw < 0.25 and true.country == "JP" and seen.postcode is not None:
        seen = msgspec.structs.replace(seen, postcode=seen.postcode.replace("-", ""))
    if true.country == "JP" and seen.street is not None and rng.random() < 0.2:
        seen = msgspec.structs.replace(seen, street=seen.street.translate(_FULL_WIDTH))
    return seen
