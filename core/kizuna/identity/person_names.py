"""A person's name as words that can be compared in any order, with what is known of family and given name."""

from __future__ import annotations

import re

import msgspec

from kizuna.identity.japanese import fold_long_vowels, new_kanji, romaji, script_of
from kizuna.identity.text import is_placeholder, plain, without_accents

_BRACKETS = re.compile(r"[(\[（【<].*?[)\]）】>]")
_HONORIFICS = re.compile(r"\s*(?:様|さま|さん|殿|氏|先生|君)$")
_TITLES = frozenset("mr mrs ms miss dr prof sir mx herr frau".split())
_AFTER = frozenset("jr sr ii iii iv phd md cpa mba esq san sama".split())
_WORD_ENDS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile(r"(?<=\w)['’`´](?=\w)")

_SHORT_FORMS = """
alexander:alex,sandy,xander alexandra:alex,sandra andrew:andy,drew anthony:tony benjamin:ben,benny catherine:cathy,kate
charles:charlie,chuck christina:chris,tina christine:chris,tina christopher:chris,topher daniel:dan,danny david:dave
deborah:deb,debbie donald:don edward:ed,eddie,ted elizabeth:liz,beth,betty,eliza emily:em eugene:gene
francis:frank frederick:fred,freddy gabriel:gabe gerald:gerry,jerry gregory:greg henry:hank,harry jacob:jake
james:jim,jimmy,jamie jeffrey:jeff jennifer:jen,jenny jessica:jess john:jack,johnny jonathan:jon joseph:joe,joey
joshua:josh katherine:kate,kathy,katie kenneth:ken,kenny kimberly:kim lawrence:larry leonard:len,leo margaret:maggie,meg,peggy
matthew:matt michael:mike,mick,mickey nathaniel:nate,nathan nicholas:nick,nico pamela:pam patricia:pat,patty,tricia
patrick:pat,paddy peter:pete philip:phil phillip:phil raymond:ray rebecca:becky richard:rick,dick,rich,ricky
robert:bob,rob,bobby,robbie ronald:ron samantha:sam samuel:sam,sammy stephen:steve,steven steven:steve stephanie:steph
susan:sue,susie theodore:ted,theo thomas:tom,tommy timothy:tim valerie:val victoria:vicky,tori vincent:vince
walter:walt william:bill,will,billy,liam zachary:zach,zack
"""


def _full_forms() -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for entry in _SHORT_FORMS.split():
        full, _, shorts = entry.partition(":")
        for short in shorts.split(","):
            forms.setdefault(short, set()).add(full)
    return {short: frozenset(full) for short, full in forms.items()}


_FULL_OF = _full_forms()


class PersonName(msgspec.Struct, frozen=True, gc=False):
    """A person's name: folded words in the order written, and family and given name where the system tells them."""

    raw: str
    words: tuple[str, ...]
    family: str | None
    given: str | None
    script: str  # latin, kana, kanji or other
    is_full: bool  # family and given name are both there


def _words(text: str) -> list[str]:
    folded = _APOSTROPHES.sub("", _HONORIFICS.sub("", new_kanji(without_accents(text)).casefold()))
    words = [fold_long_vowels(romaji(word)) for word in _WORD_ENDS.split(_BRACKETS.sub(" ", folded)) if word]
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1] in _AFTER:
        words = words[:-1]
    return [word for word in words if not is_placeholder(word) or (len(word) == 1 and word.isalpha())]


def person_name(full: str | None = None, *, given: str | None = None, family: str | None = None) -> PersonName | None:
    """The name taken apart, None when it is empty, a placeholder or an e-mail address."""
    family_words, given_words = _words(plain(family)), _words(plain(given))
    shown = plain(full)
    if family_words and given_words:
        words = (*family_words, *given_words)
        shown = shown or f"{plain(given)} {plain(family)}"
    else:
        shown = shown or plain(family) or plain(given)
        if not shown or "@" in shown or is_placeholder(shown):
            return None
        words = tuple(_words(shown))
    if not words or "@" in shown:
        return None
    joined = "".join(words)
    script = script_of(without_accents(shown))
    return PersonName(
        raw=shown,
        words=words,
        family="".join(family_words) or None,
        given="".join(given_words) or None,
        script=script,
        # Four kanji without a space are a family and a given name; three may be, so they are not taken for it.
        is_full=len(words) >= 2 or (script == "kanji" and len(joined) >= 4),
    )


def one_given_name(one: str, other: str) -> bool:
    """Whether two words can be one given name: equal, an initial, or a usual short form (``bob``, ``robert``)."""
    if one == other:
        return True
    forms, other_forms = _FULL_OF.get(one, frozenset()) | {one}, _FULL_OF.get(other, frozenset()) | {other}
    if min(len(one), len(other)) == 1:
        return not {form[0] for form in forms}.isdisjoint(form[0] for form in other_forms)
    return not forms.isdisjoint(other_forms)
