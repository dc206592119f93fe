"""True people: staff of the companies, shared mailboxes, those who changed jobs and those with two."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import msgspec

from kizuna.sandbox.seeds import between, moment, pick, pick_early, stream_of
from kizuna.sandbox.words import japanese_people, western_people
from kizuna.sandbox.words.work import FREE_MAIL, MAILBOXES, TITLES
from kizuna.sandbox.world.latin import slug
from kizuna.sandbox.world.registry import digits, mobile
from kizuna.sandbox.world.truth_values import Employment, TrueCompany, TruePerson

# Numbers of people leave room for this many in one company.
PEOPLE_A_COMPANY = 64


class PeopleBuilder:
    """Makes the people of one company after another; movers come from companies before."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.seed, self.now = seed, now
        self.people: dict[int, TruePerson] = {}
        self.at_company: list[list[int]] = []
        self._leavers: list[int] = []
        self._advisers: list[int] = []

    def build(self, companies: list[TrueCompany]) -> None:
        """The people of all companies, in order."""
        for company in companies:
            self._company(company)

    def _company(self, company: TrueCompany) -> None:
        rng = stream_of(self.seed, "people", company.number)
        numbers: list[int] = []
        self.at_company.append(numbers)
        pattern = int(rng.random() * 5)
        taken: set[str] = set()
        headcount = _headcount(rng, company)
        shared = _mailbox(rng, company)
        for index in range(headcount):
            person = _person(rng, company, index, pattern, taken, self.now)
            if shared is not None and index > 0 and rng.random() < 0.25:
                # Several people write from the one address the company has.
                person = _with_email(person, shared.employments[0].email)
            self._keep(person, numbers)
            self._notice(rng, person)
        if shared is not None:
            self._keep(shared, numbers)
        self._join(rng, company, pattern, numbers)

    def _keep(self, person: TruePerson, numbers: list[int]) -> None:
        self.people[person.number] = person
        numbers.append(person.number)

    def _notice(self, rng: Random, person: TruePerson) -> None:
        """Remember who may turn up at a later company."""
        draw = rng.random()
        if draw < 0.05:
            self._leavers.append(person.number)
        elif draw < 0.065:
            self._advisers.append(person.number)

    def _join(self, rng: Random, company: TrueCompany, pattern: int, numbers: list[int]) -> None:
        """Now and then someone of an earlier company works here: for good, or beside the first job."""
        draw, choice = rng.random(), rng.random()
        if company.segment == "sole" or draw > 0.2:
            return
        pool = self._leavers if draw < 0.15 else self._advisers
        if not pool:
            return
        person = self.people[pool.pop(int(choice * len(pool)))]
        if any(job.company == company.number for job in person.employments):
            return
        first = person.employments[0]
        since = moment(rng, first.since + timedelta(days=60), max(first.since + timedelta(days=90), self.now))
        if draw < 0.15:
            first = msgspec.structs.replace(first, until=since - timedelta(days=between(rng, 1, 40)))
        taken = {self.people[number].at(company.number).email or "" for number in numbers}
        job = _employment(rng, company, _local_part(person, pattern), taken, since)
        self._keep(msgspec.structs.replace(person, employments=(first, job)), numbers)


def _headcount(rng: Random, company: TrueCompany) -> int:
    low, high = {"sole": (1, 1), "small": (1, 4), "mid": (3, 8), "enterprise": (6, 16)}[company.segment]
    return between(rng, low, high)


def _person(rng: Random, company: TrueCompany, index: int, pattern: int, taken: set[str], now: datetime) -> TruePerson:
    person = _named(rng, company, index)
    since = moment(rng, company.first_seen_at, max(company.first_seen_at + timedelta(days=1), now))
    if index == 0:
        since = company.first_seen_at
    job = _employment(rng, company, _local_part(person, pattern), taken, since)
    return msgspec.structs.replace(person, employments=(job,))


def _named(rng: Random, company: TrueCompany, index: int) -> TruePerson:
    """A person of the company's country, one in twelve of another."""
    language = company.language
    if rng.random() < 0.08:
        language = pick(rng, ("en", "en", "ja", "de", "fr"))
    family_kana = given_kana = None
    if language == "ja":
        family_word, given_word = pick_early(rng, japanese_people.families()), pick(rng, japanese_people.givens())
        family, given, family_latin, given_latin = (
            family_word.text,
            given_word.text,
            family_word.latin,
            given_word.latin,
        )
        family_kana, given_kana = family_word.kana, given_word.kana
    else:
        family, given = pick_early(rng, western_people.families(language)), pick(rng, western_people.givens(language))
        family_latin, given_latin = slug(family), slug(given)
    private = f"{_private_part(rng, family_latin, given_latin)}@{pick(rng, FREE_MAIL[language].split())}"
    number = company.number * PEOPLE_A_COMPANY + index
    return TruePerson(
        number=number,
        id=f"p{company.number}-{index}",
        kind="person",
        language=language,
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        family_latin=family_latin,
        given_latin=given_latin,
        private_email=private if not company.domains or rng.random() < 0.12 else None,
        mobile=mobile(rng, company.country) if rng.random() < 0.45 else None,
        employments=(),
    )


def _private_part(rng: Random, family: str, given: str) -> str:
    forms = (f"{given}.{family}", f"{given}{family}", f"{family}.{given}", f"{given[:1]}{family}", f"{given}_{family}")
    return f"{pick(rng, forms)}{digits(rng, between(rng, 2, 4))}"


def _local_part(person: TruePerson, pattern: int) -> str:
    """The company's way of making addresses: one pattern for all its people."""
    family, given = person.family_latin, person.given_latin
    return (f"{given}.{family}", f"{given[:1]}.{family}", family, f"{family}-{given[:1]}", f"{given[:1]}{family}")[
        pattern
    ]


def _employment(rng: Random, company: TrueCompany, local: str, taken: set[str], since: datetime) -> Employment:
    title, seniority, department = pick(rng, TITLES[company.language].split()).replace("_", " ").split(":")
    return Employment(
        company=company.number,
        title=title,
        department=department,
        seniority=seniority,
        email=_unique(local, company.domains[0], taken) if company.domains else None,
        phone=company.phone if rng.random() < 0.6 else f"{company.phone[:-2]}{digits(rng, 2)}",
        since=since,
        until=None,
    )


def _unique(local: str, domain: str, taken: set[str]) -> str:
    email, attempt = f"{local}@{domain}", 2
    while email in taken:
        email, attempt = f"{local}{attempt}@{domain}", attempt + 1
    taken.add(email)
    return email


def _with_email(person: TruePerson, email: str | None) -> TruePerson:
    return msgspec.structs.replace(person, employments=(msgspec.structs.replace(person.employments[0], email=email),))


def _mailbox(rng: Random, company: TrueCompany) -> TruePerson | None:
    """The shared mailbox of a company, three in ten companies with a domain have one we know."""
    if not company.domains or company.segment == "sole" or rng.random() > 0.3:
        return None
    local, called = pick(rng, MAILBOXES[company.language].split()).replace("_", " ").split(":")
    index = PEOPLE_A_COMPANY - 1
    job = Employment(
        company=company.number,
        title="",
        department=called,
        seniority="staff",
        email=f"{local}@{company.domains[0]}",
        phone=company.phone,
        since=company.first_seen_at,
        until=None,
    )
    return TruePerson(
        number=company.number * PEOPLE_A_COMPANY + index,
        id=f"p{company.number}-{index}",
        kind="mailbox",
        language=company.language,
        family=called,
        given="",
        family_kana=None,
        given_kana=None,
        family_latin=local,
        given_latin="",
        private_email=None,
        mobile=None,
        employments=(job,),
    )
