"""What a yes to each of many questions would move, read together, with a sentence for each."""

from __future__ import annotations

from typing import Any

from kizuna.graphql.context import Context
from kizuna.identity.consequences import say
from kizuna.model.labels import Label
from kizuna.storage import review
from kizuna.storage.answers import lookups
from kizuna.storage.answers.shape import micro_money
from kizuna.storage.review import Question, Stake


def stakes(context: Context, questions: list[Question], language: str) -> list[dict[str, Any] | None]:
    """What each question's yes would move; None where the two are one already."""
    context.check()
    found = review.stakes(context.sql, questions, with_money=Label.FINANCE not in context.sight.missing)
    names = lookups.names(context.sql, {stake.stays for stake in found.values()})
    return [told(found[one], names, language) if one in found else None for one in questions]


def told(stake: Stake, names: dict[str, str], language: str) -> dict[str, Any]:
    """The stake as the API says it."""
    money = [spelt for currency, micro in stake.mrr if (spelt := micro_money(str(micro), currency)) is not None]
    counts = {
        "open_tickets": stake.open_tickets,
        "people": stake.people,
        "records": stake.records,
        "moments": stake.moments,
    }
    amounts = [(_grouped(one["amount"]), one["currency"]) for one in money]
    return {
        "stays": stake.stays,
        "moves": stake.moves,
        "records": stake.records,
        "people": stake.people,
        "tickets": stake.tickets,
        "open_tickets": stake.open_tickets,
        "timeline_entries": stake.moments,
        "mrr": money,
        "sentence": say(amounts, counts, names.get(stake.stays), language),
    }


def _grouped(amount: str) -> str:
    whole, point, rest = amount.partition(".")
    return f"{int(whole):,}{point}{rest}"
