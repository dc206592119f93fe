"""Ids that look like Stripe's: a prefix that says what it is, then letters and digits that say nothing."""

from __future__ import annotations

import string
from hashlib import blake2b

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BITS = 48
_ODD = 0x9E3779B97F4B  # odd, so that multiplying is one to one within 48 bits

PREFIXES = {
    "account": "cus_",
    "product": "prod_",
    "price": "price_1K",
    "coupon": "",
    "subscription": "sub_1K",
    "item": "si_",
    "invoice": "in_1K",
    "invoice_line": "il_1K",
    "charge": "ch_3K",
    "refund": "re_3K",
    "credit_note": "cn_1K",
    "event": "evt_1K",
    "discount": "di_1K",
    "tax_id": "txi_1K",
}


def native_id(kind: str, number: int) -> str:
    """The id of the record with that number; one to one for every number below 2**48."""
    return PREFIXES.get(kind, f"{kind}_") + scrambled(kind, number)


def beside(prefix: str, other_id: str) -> str:
    """The id of what stands in one-to-one relation to another object, such as a charge's payment intent."""
    return f"{prefix}{other_id.rpartition('_')[2]}"


def scrambled(kind: str, number: int) -> str:
    """Nine letters and digits, other ones for each kind."""
    salt = int.from_bytes(blake2b(kind.encode(), digest_size=6).digest(), "big")
    value = ((number ^ salt) * _ODD) % (1 << _BITS)
    letters = []
    for _ in range(9):
        value, digit = divmod(value, len(_DIGITS))
        letters.append(_DIGITS[digit])
    return "".join(letters)
