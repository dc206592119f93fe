"""What a merge would move, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kizuna.identity.phrases import ENGLISH, JAPANESE

COUNTED = (
    ("open_tickets", "open ticket", "open tickets", "未解決チケット{n}件"),
    ("people", "person", "people", "担当者{n}名"),
    ("records", "record", "records", "記録{n}件"),
    ("moments", "moment of the timeline", "moments of the timeline", "タイムライン{n}件"),
)


def say(money: Sequence[tuple[str, str]], counts: dict[str, int], to: str | None, language: str = ENGLISH) -> str:
    """``Merging moves 1,200,000 JPY of MRR and 14 open tickets to Acme.``; money is (amount, currency)."""
    if language == JAPANESE:
        told = [f"月次収益 {amount} {currency}" for amount, currency in money]
        told += [ja.format(n=f"{counts[key]:,}") for key, _, _, ja in COUNTED if counts.get(key)]
        where = f"「{to}」に" if to else ""
        return (
            f"統合すると{'、'.join(told) or '何も'}{'が' if told else ''}{where}移{'ります' if told else 'りません'}。"
        )
    told = [f"{amount} {currency} of MRR" for amount, currency in money]
    told += [
        f"{counts[key]:,} {one if counts[key] == 1 else several}" for key, one, several, _ in COUNTED if counts.get(key)
    ]
    return f"Merging moves {_listed(told) or 'nothing'}{f' to {to}' if to else ''}."


def _listed(parts: Iterable[str]) -> str:
    *first, last = list(parts) or [""]
    return f"{', '.join(first)} and {last}" if first else last
