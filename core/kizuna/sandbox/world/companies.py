"""True companies, one after another: each depends on the seed, its number and the companies before it only."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from kizuna.sandbox.seeds import between, moment, pick, stream_of
from kizuna.sandbox.words.places import Place, places
from kizuna.sandbox.words.word import Word
from kizuna.sandbox.words.work import SHARED_OFFICES, SITE_HOSTS
from kizuna.sandbox.world.latin import slug
from kizuna.sandbox.world.naming import LANGUAGES, Naming, japanese_name, japanese_stem, western_name, western_stem
from kizuna.sandbox.world.registry import address, corporate_number, digits, phone, vat_number
from kizuna.sandbox.world.truth_values import TrueCompany

_COUNTRIES = ("JP",) * 45 + ("US",) * 25 + ("GB",) * 10 + ("DE",) * 12 + ("FR",) * 8
_CURRENCIES = {"JP": "JPY", "US": "USD", "GB": "USD", "DE": "EUR", "FR": "EUR"}
_ENDINGS = {
    "JP": ("co.jp", "co.jp", "co.jp", "jp", "jp", "com", "ne.jp"),
    "US": ("com", "com", "com", "com", "io", "net", "co"),
    "GB": ("co.uk", "co.uk", "co.uk", "com", "uk"),
    "DE": ("de", "de", "de", "de", "com", "eu"),
    "FR": ("fr", "fr", "fr", "com", "eu"),
}
# How a company is hard to recognise, with its share of all companies.
_TRAPS = (
    ("same_brand", 0.030),
    ("same_name", 0.015),
    ("group", 0.080),
    ("shared_office", 0.045),
    ("shared_host", 0.030),
    ("sole", 0.050),
    ("free_mail", 0.050),
)


class CompanyBuilder:
    """Makes companies in order and remembers which names and domains are taken."""

    def __init__(self, seed: int, start: datetime, now: datetime) -> None:
        self.seed, self.start, self.now = seed, start, now
        self.made: list[TrueCompany] = []
        self._domains: set[str] = set()
        self._names: set[str] = set()
        self._stems: dict[int, Word] = {}

    def build(self, count: int) -> list[TrueCompany]:
        """The first ``count`` companies of this world."""
        for number in range(count):
            self.made.append(self._company(number))
        return self.made

    def _company(self, number: int) -> TrueCompany:
        rng = stream_of(self.seed, "company", number)
        trap, other = self._trap(rng, number)
        country = other.country if other is not None else pick(rng, _COUNTRIES)
        naming = self._naming(rng, country, trap, other)
        place = self._place(rng, country, other)
        employees = _employees(rng, trap)
        corporate = (
            corporate_number(f"{between(rng, 1, 9)}{digits(rng, 11)}") if country == "JP" and trap != "sole" else None
        )
        domains, former = self._domain_names(rng, country, trap, naming, place, other)
        stage = _stage(rng)
        return TrueCompany(
            number=number,
            id=f"c{number}",
            language=LANGUAGES[country],
            country=country,
            name=naming.name,
            name_kana=naming.kana,
            name_latin=naming.latin,
            name_en=naming.english,
            brand=naming.brand,
            legal_form=naming.legal_form,
            industry=naming.industry,
            employees=employees,
            annual_revenue=employees * between(rng, 60, 220) * (100_000 if country == "JP" else 1_000),
            currency=_CURRENCIES[country],
            address=address(rng, country, place),
            phone=phone(rng, country, place),
            domains=domains,
            former_domain=former,
            website=_website(rng, trap, naming, domains),
            office=_office(rng, country) if trap == "shared_office" else None,
            corporate_number=corporate,
            vat_number=vat_number(rng, country, corporate),
            parent=other.number if trap == "group" and other is not None else None,
            segment=_segment(employees),
            stage=stage,
            first_seen_at=self._first_seen(rng, stage),
            traps=(trap,) if trap else (),
        )

    def _trap(self, rng: Random, number: int) -> tuple[str, TrueCompany | None]:
        draw = rng.random()
        for trap, share in _TRAPS:
            if draw >= share:
                draw -= share
                continue
            if trap not in {"same_brand", "same_name", "group"}:
                return trap, None
            if number < 5:
                return "", None
            if trap == "group":
                return self._group(rng, number)
            other = self.made[between(rng, max(0, number - 400), number - 1)]
            return ("", None) if other.traps else (trap, other)
        return "", None

    def _group(self, rng: Random, number: int) -> tuple[str, TrueCompany | None]:
        """A subsidiary of one of the larger companies before; the largest of a handful, so that some groups grow."""
        choice = [self.made[between(rng, max(0, number - 400), number - 1)] for _ in range(8)]
        parents = [company for company in choice if not company.traps and company.employees >= 40]
        return ("group", max(parents, key=lambda company: company.employees)) if parents else ("", None)

    def _naming(self, rng: Random, country: str, trap: str, other: TrueCompany | None) -> Naming:
        if trap == "same_name" and other is not None:
            return _namesake(other)
        naming = self._fresh_name(rng, country, other)
        for _ in range(20):
            if naming.name not in self._names:
                break
            naming = self._fresh_name(rng, country, other)
        self._names.add(naming.name)
        return naming

    def _fresh_name(self, rng: Random, country: str, other: TrueCompany | None) -> Naming:
        """A new name; with another company given, one that shares its brand."""
        if country != "JP":
            stem = other.brand.split(" ")[0] if other is not None else western_stem(rng, country)
            return western_name(rng, country, stem, bare=other is None and rng.random() < 0.35)
        word, alone = japanese_stem(rng)
        if other is not None:
            word, alone = self._stems.get(other.number, word), False
        self._stems[len(self.made)] = word
        return japanese_name(rng, word, alone=alone)

    def _place(self, rng: Random, country: str, other: TrueCompany | None) -> Place:
        choice = [place for place in places(country) if other is None or place.city != other.address.city]
        return pick(rng, choice)

    def _domain_names(
        self, rng: Random, country: str, trap: str, naming: Naming, place: Place, other: TrueCompany | None
    ) -> tuple[tuple[str, ...], str | None]:
        if trap in {"shared_host", "free_mail"} or (trap == "sole" and rng.random() < 0.6):
            return (), None
        if trap == "group" and other is not None and other.domains and rng.random() < 0.6:
            return other.domains[:1], None
        first = self._domain(rng, country, naming, place)
        more = (self._domain(rng, country, naming, place),) if rng.random() < 0.08 else ()
        former = self._domain(rng, country, naming, place) if rng.random() < 0.06 else None
        return (first, *more), former

    def _domain(self, rng: Random, country: str, naming: Naming, place: Place) -> str:
        stem, trade = slug(naming.stem), slug(naming.trade_latin)
        bodies = [
            stem,
            f"{stem}-{trade}",
            f"{stem}{trade}",
            f"{stem}-{trade[:2]}",
            f"{stem}{trade[:1]}",
            f"{stem}-group",
        ]
        if not trade:
            bodies = [stem, slug(naming.stem, "-"), f"{stem}-{LANGUAGES[country]}", f"get{stem}", f"{stem}hq"]
        # A two-letter name is taken everywhere, so the short bodies need some length.
        bodies = [body.strip("-") for body in bodies if len(body) > 3] or [f"{stem}-{trade or 'group'}"]
        name = ""
        for attempt in range(12):
            name = f"{pick(rng, bodies)}.{pick(rng, _ENDINGS[country])}"
            if attempt > 4:
                name = f"{stem}-{slug(place.latin if country == 'JP' else place.city)}.{pick(rng, _ENDINGS[country])}"
            if attempt > 8:
                name = f"{stem}{trade}{between(rng, 2, 99)}.{pick(rng, _ENDINGS[country])}"
            if name not in self._domains:
                break
        self._domains.add(name)
        return name

    def _first_seen(self, rng: Random, stage: str) -> datetime:
        latest = self.now - timedelta(days=7 if stage in {"lead", "prospect"} else 45)
        span = max(timedelta(days=1), latest - self.start)
        return moment(rng, self.start, self.start + span)


def _namesake(other: TrueCompany) -> Naming:
    return Naming(
        name=other.name,
        kana=other.name_kana,
        latin=other.name_latin,
        english=other.name_en,
        brand=other.brand,
        stem=other.name_latin.split(" ")[0],
        trade_latin=" ".join(other.name_latin.split(" ")[1:]),
        legal_form=other.legal_form,
        industry=other.industry,
    )


def _employees(rng: Random, trap: str) -> int:
    if trap == "sole":
        return 1
    draw = rng.random()
    if draw < 0.5:
        return between(rng, 2, 30)
    if draw < 0.85:
        return between(rng, 31, 250)
    return between(rng, 251, 1500) if draw < 0.97 else between(rng, 1501, 20_000)


def _segment(employees: int) -> str:
    if employees == 1:
        return "sole"
    if employees <= 30:
        return "small"
    return "mid" if employees <= 250 else "enterprise"


def _stage(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.62:
        return "customer"
    if draw < 0.73:
        return "former"
    return "prospect" if draw < 0.92 else "lead"


def _website(rng: Random, trap: str, naming: Naming, domains: tuple[str, ...]) -> str | None:
    if domains:
        return f"https://www.{domains[0]}"
    if trap == "shared_host":
        host, path = pick(rng, SITE_HOSTS.split()), slug(naming.stem) or "home"
        return f"https://{path}.{host}" if rng.random() < 0.7 else f"https://{host}/{path}"
    return None


def _office(rng: Random, country: str) -> tuple[str, str]:
    name, domain = pick(rng, SHARED_OFFICES[country].split()).split(":")
    return name.replace("_", " "), domain
