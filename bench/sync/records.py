"""Customers and invoices in Stripe's shape, as many as wanted, the same every time, in one file a collection.

A file holds the records newest first, joined by commas, so that a page is one slice of it; a second file holds where each
record begins. Half of the customers are companies, half people; what differs from record to record in real life differs.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COLLECTIONS = ("customers", "invoices")
OLDEST, STEP_S = 1_600_000_000, 400
SHAPE = "2"  # part of the folder's name: another shape is another folder
GIVEN = (
    "Aiko Haruto Yui Sora Emma Liam Olivia Noah Zoë José Renée Søren Łukasz Wei Mei Omar Fatima Ivan Olga Chidi".split()
)
FAMILY = (
    "Tanaka Sato Suzuki Müller Smith García O'Brien Kowalski Nguyen Wang Okafor Ivanova Rossi Dubois Hansen".split()
)
FIRST = "Blue North Bright Silver Green Rapid Prime Urban Clear Solid Nova Terra Vector Quantum Harbor Summit".split()
SECOND = (
    "Ridge Labs Foods Logistics Systems Energy Textiles Robotics Analytics Dental Motors Paper Optics Travel".split()
)
FORMS = ("Inc.", "LLC", "GmbH", "Ltd", "株式会社", "S.A.", "B.V.", "Co., Ltd.")
PLACES = (
    ("Tokyo", "JP", "100-0001", "+81 3 {:04d} {:04d}"),
    ("San Francisco", "US", "94107", "+1 415 {:03d} {:04d}"),
    ("München", "DE", "80331", "+49 89 {:04d} {:04d}"),
    ("London", "GB", "EC1A 1BB", "+44 20 {:04d} {:04d}"),
    ("Kraków", "PL", "30-001", "+48 12 {:03d} {:04d}"),
)

CUSTOMER = (
    '{"id":"%(id)s","object":"customer","address":{"city":"%(city)s","country":"%(country)s","line1":"%(street)s",'
    '"line2":null,"postal_code":"%(postal_code)s","state":null},"balance":%(balance)d,"business_name":%(business)s,'
    '"created":%(created)d,"currency":"%(currency)s","customer_account":null,"default_source":null,"delinquent":false,'
    '"description":"%(description)s","discount":null,"email":"%(email)s","individual_name":null,'
    '"invoice_prefix":"%(prefix)s","invoice_settings":{"custom_fields":[{"name":"PO","value":"%(po)s"}],'
    '"default_payment_method":"pm_%(method)s","footer":null,"rendering_options":null},"livemode":true,'
    '"metadata":{"salesforce_id":"001%(crm)s","plan":"%(plan)s","segment":"%(segment)s","signup":"%(signup)s"},'
    '"name":"%(name)s","next_invoice_sequence":%(sequence)d,"phone":"%(phone)s","preferred_locales":["en-US"],'
    '"shipping":{"address":{"city":"%(city)s","country":"%(country)s","line1":"%(street)s","line2":null,'
    '"postal_code":"%(postal_code)s","state":null},"name":"%(name)s","phone":"%(phone)s"},"tax_exempt":"none",'
    '"tax_ids":{"object":"list","data":[],"has_more":false,"total_count":0,"url":"/v1/customers/%(id)s/tax_ids"},'
    '"test_clock":null}'
)
INVOICE = (
    '{"id":"%(id)s","object":"invoice","account_country":"US","account_name":"Example Works","account_tax_ids":null,'
    '"amount_due":%(total)d,"amount_overpaid":0,"amount_paid":%(paid)d,"amount_remaining":%(remaining)d,'
    '"amount_shipping":0,"application":null,"attempt_count":1,"attempted":true,"auto_advance":false,'
    '"automatic_tax":{"disabled_reason":null,"enabled":false,"liability":null,"provider":null,"status":null},'
    '"automatically_finalizes_at":null,"billing_reason":"subscription_cycle","collection_method":"charge_automatically",'
    '"created":%(created)d,"currency":"%(currency)s","custom_fields":null,"customer":"%(customer)s",'
    '"customer_address":{"city":"%(city)s","country":"%(country)s","line1":"%(street)s","line2":null,'
    '"postal_code":"%(postal_code)s","state":null},"customer_email":"%(email)s","customer_name":"%(name)s",'
    '"default_payment_method":null,"description":null,"discounts":[],"due_date":null,"effective_at":%(created)d,'
    '"ending_balance":0,"hosted_invoice_url":"https://invoice.example.com/i/acct_1/%(method)s%(method)s",'
    '"lines":{"object":"list","data":[{"id":"il_%(line)s","object":"line_item","amount":%(total)d,'
    '"currency":"%(currency)s","description":"%(quantity)d × Team seat (at $%(seat).2f / month)","discount_amounts":[],'
    '"discountable":true,"discounts":[],"invoice":"%(id)s","livemode":true,"metadata":{"seat":"%(po)s"},'
    '"parent":{"invoice_item_details":null,"subscription_item_details":{"invoice_item":null,"proration":false,'
    '"proration_details":{"credited_items":null},"subscription":"sub_%(subscription)s",'
    '"subscription_item":"si_%(subscription)s"},"type":"subscription_item_details"},'
    '"period":{"end":%(end)d,"start":%(created)d},"pretax_credit_amounts":[],"pricing":{"price_details":'
    '{"price":"price_%(price)s","product":"prod_%(price)s"},"type":"price_details",'
    '"unit_amount_decimal":"%(unit)d"},"quantity":%(quantity)d,"taxes":[]}],"has_more":false,"total_count":1,'
    '"url":"/v1/invoices/%(id)s/lines"},"livemode":true,"metadata":{},"number":"%(prefix)s-%(sequence)04d",'
    '"parent":{"quote_details":null,"subscription_details":{"metadata":{},"subscription":"sub_%(subscription)s"},'
    '"type":"subscription_details"},"period_end":%(end)d,"period_start":%(created)d,"receipt_number":null,'
    '"status":"%(status)s","status_transitions":{"finalized_at":%(created)d,"marked_uncollectible_at":null,'
    '"paid_at":%(paid_at)s,"voided_at":null},"subtotal":%(total)d,"subtotal_excluding_tax":%(total)d,"total":%(total)d,'
    '"total_discount_amounts":[],"total_excluding_tax":%(total)d,"total_pretax_credit_amounts":[],"total_taxes":[]}'
)


@dataclass(frozen=True, slots=True)
class Collection:
    """The files of one collection and how many records they hold."""

    records: Path
    starts: Path
    count: int


def made(folder: Path, records: int) -> dict[str, Collection]:
    """Half as many customers and as many invoices as ``records``; made when they are not there yet."""
    count = records // 2
    place = folder / f"{SHAPE}-{records}"
    place.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, one in (("customers", customer), ("invoices", invoice)):
        collection = Collection(place / f"{name}.json", place / f"{name}.starts", count)
        if not collection.starts.exists():
            _write(collection, one)
        found[name] = collection
    return found


def source_id(prefix: str, number: int) -> str:
    """The id of a record: it looks random, and ends in its number so that its place is found again."""
    scattered = (number + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFF
    return f"{prefix}_1{scattered:08x}{number:07d}"


def customer(number: int, count: int, draw: random.Random) -> str:
    """The customer of that number, 0 the oldest."""
    return CUSTOMER % _customer(number, draw)


def invoice(number: int, count: int, draw: random.Random) -> str:
    """The invoice of that number, to some customer."""
    customer_number = draw.randrange(count)
    quantity, unit = draw.randint(1, 40), draw.choice((1900, 2900, 4900, 9900))
    total, status = quantity * unit, draw.choice(("paid", "paid", "paid", "paid", "open", "void"))
    created, paid = OLDEST + number * STEP_S, total if status == "paid" else 0
    return INVOICE % {
        **_customer(customer_number, draw),
        "customer": source_id("cus", customer_number),
        "id": source_id("in", number),
        "line": f"{_letters(draw, 12)}{number:07d}",
        "created": created,
        "end": created + 30 * 86_400,
        "paid_at": created + 3_600 if paid else "null",
        "total": total,
        "paid": paid,
        "remaining": total - paid,
        "status": status,
        "quantity": quantity,
        "unit": unit,
        "seat": unit / 100,
        "subscription": f"{_letters(draw, 8)}{customer_number:07d}",
        "price": f"1team{unit}",
    }


def _customer(number: int, draw: random.Random) -> dict[str, object]:
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    is_company = draw.random() < 0.5
    company = f"{draw.choice(FIRST)} {draw.choice(SECOND)} {number} {draw.choice(FORMS)}"
    city, country, postal_code, phone = draw.choice(PLACES)
    mailbox = f"{given}.{family}".lower().replace("'", "")
    host = (
        f"{company.split(maxsplit=1)[0]}{company.split()[1]}{number}.example".lower() if is_company else "mail.example"
    )
    return {
        "id": source_id("cus", number),
        "name": company if is_company else f"{given} {family}",
        "business": f'"{company}"' if is_company else "null",
        "email": f"{mailbox}@{host}" if is_company else f"{mailbox}{number}@{host}",
        "city": city,
        "country": country,
        "postal_code": postal_code,
        "phone": phone.format(draw.randint(100, 999), draw.randint(1000, 9999)),
        "street": f"{draw.randint(1, 999)} {draw.choice(FAMILY)} Street",
        "description": f"{given} {family}, batch {_letters(draw, 8)}",
        "balance": draw.choice((0, 0, 0, -1500, 2000)),
        "created": OLDEST + number * STEP_S,
        "currency": draw.choice(("usd", "eur", "jpy")),
        "prefix": _letters(draw, 8).upper(),
        "po": _letters(draw, 8),
        "method": _letters(draw, 24),
        "crm": _letters(draw, 15),
        "plan": draw.choice(("free", "pro", "team", "enterprise")),
        "segment": draw.choice(("smb", "mid", "ent")),
        "signup": draw.choice(("ads", "organic", "partner")),
        "sequence": draw.randint(1, 90),
    }


def _letters(draw: random.Random, count: int) -> str:
    return f"{draw.getrandbits(4 * count):0{count}x}"


def _write(collection: Collection, one: Callable[[int, int, random.Random], str]) -> None:
    starts, at = array("Q"), 0
    with collection.records.open("wb") as file:
        for record in _newest_first(collection.count, one):
            starts.append(at)
            at += file.write(record)
    starts.append(at)
    collection.starts.write_bytes(starts.tobytes())


def _newest_first(count: int, one: Callable[[int, int, random.Random], str]) -> Iterator[bytes]:
    draw = random.Random(count)
    for number in reversed(range(count)):
        yield one(number, count, draw).encode() + (b"," if number else b"")
