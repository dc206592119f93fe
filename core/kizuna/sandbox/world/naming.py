"""How companies are called: brand, trade, legal form and where it stands."""

from __future__ import annotations

from random import Random

import msgspec

from kizuna.sandbox.seeds import pick, pick_early
from kizuna.sandbox.words import japanese_companies, japanese_people, places, western_companies, western_people
from kizuna.sandbox.words.word import Word


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """A company's name in all its forms; ``stem`` is the Latin brand without the trade, ``trade_latin`` the trade."""

    name: str
    kana: str | None
    latin: str
    english: str
    brand: str
    stem: str
    trade_latin: str
    legal_form: str
    industry: str


LANGUAGES = {"JP": "ja", "US": "en", "GB": "en", "DE": "de", "FR": "fr"}

_SPECIAL_FORMS = {
    "福祉会": "社会福祉法人",
    "学園": "学校法人",
    "会計事務所": "",
    "法律事務所": "",
    "設計事務所": "",
}

_ENGLISH_FORMS = ("Co., Ltd.", "Co., Ltd.", "Co.,Ltd.", "K.K.", "Inc.", "Corporation")


def japanese_stem(rng: Random) -> tuple[Word, bool]:
    """A brand and whether it stands on its own, without a trade."""
    kind = rng.random()
    if kind < 0.34:
        return pick(rng, japanese_companies.coined()), False
    if kind < 0.62:
        return pick(rng, japanese_companies.young()), True
    if kind < 0.76:
        return pick_early(rng, japanese_people.families()), False
    if kind < 0.88:
        return pick(rng, japanese_companies.nature()), False
    # The wards of Tokyo and the seat of a maker of cars would make names of real places and real companies.
    place = pick(rng, [place for place in places.places("JP") if place.region != "東京都" and place.city != "豊田市"])
    # 四日市市 is the one city here whose own name ends in 市.
    city = "四日市" if place.city.startswith("四日市") else place.city.split("市")[0]
    return Word(city, "", place.latin.lower()), False


def japanese_name(rng: Random, stem: Word, *, alone: bool) -> Naming:
    """A Japanese company's name around a stem."""
    trade = pick(rng, japanese_companies.trades())
    suffix = "" if alone else trade.text
    brand = stem.text + suffix
    form = _SPECIAL_FORMS.get(suffix) if suffix in _SPECIAL_FORMS else _form(rng)
    name = _compose(rng, brand, form or "")
    capital = stem.latin.title()
    english = (
        f"{capital} {pick(rng, _ENGLISH_FORMS)}" if alone else f"{capital} {trade.english} {pick(rng, _ENGLISH_FORMS)}"
    )
    return Naming(
        name=name,
        kana=(stem.kana + ("" if alone else trade.kana)) if stem.kana else None,
        latin=capital if alone else f"{capital} {trade.latin.title()}",
        english=english,
        brand=brand,
        stem=stem.latin,
        trade_latin="" if alone else trade.latin,
        legal_form=form or "",
        industry=trade.industry,
    )


def _form(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.80:
        return "株式会社"
    return "有限会社" if draw < 0.89 else "合同会社"


def _compose(rng: Random, brand: str, form: str) -> str:
    """The legal form in front (more often) or behind; associations and the like always in front."""
    behind = form == "株式会社" and rng.random() < 0.38
    return f"{brand}{form}" if behind else f"{form}{brand}"


def western_stem(rng: Random, country: str) -> str:
    """A brand in a Western country: coined, a family, two families, a city or initials."""
    language = LANGUAGES[country]
    kind = rng.random()
    families = western_people.families(language)
    if kind < 0.55:
        return pick(rng, western_companies.coined())
    if kind < 0.75:
        return pick(rng, families)
    if kind < 0.86:
        return f"{pick(rng, families)} & {pick(rng, families)}"
    if kind < 0.93:
        return pick(rng, places.places(country)).city.split(" ")[0]
    return "".join(pick(rng, "ABCDEFGHIKLMNOPRSTVWZ") for _ in range(3))


def western_name(rng: Random, country: str, stem: str, *, bare: bool) -> Naming:
    """A Western company's name around a stem; ``bare`` leaves the trade out."""
    trade, industry = pick(rng, western_companies.trades(LANGUAGES[country]))
    brand = stem if bare else f"{stem} {trade}"
    form = pick(rng, western_companies.forms(country))
    name = f"{brand}{form}" if form.startswith(",") else f"{brand} {form}"
    return Naming(
        name=name,
        kana=None,
        latin=brand,
        english=brand,
        brand=brand,
        stem=stem,
        trade_latin="" if bare else trade,
        legal_form=form.removeprefix(", "),
        industry=industry,
    )
