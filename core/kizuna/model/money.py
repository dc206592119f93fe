"""Money: whole minor units with an ISO 4217 currency, never a float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import msgspec

# ISO 4217 exponents that are not two. UGX and ISK are kept at two by some billing APIs for their amounts;
# such a connector says so when it builds the value.
_ZERO = "BIF CLP DJF GNF JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ISK"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS: dict[str, int] = {**dict.fromkeys(_ZERO.split(), 0), **dict.fromkeys(_THREE.split(), 3), "CLF": 4, "UYW": 4}

MICRO = 1_000_000
"""Parts of a minor unit in the fixed scale in which recurring revenue is summed."""


class Money(msgspec.Struct, frozen=True):
    """``minor`` whole minor units (yen, cents, fils) of ``currency`` (three upper-case letters)."""

    minor: int
    currency: str

    def amount(self) -> Decimal:
        """The value in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))


def exponent(currency: str) -> int:
    """How many decimals the currency has: JPY 0, USD 2, KWD 3."""
    return EXPONENTS.get(currency.upper(), 2)


def money(amount: str | float | Decimal | None, currency: str | None) -> Money | None:
    """Money from an amount in major units as a vendor writes it, rounded half up; None when either part is missing.

    Raises ValueError when the amount is not a number. A float is read through its shortest decimal form.
    """
    if amount is None or amount == "" or not currency:
        return None
    code = currency.strip().upper()
    try:
        value = Decimal(str(amount).strip())
    except InvalidOperation as error:
        raise ValueError("amount is not a number") from error
    if not value.is_finite():
        raise ValueError("amount is not a finite number")
    minor = value.scaleb(exponent(code)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Money(int(minor), code)
