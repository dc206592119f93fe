"""What the demonstration shows, as renderables that fit 80 columns and need no colour."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kizuna.demo import words
from kizuna.storage.portfolio import Agreement, Seen, Totals

WIDTH = 80
HALF = 39
PEOPLE_MOST = 4
EVENTS_A_SYSTEM = 3


def heading(text: str) -> Text:
    """A line that begins a screen."""
    return Text(f"\n{text}", style="bold")


def streams(outcomes: Mapping[str, Mapping[str, Any]]) -> Table:
    """What was read, stream by stream."""
    made = _table("system", "stream", "state", "pages", "records", "set aside")
    for name, outcome in outcomes.items():
        first = True
        for one in outcome["streams"]:
            if not one["read"] and one["state"] == "complete":
                continue
            made.add_row(
                name if first else "",
                one["stream"],
                one["state"],
                *_numbers(one["pages"], one["read"], one["quarantined"]),
            )
            first = False
    return made


def evidence(found: Sequence[Agreement], by_systems: Mapping[tuple[str, ...], int]) -> RenderableType:
    """Why records are one, counted; and how many systems know a customer."""
    sums: dict[str, dict[str, int]] = {}
    for one in found:
        pairs = sums.setdefault(one.field, {})
        pairs[one.entity] = pairs.get(one.entity, 0) + one.pairs
    why = _table("why records are one", "companies", "people")
    for field, pairs in sorted(sums.items(), key=lambda item: -sum(item[1].values())):
        label = words.EVIDENCE.get(field, field.replace("_", " "))
        why.add_row(label, *_numbers(pairs.get("account", 0), pairs.get("person", 0)))
    how_many: dict[int, int] = {}
    for systems, count in by_systems.items():
        how_many[len(systems)] = how_many.get(len(systems), 0) + count
    known = _table("known to", "customers")
    for number, count in sorted(how_many.items(), reverse=True):
        known.add_row(f"{number} system{'s' if number > 1 else ''}", f"{count:,}")
    return Columns([why, known], padding=(0, 4))


def example(name: str, pair: Any, sentences: Sequence[str]) -> Panel:
    """Two records of one customer and why they are one."""
    ends = f"{pair.a_system} {pair.a_stream} {pair.a_id}\n{pair.b_system} {pair.b_stream} {pair.b_id}"
    body = Group(Text(ends, style="bold"), *(Text(f"• {sentence}") for sentence in sentences))
    return Panel(body, title=Text(f"Why these two are {name}"), title_align="left", width=WIDTH, box=box.ROUNDED)


def departments(
    titles: Mapping[str, tuple[str, str]], names: Mapping[str, Sequence[str]], seen: Sequence[Seen]
) -> Columns:
    """One customer as each department's system knows it, side by side."""
    panels = [
        Panel(
            _known(names.get(system, ()), [one for one in seen if one.system == system]),
            title=Text(f"{department} · {title}"),
            title_align="left",
            width=HALF,
            box=box.ROUNDED,
        )
        for system, (title, department) in titles.items()
    ]
    return Columns(panels, width=HALF, padding=(0, 1))


def customer(one: Mapping[str, Any]) -> Panel:
    """The same customer, united."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    owner = one["owner"] or {}
    rows = [
        ("domain", one["domain"]),
        ("where", ", ".join(part for part in (one["city"], one["country"]) if part)),
        ("industry", one["industry"]),
        ("owner", owner.get("name")),
        ("known to", ", ".join(one["systems"]) + f" ({one['recordCount']} records)"),
        ("people", f"{one['personCount']:,}"),
        ("open", f"{one['openTicketCount']} tickets, {one['openDealCount']} deals"),
        ("next renewal", words.day(one["nextRenewalAt"])),
        *((words.MEASURES.get(measure, measure), value) for measure, value in _money(one["money"])),
    ]
    for label, value in rows:
        facts.add_row(label, Text(value or "-"))
    title = Text(f"{one['name']}  {one['id']}", style="bold")
    return Panel(facts, title=title, title_align="left", width=WIDTH, box=box.HEAVY)


def people(nodes: Sequence[Mapping[str, Any]]) -> Table:
    """Its people, and which systems know each."""
    made = _table("who", "title", "mailbox", "known to")
    for one in sorted(nodes, key=lambda one: -len(one["systems"]))[:PEOPLE_MOST]:
        made.add_row(
            *(Text(value or "-") for value in (one["name"], one["title"], one["email"])), ", ".join(one["systems"])
        )
    return made


def timeline(nodes: Sequence[Mapping[str, Any]]) -> Table:
    """The latest that happened, a few from each system that saw something worth a title."""
    made = _table("when", "system", "what", "")
    by_system: dict[str, int] = {}
    for one in nodes:
        if not one["title"] or by_system.get(one["system"], 0) >= EVENTS_A_SYSTEM:
            continue
        by_system[one["system"]] = by_system.get(one["system"], 0) + 1
        kind = one["kind"].lower().replace("_", " ")
        made.add_row(
            words.day(one["at"]), one["system"], kind, Text(one["title"] or "-", overflow="ellipsis", no_wrap=True)
        )
    return made


def portfolio(totals: Totals, money: Mapping[str, Mapping[str, tuple[int, int]]]) -> RenderableType:
    """All customers in numbers; currencies are never added."""
    counts = _table("", "")
    counts.show_header = False
    for label, value in (
        ("customers", totals.customers),
        ("people", totals.people),
        ("open tickets", totals.open_tickets),
        ("open deals", totals.open_deals),
        ("active subscriptions", totals.active_subscriptions),
        ("where systems disagree", totals.with_conflicts),
    ):
        counts.add_row(label, f"{value:,}")
    worth = _table("", "MRR", "open pipeline", "unpaid")
    shown = [money.get(measure, {}) for measure in ("mrr", "pipeline", "unpaid")]
    for currency in sorted({currency for values in shown for currency in values}):
        cells = [
            words.amount_of_micro(values[currency][0], currency) if currency in values else "-" for values in shown
        ]
        worth.add_row(currency, *(cell.removeprefix(f"{currency} ") for cell in cells))
    return Columns([counts, worth], padding=(0, 4))


def asked(query: str, answer: Mapping[str, Any]) -> RenderableType:
    """A query and its answer."""
    answered = _short(answer.get("data"))
    panels = [
        Panel(Text(text), title=title, title_align="left", width=WIDTH, box=box.ROUNDED)
        for title, text in (("the question", query.strip()), ("the answer", answered))
    ]
    return Group(*panels)


def _short(value: Any, indent: int = 0) -> str:
    """JSON on several lines, each inner value on one line where it fits."""
    plain = json.dumps(value, ensure_ascii=False)
    if cell_len(plain) + indent <= WIDTH - 6 or not isinstance(value, dict | list):
        return plain
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        inner = [f"{pad}{json.dumps(key)}: {_short(one, indent + 2)}" for key, one in value.items()]
        return "{\n" + ",\n".join(inner) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(f"{pad}{_short(one, indent + 2)}" for one in value) + "\n" + " " * indent + "]"


def _known(names: Sequence[str], seen: Sequence[Seen]) -> Group:
    lines = [Text(" / ".join(names) or "(no name of its own)", style="bold")]
    shown = [one for one in seen if one.kind in words.KINDS]
    lines += [Text(words.counted(one.kind, one.number)) for one in shown]
    titled = [one for one in shown if one.latest and one.kind in ("deal", "ticket", "engagement", "contract")]
    lines += [Text(f"“{one.latest}”", style="italic", overflow="ellipsis", no_wrap=True) for one in titled[:2]]
    return Group(*lines)


def _money(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    by_measure: dict[str, list[str]] = {}
    for one in found:
        minor, currency = int(one["money"]["minorUnits"]), one["money"]["currency"]
        by_measure.setdefault(one["measure"].lower(), []).append(words.amount(minor, currency))
    return [(measure, ", ".join(by_measure[measure])) for measure in words.MEASURES if measure in by_measure]


def _table(*headings: str) -> Table:
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    numbers = {"pages", "records", "set aside", "companies", "people", "customers", "MRR", "open pipeline", "unpaid"}
    for title in headings:
        made.add_column(title, justify="right" if title in numbers else "left", overflow="fold")
    return made


def _numbers(*values: int) -> tuple[str, ...]:
    return tuple(f"{value:,}" if value else "-" for value in values)
