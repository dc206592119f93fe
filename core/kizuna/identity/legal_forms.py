"""Legal forms of companies: taken off a name for matching only, and kept as a code, because forms can contradict."""

from __future__ import annotations

import re

# What kind of body a form makes: a company is never the association or the school of the same name.
COMPANY, PARTNERSHIP, ASSOCIATION, SCHOOL, MEDICAL, WELFARE, RELIGIOUS, COOPERATIVE, LAW_FIRM, PUBLIC = (
    "company partnership association school medical welfare religious cooperative firm public".split()
)

_JAPANESE: dict[str, tuple[str, str]] = {
    **{"株式会社": ("kk", COMPANY), "有限会社": ("yk", COMPANY), "合同会社": ("gk", COMPANY)},
    **{"合資会社": ("gshk", COMPANY), "合名会社": ("gmk", COMPANY), "相互会社": ("sogo", COMPANY)},
    **{
        "一般社団法人": ("shadan", ASSOCIATION),
        "公益社団法人": ("shadan", ASSOCIATION),
        "社団法人": ("shadan", ASSOCIATION),
    },
    **{
        "一般財団法人": ("zaidan", ASSOCIATION),
        "公益財団法人": ("zaidan", ASSOCIATION),
        "財団法人": ("zaidan", ASSOCIATION),
    },
    **{
        "特定非営利活動法人": ("npo", ASSOCIATION),
        "npo法人": ("npo", ASSOCIATION),
        "認定npo法人": ("npo", ASSOCIATION),
    },
    **{"学校法人": ("gakko", SCHOOL), "国立大学法人": ("daigaku", SCHOOL), "公立大学法人": ("daigaku", SCHOOL)},
    **{"医療法人社団": ("iryo", MEDICAL), "医療法人財団": ("iryo", MEDICAL), "医療法人": ("iryo", MEDICAL)},
    **{"社会医療法人": ("iryo", MEDICAL), "社会福祉法人": ("fukushi", WELFARE), "宗教法人": ("shukyo", RELIGIOUS)},
    **{"独立行政法人": ("dokuho", PUBLIC), "地方独立行政法人": ("dokuho", PUBLIC)},
    **{
        "国立研究開発法人": ("dokuho", PUBLIC),
        "農業協同組合": ("nokyo", COOPERATIVE),
        "協同組合": ("kumiai", COOPERATIVE),
    },
    **{
        "事業協同組合": ("kumiai", COOPERATIVE),
        "有限責任監査法人": ("kansa", LAW_FIRM),
        "監査法人": ("kansa", LAW_FIRM),
    },
    **{"税理士法人": ("zeirishi", LAW_FIRM), "弁護士法人": ("bengoshi", LAW_FIRM), "司法書士法人": ("shiho", LAW_FIRM)},
    **{
        "行政書士法人": ("gyosei", LAW_FIRM),
        "社会保険労務士法人": ("sharoshi", LAW_FIRM),
        "特許業務法人": ("tokkyo", LAW_FIRM),
    },
    **{"有限責任事業組合": ("llp", PARTNERSHIP), "農事組合法人": ("noji", COOPERATIVE)},
}
# Written in brackets, and as banks write them, in kana with one bracket.
_SHORT: dict[str, tuple[str, str]] = {
    **{
        "株": _JAPANESE["株式会社"],
        "有": _JAPANESE["有限会社"],
        "同": _JAPANESE["合同会社"],
        "合": _JAPANESE["合同会社"],
    },
    **{
        "資": _JAPANESE["合資会社"],
        "名": _JAPANESE["合名会社"],
        "社": _JAPANESE["社団法人"],
        "財": _JAPANESE["財団法人"],
    },
    **{"一社": _JAPANESE["社団法人"], "公社": _JAPANESE["社団法人"], "一財": _JAPANESE["財団法人"]},
    **{"公財": _JAPANESE["財団法人"], "学": _JAPANESE["学校法人"], "医": _JAPANESE["医療法人"]},
    **{"福": _JAPANESE["社会福祉法人"], "宗": _JAPANESE["宗教法人"], "特非": _JAPANESE["特定非営利活動法人"]},
    **{
        "独": _JAPANESE["独立行政法人"],
        "協": _JAPANESE["協同組合"],
        "税": _JAPANESE["税理士法人"],
        "弁": _JAPANESE["弁護士法人"],
    },
}
_BANK: dict[str, tuple[str, str]] = {
    **{"カ": _SHORT["株"], "ユ": _SHORT["有"], "ド": _SHORT["同"], "シ": _SHORT["資"], "メ": _SHORT["名"]},
    **{
        "ガク": _SHORT["学"],
        "イ": _SHORT["医"],
        "フク": _SHORT["福"],
        "シュウ": _SHORT["宗"],
        "トクヒ": _SHORT["特非"],
    },
}

# The state a form belongs to, as far as it belongs to one: a G.K. and a GmbH of one name are two bodies.
_WESTERN: dict[str, tuple[str, str | None]] = {
    **{"inc": ("inc", None), "incorporated": ("inc", None), "corp": ("corp", None), "corporation": ("corp", None)},
    **{"llc": ("llc", None), "llp": ("llp", None), "lp": ("lp", None), "co": ("co", None), "company": ("co", None)},
    **{
        "ltd": ("ltd", None),
        "limited": ("ltd", None),
        "ltda": ("ltda", None),
        "lda": ("lda", "pt"),
        "plc": ("plc", None),
    },
    **{"pllc": ("llc", None), "pc": ("pc", None), "pbc": ("inc", None)},
    **{"kk": ("kk", "jp"), "gk": ("gk", "jp"), "yk": ("yk", "jp")},
    **{"gmbh": ("gmbh", "de"), "ggmbh": ("gmbh", "de"), "ag": ("ag", "de"), "ug": ("ug", "de"), "kg": ("kg", "de")},
    **{"kgaa": ("kgaa", "de"), "ohg": ("ohg", "de"), "ek": ("ek", "de"), "ev": ("ev", "de"), "gbr": ("gbr", "de")},
    **{"mbh": ("gmbh", "de"), "se": ("se", None), "sa": ("sa", None), "sarl": ("sarl", "fr"), "sas": ("sas", "fr")},
    **{"sasu": ("sasu", "fr"), "eurl": ("eurl", "fr"), "sca": ("sca", None), "sci": ("sci", "fr")},
    **{"bv": ("bv", "nl"), "nv": ("nv", "nl"), "vof": ("vof", "nl"), "bvba": ("bvba", "be"), "srl": ("srl", None)},
    **{"spa": ("spa", "it"), "sl": ("sl", "es"), "slu": ("sl", "es"), "sau": ("sa", "es"), "pty": ("pty", "au")},
    **{"oy": ("oy", "fi"), "oyj": ("oy", "fi"), "ab": ("ab", "se"), "as": ("as", None), "asa": ("asa", "no")},
    **{"aps": ("aps", "dk"), "kft": ("kft", "hu"), "zrt": ("zrt", "hu"), "sro": ("sro", "cz"), "doo": ("doo", None)},
    **{"ooo": ("ooo", "ru"), "oao": ("oao", "ru"), "zao": ("zao", "ru"), "pte": ("pte", "sg"), "bhd": ("bhd", "my")},
    **{
        "sdn": ("bhd", "my"),
        "pvt": ("pvt", "in"),
        "private": ("pvt", None),
        "tbk": ("tbk", "id"),
        "jsc": ("jsc", None),
    },
    **{"sab": ("sa", "mx"), "cv": ("cv", "mx"), "rl": ("rl", "mx"), "hf": ("hf", "is")},
    **{"gesmbh": ("gmbh", "de"), "aktiengesellschaft": ("ag", "de"), "kabushikigaisha": ("kk", "jp")},
    **{
        "kabushikikaisha": ("kk", "jp"),
        "godokaisha": ("gk", "jp"),
        "godogaisha": ("gk", "jp"),
        "yugenkaisha": ("yk", "jp"),
    },
    **{"yugengaisha": ("yk", "jp")},
}
# Only with another form beside them: "Aoba Private Limited" has a form, "Aoba Private" has not.
_NEVER_ALONE = frozenset({"private", "cv", "rl", "sab"})
# Short enough to be a name: "AG Ltd" is named AG.
_ALSO_A_NAME = frozenset("as se sa ag ab sl kg ev oy ug pc cv rl sca spa ek gk sci asa".split())
_IN_FRONT = frozenset(
    {"pt", "cv", "sarl", "ooo", "oao", "zao", "kk", "gk", "yk", "kabushikigaisha", "kabushikikaisha", "godokaisha"}
)
_TWO_WORDS = re.compile(r"\b(kabushiki|godo|goudou|yugen)[\s-]*([kg]aisha)\b")
_INITIALS = re.compile(r"(?<![\w.])(?:[a-z]\.\s?){1,5}[a-z](?:\.|(?!\w))|\b([ab])/([sb])\b")

# Forms that name one kind of body in one state: AG and GmbH of one name are two bodies, while "Inc." and "Ltd." are what
# anybody writes for any form.
PRECISE_FORMS = frozenset(form for form, _ in _JAPANESE.values()) | frozenset(
    form for form, state in _WESTERN.values() if state
)

_PARTNERSHIPS = frozenset({"llp", "lp"})
_LIMITED_LIABILITY = frozenset({"llc"})
# What schools and associations, too, put behind their English names.
_ANY_BODY = frozenset({"inc", "corp", "co"})


def body_of(form: str) -> str | None:
    """The kind of body a Western form makes, None when any may use it."""
    return None if form in _ANY_BODY else PARTNERSHIP if form in _PARTNERSHIPS else COMPANY


def differ_in_form(form: str | None, other: str | None) -> bool:
    """Whether one careful writer would not use both forms for one company: LLC and Inc. differ, Inc. and Corp. do not."""
    return form is not None and other is not None and (form in _LIMITED_LIABILITY) != (other in _LIMITED_LIABILITY)


_BY_LENGTH = "|".join(sorted(_JAPANESE, key=len, reverse=True))
_SHORTS = "|".join(sorted(_SHORT, key=len, reverse=True))
_BANKS = "|".join(sorted(_BANK, key=len, reverse=True))
# A bracket more is not an error of ours: "((株))" is seen.
_ANY_JAPANESE = re.compile(
    rf"(?P<long>{_BY_LENGTH})|[(\[【〔<]\s*(?P<short>{_SHORTS})\s*[)\]】〕>]"
    rf"|(?:^(?P<bank_front>{_BANKS})[)\]])|(?:[(\[](?P<bank_end>{_BANKS})[)\]]?$)"
    rf"|(?P<bank_after>{_BANKS})[)\]]$"
)
_A_FORM_IS_NEAR = re.compile(r"会社|法人|組合|[()\[\]【】〔〕<>]")


def strip_japanese(name: str) -> tuple[str, tuple[str, str] | None]:
    """The name without Japanese legal forms, before or after it, and (form, kind of body) of the first one."""
    if name.isascii() or not _A_FORM_IS_NEAR.search(name):
        return name, None
    found: list[tuple[str, str]] = []

    def note(match: re.Match[str]) -> str:
        long, short = match.group("long"), match.group("short")
        bank = match.group("bank_front") or match.group("bank_end") or match.group("bank_after")
        if match.group("bank_after") and any(bracket in name for bracket in "(["):
            # The end of a word in brackets: (アイカ).
            return match.group()
        found.append(_JAPANESE[long] if long else _SHORT[short] if short else _BANK[bank])
        return " "

    rest = _ANY_JAPANESE.sub(note, name).strip()
    return rest, found[0] if found else None


def join_initials(name: str) -> str:
    """The name with dotted letters joined (``s.a.r.l.`` → ``sarl``, ``a/s`` → ``as``) and two-word forms as one."""
    if "." in name or "/" in name:
        name = _INITIALS.sub(lambda found: re.sub(r"[.\s/]", "", found.group()) + " ", name)
    return _TWO_WORDS.sub(r"\1\2", name) if "aisha" in name else name


def strip_western(words: list[str]) -> tuple[list[str], tuple[str, str | None] | None]:
    """The words without legal forms at their end (or in front, where that is usual), and (form, state) of the main one.

    One word is always left, unless nothing but forms was written.
    """
    end = len(words)
    while end > 0 and (words[end - 1] in _WESTERN or (words[end - 1] in {"and", "und", "et"} and end < len(words))):
        end -= 1
    forms = [word for word in words[end:] if word in _WESTERN]
    if forms and all(word in _NEVER_ALONE for word in forms):
        forms, end = [], len(words)
    if end == 0 and words and words[0] in _ALSO_A_NAME:
        forms, end = forms[1:], 1
    start = 1 if end > 1 and words[0] in _IN_FRONT else 0
    if start and words[0] in _WESTERN:
        forms.append(words[0])
    known = [_WESTERN[word] for word in forms]
    # The form with a state says more: "GmbH & Co. KG", "Pty Ltd".
    main = next((form for form in known if form[1]), known[0] if known else None)
    return words[start:end], main
