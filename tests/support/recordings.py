"""The recordings that lie outside the project: which stream reads which, what became of them, and why the rest is not read."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kizuna import config
from kizuna.errors import PageError
from kizuna.storage import connections
from kizuna.storage.tables import METADATA
from kizuna.sync.service import Service, service
from kizuna.sync.writer import Wrote
from tests.support.project import PROJECT

PAGE: Final = PROJECT / "docs" / "reference" / "recordings.md"

SETTINGS: Final[dict[str, dict[str, object]]] = {
    "salesforce": {"instance_url": "https://example.my.salesforce.com"},
    "hubspot": {},
    "zendesk": {"subdomain": "example"},
    "stripe": {"ledger": True},
}
# What was recorded, by the stream it belongs to. Files of one stream are loaded in this order.
RECORDINGS: Final = {
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
    ("hubspot", "products"): (
        "ELv2-local-only_nango/products.json",
        "dlt_verified_sources/mock_products_data.json",
    ),
    ("hubspot", "deal_pipelines"): ("ELv2-local-only_nango/fetch-pipelines.json",),
    ("hubspot", "notes"): ("ELv2-local-only_nango/create-note.json",),
    ("hubspot", "tickets"): ("ELv2-local-only_nango/create-ticket.json",),
    ("zendesk", "organizations"): (
        "nango-recordings-ELv2/*-organization*.json",
        "go-zendesk-fixtures-MIT/GET/organizations.json",
        "go-zendesk-fixtures-MIT/GET/organization.json",
        "node-zendesk-recordings-MIT/organizations_*.json",
        "zenpy-recordings-GPL3/TestOrganizationCreateUpdateDelete.*.jsonl",
    ),
    ("zendesk", "users"): (
        "nango-recordings-ELv2/*-user*.json",
        "go-zendesk-fixtures-MIT/GET/user.json",
        "zenpy-recordings-GPL3/TestUser*.jsonl",
        "zenpy-recordings-GPL3/UsersIncremental*.jsonl",
    ),
    ("zendesk", "tickets"): (
        "nango-recordings-ELv2/*-tickets.test.json",
        "nango-recordings-ELv2/*-ticket.test.json",
        "go-zendesk-fixtures-MIT/GET/tickets.json",
        "go-zendesk-fixtures-MIT/GET/search_ticket.json",
        "go-zendesk-fixtures-MIT/GET/ticket_custom_field.json",
        "zenpy-recordings-GPL3/TestTicketCreate*.jsonl",
        "zenpy-recordings-GPL3/TestTicketsPagination*.jsonl",
        "zenpy-recordings-GPL3/TicketsIncremental*.jsonl",
        "zenpy-recordings-GPL3/TestIncrementalObjectUpdate*.jsonl",
        "zenpy-recordings-GPL3/TestViews*.jsonl",
    ),
    ("zendesk", "comments"): (
        "nango-recordings-ELv2/get-ticket-comments.test.json",
        "go-zendesk-fixtures-MIT/GET/ticket_comments.json",
    ),
    ("zendesk", "sla_policies"): ("go-zendesk-fixtures-MIT/GET/sla_policies.json",),
    ("zendesk", "custom_statuses"): ("zenpy-recordings-GPL3/CustomStatuses*.jsonl",),
    ("zendesk", "organization_memberships"): ("go-zendesk-fixtures-MIT/GET/organization_memberships.json",),
    ("zendesk", "user_fields"): ("zenpy-recordings-GPL3/UserFields*.jsonl",),
    ("zendesk", "ticket_fields"): (
        "nango-recordings-ELv2/get-ticket-field.test.json",
        "go-zendesk-fixtures-MIT/GET/ticket_field*.json",
        "zenpy-recordings-GPL3/TestTicketField*.jsonl",
    ),
    ("zendesk", "organization_fields"): (
        "go-zendesk-fixtures-MIT/GET/organization_fields.json",
        "zenpy-recordings-GPL3/TestOrganizationFields*.jsonl",
    ),
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
        "dj-stripe-fixtures/plan_*.json",
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
    ("stripe", "charges"): ("openapi/fixtures3.json", "dj-stripe-fixtures/dispute_ch_*.json"),
    ("stripe", "payment_intents"): (
        "openapi/fixtures3.json",
        "dj-stripe-fixtures/payment_intent_*.json",
        "dj-stripe-fixtures/dispute_pi_*.json",
    ),
    ("stripe", "disputes"): ("openapi/fixtures3.json", "dj-stripe-fixtures/dispute_dp_*.json"),
    ("stripe", "balance_transactions"): (
        "openapi/fixtures3.json",
        "dj-stripe-fixtures/balance_transaction_*.json",
        "dj-stripe-fixtures/dispute_txn_*.json",
    ),
    ("stripe", "invoice_payments"): ("openapi/fixtures3.json",),
    ("stripe", "subscription_schedules"): ("openapi/fixtures3.json",),
    ("stripe", "refunds"): ("openapi/fixtures3.json", "nango-recordings-ELv2/*-refund*.json"),
    ("stripe", "credit_notes"): ("openapi/fixtures3.json", "nango-recordings-ELv2/*-credit-note*.json"),
}
# Why no stream reads a file, by pattern; the first that fits says it.
UNREAD: Final = {
    "*LICENSE*": "",
    "README.md": "",
    "*.csv": "a data set in CSV, which no vendor's API answers with in this form",
    "*.sql": "a data set in SQL",
    "*/openapi/*": "a description of the API; the sandboxes' answers are compared with it",
    "hubspot/sdk_contract/*": "the models of the official client; that client is run against the sandbox",
    "hubspot/hubspot-ruby_legacy_v1v2/*": "answers of versions 1 and 2 of the API, which is gone",
    "hubspot/*/fetch-propert*": "definitions of properties, asked for as a reading begins and kept by no stream",
    "hubspot/*propert*": "definitions of properties, asked for as a reading begins and kept by no stream",
    "hubspot/amp-labs_connectors/custom__*": "definitions of properties being changed: Kizuna only reads",
    "hubspot/*assoc*": "associations, which come within the records they bind",
    "hubspot/amp-labs_connectors/search__contacts__contacts-to-companies.json": "associations, within the records they bind",
    "hubspot/amp-labs_connectors/read-lists-*": "contact lists, which no stream reads",
    "hubspot/amp-labs_connectors/read__meeting-links.json": "meeting links, which no stream reads",
    "hubspot/*err*": "a refusal",
    "hubspot/*account-info*": "the account itself, which no stream reads",
    "hubspot/*/read-via-search__contacts-payload.json": "what a caller sends",
    "hubspot/*/fetch-custom-objects.json": "custom objects, which no stream reads",
    "hubspot/*/delete-company.json": "the empty answer to a deletion",
    "salesforce/cumulusci_describe/*": "a description of an object; the sandbox's are compared with it",
    "salesforce/*describe*": "a description of an object",
    "salesforce/*metadata__read*": "a description of an object",
    "salesforce/restforce/*": "answers of an object of a client's own tests, and of signing in",
    "salesforce/cumulusci_misc/*": "the organisation and composite calls, which no stream reads",
    "salesforce/ebikes/*": "products of a custom object, and the plan that loads them",
    "salesforce/amp-labs_connectors/subscription__*": "change events, which are webhooks",
    "salesforce/amp-labs_connectors/*": "what a caller sends, or the answer to a change: Kizuna only reads",
    "salesforce/ELv2-local-only_nango/*": "the answer to a change, a search or a question about the org",
    "stripe/stripe-cli-trigger-scenarios/*": "what a caller sends",
    "stripe/ruby-mock-webhook-events/*": "events, which the feed and webhooks bring; what they carry is mapped in the plugin's tests",
    "stripe/dj-stripe-fixtures/*": "objects that no stream reads by themselves: cards, methods, lines, tax ids, tax rates",
    "zendesk/webhook_vectors.json": "signatures, which the webhooks are tested with",
    "zendesk/zenpy-recordings-GPL3/TestWebhooks*": "the vendor's own webhook settings",
    "zendesk/*webhooks_endpoint*": "the vendor's own webhook settings",
    "zendesk/zenpy-recordings-GPL3/*Group*": "groups, which come beside the tickets",
    "zendesk/*group*": "groups, which come beside the tickets",
    "zendesk/*tag*": "tags, which stand in the records",
    "zendesk/zenpy-recordings-GPL3/*Tag*": "tags, which stand in the records",
    "zendesk/*ticket_form*": "forms, which no stream reads",
    "zendesk/*ticket-forms*": "forms, which no stream reads",
    "zendesk/*Audits*": "audits, which tell a merge and are read beside the tickets",
    "zendesk/*ticket_audits*": "audits, which tell a merge and are read beside the tickets",
    "zendesk/*view*": "views, which no stream reads",
    "zendesk/node-zendesk-recordings-MIT/authentication*": "signing in",
}
_BY_HAND = "made by hand for a client's own tests; Stripe never answered so"
# Why records of a recording are set aside, by vendor, stream and the reason's own words.
EXPLAINED: Final = {
    ("salesforce", "Account", "the record has no Id"): "a file of records to create, which have no id yet",
    ("stripe", "charges", "the field amount holds text where a whole number is expected"): _BY_HAND,
    ("stripe", "payment_intents", "the field last_payment_error holds text where an object is expected"): _BY_HAND,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What one recording came to in one stream."""

    vendor: str
    stream: str
    recording: str
    wrote: Wrote

    @property
    def mapped(self) -> int:
        """How many of its records are understood."""
        return self.wrote.read - self.wrote.quarantined


@contextmanager
def taken_in(url: str, samples: Path) -> Iterator[tuple[Service, list[Read]]]:
    """An installation that has taken all recordings in, and what each came to."""
    parts = service(config.load(Path("/nonexistent"), environ={}, options={"database": url}))
    try:
        METADATA.create_all(parts.database.engine)
        with parts.database.write() as sql:
            for vendor, settings in SETTINGS.items():
                connections.add(sql, vendor, vendor, settings, {}, True, 0)
        loader = parts.loader()
        found = []
        for (vendor, stream), patterns in RECORDINGS.items():
            for path in matched(samples / vendor, patterns):
                try:
                    wrote = loader.load(vendor, stream, path).wrote
                except PageError as error:
                    if "holds no record" not in str(error):
                        raise
                    wrote = Wrote()  # a recorded refusal, or an answer that is empty
                found.append(Read(vendor, stream, path.relative_to(samples / vendor).as_posix(), wrote))
        yield parts, found
    finally:
        parts.close()


def matched(folder: Path, patterns: Sequence[str]) -> list[Path]:
    """The files that fit, pattern after pattern. Raises AssertionError for a pattern that nothing fits."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        files = sorted(folder.glob(pattern))
        assert files, f"{folder.name}/{pattern} is not among the recordings"
        found |= dict.fromkeys(files)
    return list(found)


def unread(samples: Path) -> dict[str, list[str]]:
    """Reason → the files that no stream reads for it; under the empty text those without any reason."""
    read = {path for (vendor, _), patterns in RECORDINGS.items() for path in matched(samples / vendor, patterns)}
    found: dict[str, list[str]] = {}
    for path in sorted(samples.rglob("*")):
        if not path.is_file() or path in read:
            continue
        name = path.relative_to(samples).as_posix()
        pattern = next((pattern for pattern in UNREAD if fnmatch(name, pattern)), None)
        if pattern is None or UNREAD[pattern]:
            found.setdefault("" if pattern is None else UNREAD[pattern], []).append(name)
    return found


def page(found: Sequence[Read], left: dict[str, list[str]]) -> str:
    """The page of docs/reference."""
    read, aside = sum(one.wrote.read for one in found), sum(one.wrote.quarantined for one in found)
    head = [
        "# Recordings",
        "",
        "<!-- Written by `./dev scripts/recordings` from the recordings. Change what reads them, then run it. -->",
        "",
        "What the four vendors really answered, as others recorded it, is part of the tests and no part of the project: the files lie",
        "in `../shared/samples`, or where `KIZUNA_SAMPLES` points. `./dev pytest -m samples` takes them all in, as `kizuna load` does.",
        f"Of {read:,} records {read - aside:,} are understood and {aside:,} are set aside, each for a reason named here.",
        "A recording without records holds a refusal or an empty answer.",
    ]
    rows: list[str] = []
    for vendor in SETTINGS:
        rows += [
            "",
            f"## {vendor}",
            "",
            "| recording | stream | records | mapped | set aside |",
            "|---|---|--:|--:|---|",
        ]
        rows += [_row(one) for one in found if one.vendor == vendor]
    tail = ["", "## What no stream reads", "", "| recordings | files | why |", "|---|--:|---|"]
    tail += [f"| {_folders(files)} | {len(files)} | {reason} |" for reason, files in sorted(left.items())]
    return "\n".join([*head, *rows, *tail]) + "\n"


def explanations(one: Read) -> dict[str, str | None]:
    """Why records of a recording are set aside → the explanation, None when there is none."""
    return {reason: EXPLAINED.get((one.vendor, one.stream, reason)) for reason in one.wrote.reasons}


def _row(one: Read) -> str:
    said = "; ".join(f"{reason}: {why or 'not explained'}" for reason, why in sorted(explanations(one).items()))
    aside = f"{one.wrote.quarantined}: {said}" if one.wrote.quarantined else ""
    return f"| {one.recording} | {one.stream} | {one.wrote.read} | {one.mapped} | {aside} |"


def _folders(files: Sequence[str]) -> str:
    return ", ".join(sorted(Counter("/".join(name.split("/")[:-1]) or name for name in files)))


def main() -> None:
    """Writes the page."""
    samples = Path(os.environ.get("KIZUNA_SAMPLES") or PROJECT.parent / "shared" / "samples")
    if not samples.is_dir():
        sys.exit("The recordings are absent: set KIZUNA_SAMPLES to their folder.")
    with TemporaryDirectory() as folder, taken_in(f"sqlite:///{folder}/kizuna.db", samples) as (_, found):
        PAGE.write_text(page(found, unread(samples)), encoding="utf-8")


if __name__ == "__main__":
    main()
