"""How two names stand to each other: one level a pair, for companies and for people."""

from __future__ import annotations

from rapidfuzz.distance import OSA, Indel, JaroWinkler

from kizuna.identity.company_names import CompanyName
from kizuna.identity.japanese import reads_as_japanese, script_of
from kizuna.identity.legal_forms import PRECISE_FORMS, differ_in_form
from kizuna.identity.person_names import PersonName, one_given_name
from kizuna.identity.profile import COMPANY_NAME, PERSON_NAME, WEB_ADDRESS, AccountProfile
from kizuna.identity.trades import BRANCH_ENDINGS, HOLDINGS

EQUAL, TRANSLATED, SAME_BRAND, SIMILAR, CONTAINED, PARTIAL = (
    "equal translated same_brand similar contained partial".split()
)
SAME_TRADE, SPELT, SLIP, HALF = "same_trade", "spelt", "slip", "half"
MISSING, UNREADABLE, UNREAD_SIGNS, NO_COMPANYS_NAME = "missing unreadable unread_signs no_companys_name".split()
DIFFERENT_BUSINESS, UNLIKE, CONFLICT = "different_business unlike conflict".split()

# Names that can be one company's although they are not written alike.
AGREEING = frozenset({EQUAL, TRANSLATED, SAME_BRAND, SIMILAR, CONTAINED, PARTIAL, SPELT, SLIP})
# One name, in one or two languages, or with a slip of the pen: enough to tell the companies on one domain apart.
ONE_NAME = frozenset({EQUAL, TRANSLATED, SIMILAR})

# Of two people: full names that cannot be one person's, one word of them equal or none; and names that may well be.
TWO_PEOPLE, ONE_PERSON = frozenset({CONFLICT, HALF}), frozenset({PARTIAL, SLIP})

_OF_NO_COMPANY = frozenset({PERSON_NAME, WEB_ADDRESS})
_SIMILAR_WORD_FROM = 0.9
_UNTOLD = frozenset({"the"})
# "Co., Ltd." and "Ltd." are one form.
_LIMITED_COMPANY = frozenset({"co", "ltd"})


def contradict(one: CompanyName, other: CompanyName) -> bool:
    """Whether the names say two businesses: another trade, country or kind of body, or the holding and its company."""
    if (HOLDINGS in one.trades) != (HOLDINGS in other.trades):
        return True
    if one.trades and other.trades and not (one.trades <= other.trades or other.trades <= one.trades):
        return True
    if one.regions and other.regions and one.regions.isdisjoint(other.regions):
        return True
    # Translated forms are loose: many a 合同会社 calls itself K.K.
    precise = one.legal_form != other.legal_form and {one.legal_form, other.legal_form} <= PRECISE_FORMS
    if precise and one.raw.isascii() == other.raw.isascii():
        return True
    return one.body is not None and other.body is not None and one.body != other.body


def _numbers(name: CompanyName) -> list[str]:
    return sorted(word for word in name.words if word.isdigit())


def _is_acronym(short: CompanyName, long: CompanyName) -> bool:
    words = [word for word in long.words if word != "and"]
    return len(short.words) == 1 and len(words) >= 3 and short.core == "".join(word[0] for word in words)


def _contains(long: CompanyName, short: CompanyName) -> bool:
    if len(short.core) >= len(long.core):
        return False
    # A shortened name leaves words out at its end; with a word left out in the middle or at the front it is another
    # one: Martinez Construction, Martinez & Sanders Construction.
    told = tuple(word for word in long.words if word not in _UNTOLD)
    by_words = len(short.words) < len(long.words) and told[: len(short.words)] == tuple(short.words)
    least = 4 if short.core.isascii() else 2
    if short.script == "kanji" and len(long.core) >= 5 and len(long.core) - len(short.core) == 1:
        # One sign forgotten: 岐阜百店.
        return Indel.distance(short.core, long.core) == 1
    by_text = len(short.core) >= least and (long.core.startswith(short.core) or long.core.endswith(short.core))
    return by_words or (by_text and not short.core.isascii()) or _is_acronym(short, long)


def _both_formal(one: CompanyName, other: CompanyName) -> bool:
    """Whether both names are written out with their form, so that a word more is another name and no abbreviation."""
    return one.legal_form is not None and other.legal_form is not None


def _is_branch(one: CompanyName, other: CompanyName) -> bool:
    """Whether the longer name only adds an office to the shorter, or a sign was forgotten."""
    short, long = sorted((one, other), key=lambda name: len(name.core))
    forgotten = long.script == "kanji" and len(long.core) - len(short.core) == 1
    return forgotten or _is_acronym(short, long) or long.core.endswith(BRANCH_ENDINGS)


def _same_signs(one: str, other: str) -> bool:
    """Whether two words differ only by a sign written twice or two neighbours swapped."""
    return min(len(one), len(other)) >= 4 and set(one) == set(other) and OSA.distance(one, other, score_cutoff=1) <= 1


def _slip(word: str, other: str) -> bool:
    """Whether two words differ by one slip, two in a long word; what was added at the end is a word more and no slip."""
    if word == other:
        return True
    shortest = min(len(word), len(other))
    slips = 0 if shortest < 4 else 1 if shortest < 9 else 2
    added = abs(len(word) - len(other)) > 1 and (word.startswith(other) or other.startswith(word))
    return slips > 0 and not added and OSA.distance(word, other, score_cutoff=slips) <= slips


def _similar(one: CompanyName, other: CompanyName) -> bool:
    """Whether one name is the other with a slip of the pen in it, never with another word in it."""
    if one.script == "kanji":
        # Another kanji is another company: 第一青葉, 第二青葉.
        return _same_signs(one.core, other.core)
    if len(one.words) == len(other.words):
        return all(_slip(word, twin) for word, twin in zip(one.words, other.words, strict=True))
    return _slip(one.core, other.core)


def _run_together(name: CompanyName) -> str:
    """Every letter and digit as written, form and all."""
    return "".join(filter(str.isalnum, name.raw.casefold()))


def company_names(one: CompanyName, other: CompanyName) -> str:
    """The level of two companies' names; kanji and letters cannot be compared and are ``unreadable``, not a conflict."""
    if _run_together(one) == _run_together(other):
        # A space or a bracket that slipped makes other words of the same letters.
        return EQUAL
    contradiction = contradict(one, other)
    if one.core == other.core:
        return DIFFERENT_BUSINESS if contradiction else EQUAL
    if one.brand == other.brand:
        if contradiction:
            return DIFFERENT_BUSINESS
        # アオバ物流 and Aoba Logistics.
        same_trade = bool(one.trades) and one.trades == other.trades
        if same_trade and script_of(one.core) != script_of(other.core):
            return TRANSLATED
        return DIFFERENT_BUSINESS if _both_formal(one, other) else SAME_BRAND
    if one.script != other.script:
        # 青葉食品 and Aoba Shoji: the trades can be read although the brand cannot. Borrowed words in kana are spelt
        # by sound (グーグル), so kana and letters that differ prove nothing either.
        if contradiction:
            return DIFFERENT_BUSINESS
        if one.trades and one.trades == other.trades:
            return SAME_TRADE
        # Who writes Japanese writes one company's name in one way; kana beside kanji is mostly another company.
        return UNREADABLE if "latin" in {one.script, other.script} else UNREAD_SIGNS
    if _numbers(one) != _numbers(other):
        return CONFLICT
    if _similar(one, other):
        return DIFFERENT_BUSINESS if contradiction else SIMILAR
    if _contains(one, other) or _contains(other, one):
        if contradiction:
            return DIFFERENT_BUSINESS
        if _is_branch(one, other):
            return CONTAINED
        # Acme and Acme Robots: the word more is the name of another company of the group, or was left out.
        return DIFFERENT_BUSINESS if _both_formal(one, other) else SAME_BRAND
    return CONFLICT


def _two_forms(one: AccountProfile, other: AccountProfile) -> bool:
    """Whether one alphabet and country has two forms for the name: Corp. and Inc. are two bodies in one register.

    What a Japanese company calls itself in letters is a translation, and anybody's choice.
    """
    if one.name is None or other.name is None or one.name.raw.isascii() != other.name.raw.isascii():
        return False
    forms = {one.name.legal_form, other.name.legal_form}
    if None in forms or len(forms) == 1 or forms == _LIMITED_COMPANY:
        return False
    return not (one.name.raw.isascii() and "JP" in {one.country, other.country})


def account_names(one: AccountProfile, other: AccountProfile) -> str:
    """The level of two accounts' names; one that may be a person's or is a web address never conflicts, it only agrees."""
    if one.name is None or other.name is None:
        return MISSING
    level = company_names(one.name, other.name)
    forms = one.name.legal_form, other.name.legal_form
    twice = one.source == other.source and None not in forms and forms[0] != forms[1]
    if level == EQUAL and (twice or differ_in_form(*forms) or _two_forms(one, other)):
        # A group's companies share the name and the domain; what is written with two forms is two of them.
        level = DIFFERENT_BUSINESS
    if one.name_role == other.name_role == COMPANY_NAME:
        return level
    if not _OF_NO_COMPANY.isdisjoint((one.name_role, other.name_role)):
        # One person may pay for two companies, and a web address says what the domain has said already.
        return NO_COMPANYS_NAME
    return level if level in AGREEING or level == DIFFERENT_BUSINESS else NO_COMPANYS_NAME


def told_in_full(one: AccountProfile, other: AccountProfile, level: str) -> bool:
    """Whether the names are equal with the same legal form on both sides; one without its form may be any of a group's."""
    if level != EQUAL or one.name is None or other.name is None:
        return False
    return one.name.legal_form is not None and one.name.legal_form == other.name.legal_form


def _one_word(word: str, other: str) -> bool:
    return one_given_name(word, other) or _one_long_word(word, other)


def _one_long_word(word: str, other: str) -> bool:
    shortest = min(len(word), len(other))
    if shortest < 4:
        return False
    # A slip at the beginning weighs heavily with Jaro and Winkler: Hrarry, Harry.
    slips = 0 if shortest < 5 else 1 if shortest < 8 else 2
    return (
        JaroWinkler.similarity(word, other) >= _SIMILAR_WORD_FROM
        or OSA.distance(word, other, score_cutoff=slips) <= slips
    )


def _matched(fewer: tuple[str, ...], more: tuple[str, ...]) -> int:
    left = list(more)
    for word in sorted(fewer, key=len, reverse=True):
        match = next((other for other in left if other == word), None) or next(
            (other for other in left if _one_word(word, other)), None
        )
        if match is not None:
            left.remove(match)
    return len(more) - len(left)


def _differ_by_slips(fewer: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """Whether every word of the shorter name is in the longer one or has a twin there that is written almost so."""
    return all(word in more or any(_one_long_word(word, other) for other in more) for word in fewer)


def by_edits_alone(one: PersonName | None, other: PersonName | None) -> bool:
    """Whether two full names agree only because a word is a few letters from another: Jason and Mason are two names.

    What begins alike and goes on alike is taken for a slip; another first letter, and another kanji, never is.
    """
    if one is None or other is None or not (one.is_full and other.is_full):
        return False
    fewer, more = sorted((one.words, other.words), key=len)
    left = [word for word in more if word not in fewer]
    return _matched(fewer, more) == len(fewer) and not all(
        word in more or any(one_given_name(word, twin) or _goes_on_alike(word, twin) for twin in left) for word in fewer
    )


def _goes_on_alike(word: str, other: str) -> bool:
    alike = word.isascii() and other.isascii() and word[0] == other[0]
    return alike and JaroWinkler.similarity(word, other) >= _SIMILAR_WORD_FROM


def _comparable(one: PersonName, other: PersonName) -> bool:
    if one.script == other.script:
        return True
    if {one.script, other.script} != {"kana", "latin"}:
        return False
    # スミス and Smith differ by sound only; サトウ and Sato must be equal.
    return all(reads_as_japanese(word) for word in (*one.words, *other.words))


def have_one_given_name(one: PersonName | None, other: PersonName | None) -> bool:
    """Whether both systems tell the given name and it can be one; the family name changes when people marry."""
    if one is None or other is None or not one.given or not other.given:
        return False
    return min(len(one.given), len(other.given)) > 1 and one_given_name(one.given, other.given)


def person_names(one: PersonName | None, other: PersonName | None) -> str:
    """The level of two people's names in any order; ``conflict`` only when both are full and cannot be one person's."""
    if one is None or other is None:
        return MISSING
    if set(one.words) == set(other.words):
        return EQUAL
    joined, other_joined = "".join(one.words), "".join(other.words)
    if joined in {other_joined, "".join(reversed(other.words))}:
        return EQUAL
    if not _comparable(one, other):
        return UNREADABLE
    fewer, more = sorted((one.words, other.words), key=len)
    matched = _matched(fewer, more)
    if matched == len(fewer):
        return PARTIAL if set(fewer) <= set(more) or not _differ_by_slips(fewer, more) else SLIP
    if one.script == "kanji" and (
        joined.startswith(other_joined) or other_joined.startswith(joined) or _same_signs(joined, other_joined)
    ):
        return PARTIAL
    if one.is_full and other.is_full:
        return HALF if matched else CONFLICT
    return UNLIKE
