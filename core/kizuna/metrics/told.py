"""How an answer is put into words and digits, the same wherever it is read."""

from __future__ import annotations

from decimal import Decimal

from kizuna.metrics.exact import half_up
from kizuna.metrics.questions import Told
from kizuna.model.money import exponent


def sentence(told: Told, language: str) -> str:
    """The value, its formula and the figures in it, as one line in that language (en, ja)."""
    known = told.definition
    names = ", ".join(f"{name} {rounded(value, told)}" for name, value in told.figures.items())
    if language == "ja":
        value = f"算出できません（{told.reason}）" if told.value is None else amount(told.value, told)
        return f"{known.title_ja}：{told.as_of.isoformat()}時点で{value}。{known.formula}（{names}）"
    value = f"none ({told.reason})" if told.value is None else amount(told.value, told)
    return f"{known.title_en}, {told.metric}, as of {told.as_of.isoformat()}: {value}. {known.formula} ({names})"


def amount(value: Decimal, told: Told) -> str:
    """The value in its unit: a ratio in per cent, money with its currency."""
    if told.unit == "ratio":
        return f"{half_up(value * 100, 2)} %"
    return f"{rounded(value, told)}{' ' + told.currency if told.currency else ''}"


def rounded(value: Decimal, told: Told) -> str:
    """The figure as it is shown: whole where it is whole, else to the decimals of its currency."""
    if value == value.to_integral_value():
        return format(value.to_integral_value(), "f")
    return format(half_up(value, exponent(told.counted_in) if told.counted_in else 4), "f")


def plain(value: Decimal) -> str:
    """The number in full, without an exponent and without zeros at its end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
