"""Recordings of the four vendors loaded into one database: nearly all is understood, the rest is set aside truly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from pathlib import Path

import pytest
from sqlalchemy import text

from kizuna import config
from kizuna.errors import PageError
from kizuna.storage import connections
from kizuna.storage.tables import METADATA
from kizuna.sync.service import Service, service
from kizuna.sync.unwrap import records
from kizuna.sync.writer import Wrote

pytestmark = pytest.mark.samples

SETTINGS = {
    "salesforce": {"instance_url": "https://example.my.salesforce.com"},
    "hubspot": {},
    "zendesk": {"subdomain": "example"},
    "stripe": {},
}
# What was recorded, by the stream it belongs to. Files of one stream are loaded in this order.
RECORDINGS = {
    ("salesforce", "Account"): (
        "ELv2-local-only_nango/get-record.json",
        "ELv2-local-only_nango/query-all-records.json",
        "ELv2-local-only_nango/retrieve-query-more.json",
        "ebikes/Accounts.json",
    ),
    ("salesforce", "Contact"): (
        "ELv2-local-only_nango/contacts.json",
        "amp-labs_connectors/read-list-contacts.json",
    ),
    ("hubspot", "companies"): (
        "ELv2-local-only_nango/search-companies.json",
        "ELv2-local-only_nango/get-company.json",
        "ELv2-local-only_nango/update-company.json",
        "ELv2-local-only_nango/batch-create-companies.json",
        "dlt_verified_sources/mock_companies_data.json",
    ),
    ("hubspot", "contacts"): (
        "ELv2-local-only_nango/list-contacts.json",
        "ELv2-local-only_nango/get-contact.json",
        "amp-labs_connectors/search__contacts__1-first-page.json",
        "amp-labs_connectors/read-via-search__contacts-response.json",
        "amp-labs_connectors/batch__create__contacts__success.json",
        "dlt_verified_sources/mock_contacts_data.json",
        "dlt_verified_sources/mock_contacts_with_history.json",
    ),
    ("hubspot", "products"): ("dlt_verified_sources/mock_products_data.json",),
    ("hubspot", "notes"): ("ELv2-local-only_nango/create-note.json",),
    ("hubspot", "tickets"): ("ELv2-local-only_nango/create-ticket.json",),
    ("zendesk", "organizations"): (
        "nango-recordings-ELv2/*-organization*.json",
        "go-zendesk-fixtures-MIT/GET/organization*s.json",
        "go-zendesk-fixtures-MIT/GET/organization.json",
        "node-zendesk-recordings-MIT/organizations_*.json",
        "zenpy-recordings-GPL3/TestOrganizationCreateUpdateDelete.*.jsonl",
    ),
    ("zendesk", "users"): (
        "nango-recordings-ELv2/*-user*.json",
        "go-zendesk-fixtures-MIT/GET/user.json",
        "zenpy-recordings-GPL3/*User*.jsonl",
    ),
    ("zendesk", "tickets"): (
        "nango-recordings-ELv2/*-ticket*.json",
        "go-zendesk-fixtures-MIT/GET/tickets.json",
        "zenpy-recordings-GPL3/*Ticket*.jsonl",
        "zenpy-recordings-GPL3/TestViews*.jsonl",
    ),
    ("zendesk", "comments"): ("nango-recordings-ELv2/get-ticket-comments.test.json",),
    ("stripe", "customers"): (
        "openapi/fixtures3.json",
        "nango-recordings-ELv2/*-customer*.json",
        "dj-stripe-fixtures/customer_*.json",
    ),
    ("stripe", "products"): (
        "openapi/fixtures3.json",
        "nango-recordings-ELv2/*-product*.json",
        "dj-stripe-fixtures/product_*.json",
    ),
    ("stripe", "prices"): (
        "openapi/fixtures3.json",
        "nango-recordings-ELv2/*-price*.json",
        "dj-stripe-fixtures/price_*.json",
    ),
    ("stripe", "subscriptions"): (
        "openapi/fixtures3.json",
        "nango-recordings-ELv2/*-subscription*.json",
        "dj-stripe-fixtures/subscription_*.json",
    ),
    ("stripe", "invoices"): (
        "openapi/fixtures3.json",
        "nango-recordings-ELv2/*-invoice*.json",
        "dj-stripe-fixtures/invoice_*.json",
    ),
    ("stripe", "charges"): ("openapi/fixtures3.json",),
    ("stripe", "refunds"): ("openapi/fixtures3.json", "nango-recordings-ELv2/*-refund*.json"),
    ("stripe", "credit_notes"): ("openapi/fixtures3.json", "nango-recordings-ELv2/*-credit-note*.json"),
}
# Where the names of customers stand in a recording that is loaded.
NAMED = {
    "salesforce": ("ELv2-local-only_nango/retrieve-query-more.json", ("Account",), ("Name",)),
    "hubspot": ("ELv2-local-only_nango/search-companies.json", ("companies",), ("properties", "name")),
    "zendesk": ("nango-recordings-ELv2/list-organizations.test.json", ("organizations",), ("name",)),
    "stripe": ("nango-recordings-ELv2/list-customers.test.json", ("customers",), ("name",)),
}
# A file of records to create names no id yet.
NAMELESS = {("salesforce", "Account", "the record has no Id")}


def test_recordings_of_four_vendors_become_customers(samples: Path, sqlite_url: str) -> None:
    with loaded(sqlite_url, samples) as (parts, wrote):
        total = sum((one.read for one in wrote.values()), 0)
        aside = rows(
            parts,
            """
            SELECT connection.name, stream, reason, COUNT(*) FROM quarantine
            JOIN connection ON connection.id = connection_id GROUP BY 1, 2, 3
        """,
        )
        customers = rows(parts, "SELECT systems, name FROM customer")

    print(f"{total} records, set aside: {aside}")
    assert all(one.written for one in wrote.values()), [place for place, one in wrote.items() if not one.written]
    assert total > 5_000
    assert sum(one.quarantined for one in wrote.values()) <= 0.05 * total, aside
    assert {row[:3] for row in aside} <= NAMELESS, aside
    for vendor, names in named(samples).items():
        known = {name for systems, name in customers if vendor in json.loads(systems)}
        assert names
        assert names <= known, (vendor, sorted(names - known)[:5])


@contextmanager
def loaded(url: str, samples: Path) -> Iterator[tuple[Service, dict[tuple[str, str], Wrote]]]:
    """An installation that has taken all recordings in, and what each stream came to."""
    parts = service(config.load(Path("/nonexistent"), environ={}, options={"database": url}))
    try:
        METADATA.create_all(parts.database.engine)
        with parts.database.write() as sql:
            for vendor, settings in SETTINGS.items():
                connections.add(sql, vendor, vendor, settings, {}, True, 0)
        yield parts, {place: taken_in(parts, samples, *place) for place in RECORDINGS}
    finally:
        parts.close()


def taken_in(parts: Service, samples: Path, vendor: str, stream: str) -> Wrote:
    """What all files of a stream came to; recordings of errors and of other things hold no record."""
    loader, total = parts.loader(), Wrote()
    for pattern in RECORDINGS[vendor, stream]:
        files = sorted((samples / vendor).glob(pattern))
        assert files, f"{vendor}/{pattern} is not among the recordings"
        for path in files:
            try:
                total = total.plus(loader.load(vendor, stream, path).wrote)
            except PageError as error:
                assert "holds no record" in str(error)  # noqa: PT017  a recorded refusal, beside which others go on
    return total


def named(samples: Path) -> dict[str, set[str]]:
    """The names of customers in one recording of each vendor."""
    found: dict[str, set[str]] = {}
    for vendor, (path, streams, place) in NAMED.items():
        content = (samples / vendor / path).read_bytes()
        for record in map(json.loads, records(content, streams)):
            name = reduce(dict.__getitem__, place, record)
            if name:
                found.setdefault(vendor, set()).add(name)
    return found


def rows(parts: Service, question: str) -> list[tuple[str, ...]]:
    with parts.database.read() as sql:
        return [tuple(row) for row in sql.execute(text(question))]
