"""The screens in their order: what was read, why records are one, one customer, the portfolio, how to ask on."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console

from kizuna.config import Settings
from kizuna.demo import views
from kizuna.graphql import execute
from kizuna.identity.evidence import Evidence
from kizuna.identity.explain import Explanation
from kizuna.plugins import Plugins
from kizuna.storage import portfolio
from kizuna.storage.database import Database

CUSTOMER: Final = """
query ($id: ID!) {
  customer(id: $id) {
    id name domain industry city country systems recordCount personCount openTicketCount openDealCount nextRenewalAt
    owner { name }
    money { measure money { minorUnits currency } }
    people(first: 30) { nodes { name title email systems } }
    timeline(first: 60) { nodes { at kind system title } }
  }
}
"""

BUSIEST: Final = """
{
  customers(first: 3, sort: {by: OPEN_TICKETS, descending: true}) {
    nodes {
      name systems openTicketCount nextRenewalAt
      owner { name }
      subscriptions(first: 1) { nodes { status } }
    }
  }
}
"""


def show(
    console: Console,
    database: Database,
    plugins: Plugins,
    settings: Settings,
    outcomes: Mapping[str, Mapping[str, Any]],
) -> None:
    """Everything worth showing of a database that was just synced."""
    with database.read() as sql:
        totals, known = portfolio.totals(sql), portfolio.by_systems(sql)
        agreed, worth = portfolio.agreements(sql), portfolio.money(sql)
        shown_id = portfolio.showcase(sql)
    console.print(views.heading("What the systems said"))
    console.print(views.streams(outcomes))
    console.print(views.heading(f"Who is who: {totals.records:,} account records are {totals.customers:,} customers"))
    console.print(views.evidence(agreed, known))
    if shown_id is not None:
        _customer(console, database, plugins, settings, shown_id)
    console.print(views.heading("The portfolio"))
    console.print(views.portfolio(totals, worth))
    console.print(views.heading("Ask"))
    answer = execute(database, plugins, BUSIEST, settings=settings)
    url = database.url.render_as_string(hide_password=True).replace("+psycopg", "")
    command = f"kizuna query --database {shlex.quote(url)} '{{ customers(first: 3) {{ nodes {{ name }} }} }}'"
    console.print(views.asked(BUSIEST, answer))
    console.print("Ask on:", style="bold")
    console.print(command, soft_wrap=True, markup=False)


def _customer(console: Console, database: Database, plugins: Plugins, settings: Settings, customer_id: str) -> None:
    with database.read() as sql:
        seen, names = portfolio.seen(sql, customer_id), portfolio.said(sql, customer_id, "name")
        pairs = portfolio.joining(sql, customer_id)
    answer = execute(database, plugins, CUSTOMER, {"id": customer_id}, settings)
    one = (answer.get("data") or {}).get("customer")
    if one is None:
        return
    titles = {
        key: (plugins.connectors[key].title or key, plugins.connectors[key].department.value.title())
        for key in sorted(one["systems"], key=list(plugins.connectors).index)
        if key in plugins.connectors
    }
    console.print(views.heading(f"One customer, seen by {len(titles)} departments"))
    console.print(views.departments(titles, names, seen))
    if pairs:
        console.print(views.example(one["name"] or "one", pairs[0], _sentences(pairs[0])))
    console.print(views.heading("… and united"))
    console.print(views.customer(one))
    console.print(views.people(one["people"]["nodes"]))
    console.print(views.heading("What happened lately"))
    console.print(views.timeline(one["timeline"]["nodes"]))


def _sentences(pair: Any) -> tuple[str, ...]:
    evidence = tuple(
        Evidence(item["field"], item["level"], item["bits"], tuple(item["values"]))
        for item in json.loads(pair.evidence)
    )
    return Explanation(pair.a, pair.b, "linked", pair.bits, evidence, ()).sentences()
