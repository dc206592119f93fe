"""Which of a customer's tax ids names the company: a corporate number, or a number that has the shape of one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from kizuna_stripe.payloads import TaxId

_SEPARATORS = re.compile(r"[\s.\-‐-―ー/]+")
_JAPANESE = re.compile(r"T?([1-9]\d{12})")

# Shapes by Stripe's type; a type that is not here proves no company (it may be a private person's number).
# Source: https://docs.stripe.com/billing/customer/tax-ids#supported-tax-id (read 2026-05).
_SHAPES = {
    "eu_vat": re.compile(r"[A-Z]{2}[0-9A-Z+*]{7,12}"),
    "gb_vat": re.compile(r"(?:GB|XI)(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})"),
    "ch_vat": re.compile(r"CHE\d{9}(?:MWST|TVA|IVA)?"),
    "ch_uid": re.compile(r"CHE\d{9}"),
    "li_uid": re.compile(r"CHE\d{9}"),
    "no_vat": re.compile(r"(?:NO)?\d{9}(?:MVA)?"),
    "us_ein": re.compile(r"\d{9}"),
    "au_abn": re.compile(r"\d{11}"),
    "nz_gst": re.compile(r"\d{8,9}"),
    "br_cnpj": re.compile(r"[0-9A-Z]{12}\d{2}"),
    "in_gst": re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]"),
    "kr_brn": re.compile(r"\d{10}"),
    "sg_uen": re.compile(r"(?:\d{8,9}|[TSR]\d{2}[A-Z]{2}\d{4})[A-Z]"),
    "tw_vat": re.compile(r"\d{8}"),
    "za_vat": re.compile(r"4\d{9}"),
    "ca_bn": re.compile(r"\d{9}"),
    "es_cif": re.compile(r"[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]"),
}


def corporate_number(tax_ids: Iterable[TaxId]) -> str | None:
    """The first plausible number, a Japanese corporate number before all others; None when none is plausible."""
    plausible = [(tax_id.type, number) for tax_id in tax_ids if (number := _plausible(tax_id)) is not None]
    plausible.sort(key=lambda found: found[0] not in {"jp_cn", "jp_trn"})
    return plausible[0][1] if plausible else None


def _plausible(tax_id: TaxId) -> str | None:
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", tax_id.value or "")).upper()
    if tax_id.type in {"jp_cn", "jp_trn"}:
        return _japanese(number)
    shape = _SHAPES.get(tax_id.type or "")
    varied = len(set(re.sub(r"\D", "", number))) > 1  # 000000000 is a placeholder
    return number if shape is not None and varied and shape.fullmatch(number) else None


def _japanese(number: str) -> str | None:
    """The thirteen digits when the check digit is right: a sole trader's registration number need not have one.

    Source: 法人番号の指定等に関する省令 第二条.
    """
    matched = _JAPANESE.fullmatch(number)
    if matched is None:
        return None
    first, rest = int(matched.group(1)[0]), matched.group(1)[1:]
    total = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(rest)))
    return matched.group(1) if 9 - total % 9 == first and len(set(rest)) > 1 else None
