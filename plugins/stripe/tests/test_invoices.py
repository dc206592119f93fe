"""What invoices, credit notes, charges and refunds of Stripe mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kizuna import sdk
from plugins.stripe.tests.objects import CREATED, DAY_S, charge, invoice, line, listed, only, price, said

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def dollars(minor: int) -> sdk.Money:
    return sdk.Money(minor, "USD")


def test_an_invoice_and_its_line_in_todays_shape():
    found = said("invoices", invoice())

    assert found == (
        sdk.Invoice(
            account=sdk.Ref("customers", "cus_1"),
            parent=sdk.Ref("subscriptions", "sub_1"),
            number="A1-0001",
            status=sdk.InvoiceStatus.PAID,
            total=dollars(6600),
            subtotal=dollars(6000),
            tax=dollars(600),
            due=dollars(6600),
            paid=dollars(6600),
            remaining=dollars(0),
            reason="subscription_cycle",
            attempts=1,
            issued_at=BEGIN + timedelta(hours=1),
            paid_at=BEGIN + timedelta(hours=2),
            created_at=BEGIN,
        ),
        sdk.InvoiceLine(
            part="il_1",
            parent=sdk.Ref("invoices", "in_1"),
            subscription=sdk.Ref("subscriptions", "sub_1"),
            subscription_item="si_1",
            product=sdk.Ref("products", "prod_1"),
            price=sdk.Ref("prices", "price_1"),
            description="3 × Team (at $20.00 / month)",
            quantity=Decimal(3),
            amount=dollars(6000),
            period_starts_at=BEGIN,
            period_ends_at=BEGIN + timedelta(days=31),
        ),
    )


def test_before_basil_an_invoice_names_its_subscription_itself():
    old_line = {
        "id": "il_1",
        "amount": -500,
        "currency": "usd",
        "type": "invoiceitem",
        "subscription": "sub_1",
        "subscription_item": "si_1",
        "proration": True,
        "price": price(),
        "quantity": 1,
    }

    found = said(
        "invoices",
        invoice(
            parent=None,
            subscription="sub_1",
            tax=600,
            total_taxes=None,
            total_tax_amounts=[{"amount": 600}],
            lines=listed(old_line),
        ),
    )

    assert found[0].parent == sdk.Ref("subscriptions", "sub_1")
    assert found[0].tax == dollars(600)
    assert (found[1].price, found[1].product) == (sdk.Ref("prices", "price_1"), sdk.Ref("products", "prod_1"))
    assert (found[1].subscription_item, found[1].proration, found[1].amount) == ("si_1", True, dollars(-500))


def test_a_manual_invoice_has_no_subscription():
    assert only("invoices", invoice(parent=None, billing_reason="manual"), sdk.Invoice).parent is None


def test_a_line_from_an_invoice_item_names_the_subscription_but_no_item():
    parent = {
        "type": "invoice_item_details",
        "invoice_item_details": {"invoice_item": "ii_1", "proration": True, "subscription": "sub_1"},
        "subscription_item_details": None,
    }

    found = only("invoices", invoice(lines=listed(line(parent=parent))), sdk.InvoiceLine)

    assert (found.subscription, found.subscription_item) == (sdk.Ref("subscriptions", "sub_1"), None)
    assert found.proration


def test_a_line_tells_what_all_discounts_together_take_off_it():
    off = [{"amount": 600, "discount": "di_1"}, {"amount": 150, "discount": "di_2"}]

    reduced = only("invoices", invoice(lines=listed(line(discount_amounts=off))), sdk.InvoiceLine)
    whole = only("invoices", invoice(lines=listed(line(discount_amounts=[]))), sdk.InvoiceLine)

    assert (reduced.amount, reduced.discount) == (dollars(6000), dollars(750))
    assert whole.discount is None


def test_every_line_is_a_fact_even_when_old_lines_share_an_id():
    lines = listed(line(id="sub_1"), line(id="sub_1"), line(id="il_2"))

    found = [fact for fact in said("invoices", invoice(lines=lines)) if isinstance(fact, sdk.InvoiceLine)]

    assert [fact.part for fact in found] == ["sub_1", "sub_1#1", "il_2"]


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        ({"paid": True, "closed": True}, sdk.InvoiceStatus.PAID),
        ({"paid": False, "closed": True}, sdk.InvoiceStatus.VOID),
        ({"paid": False, "closed": True, "forgiven": True}, sdk.InvoiceStatus.UNCOLLECTIBLE),
        ({"paid": False, "closed": False}, sdk.InvoiceStatus.OPEN),
    ],
)
def test_an_invoice_older_than_its_status_is_judged_by_its_flags(flags, status):
    assert only("invoices", invoice(status=None, **flags), sdk.Invoice).status is status


@pytest.mark.parametrize("status", ["draft", "open", "paid", "uncollectible", "void"])
def test_statuses_of_invoices_are_stripes_one_to_one(status):
    assert only("invoices", invoice(status=status), sdk.Invoice).status == status


def test_a_draft_has_not_been_issued():
    found = only(
        "invoices",
        invoice(status="draft", number=None, effective_at=None, status_transitions={"finalized_at": None}),
        sdk.Invoice,
    )

    assert (found.issued_at, found.number) == (None, None)


def test_an_invoice_in_yen_has_no_decimals():
    found = only("invoices", invoice(currency="jpy", total=12000), sdk.Invoice)

    assert found.total == sdk.Money(12000, "JPY")


@pytest.mark.parametrize(
    "shape",
    [{"refunds": [{"refund": "re_1", "amount_refunded": 300}]}, {"refund": "re_1"}, {"refunds": [], "refund": None}],
)
def test_a_credit_note_maps_in_both_shapes(shape):
    payload = {"id": "cn_1", "object": "credit_note", "amount": 300, "currency": "usd", "created": CREATED, **shape}

    found = only(
        "credit_notes",
        {**payload, "customer": "cus_1", "invoice": "in_1", "number": "A1-CN-01", "status": "issued", "reason": None},
        sdk.CreditNote,
    )

    assert found == sdk.CreditNote(
        account=sdk.Ref("customers", "cus_1"),
        parent=sdk.Ref("invoices", "in_1"),
        number="A1-CN-01",
        amount=dollars(300),
        status="issued",
        at=BEGIN,
    )


def made(key: str, amount: int, **fields: Any) -> dict[str, Any]:
    """A refund that succeeded; the higher its number, the later."""
    created = CREATED + int(key.removeprefix("re_"))
    own = {"id": key, "object": "refund", "amount": amount, "currency": "usd", "charge": "ch_1", "created": created}
    return {**own, "reason": None, "status": "succeeded", **fields}


def test_a_charge_is_one_attempt_to_pay():
    found = only("charges", charge(amount_refunded=600), sdk.Payment)

    assert found == sdk.Payment(
        account=sdk.Ref("customers", "cus_1"),
        amount=dollars(6600),
        refunded=dollars(600),
        status=sdk.PaymentStatus.SUCCEEDED,
        method="card",
        at=BEGIN,
    )


@pytest.mark.parametrize(
    ("refunds", "given_back"),
    [
        ([], 0),
        ([("re_1", 2600)], 0),  # what was authorised beyond it, released
        ([("re_1", 2600), ("re_2", 1000)], 1000),
        ([("re_1", 2600), ("re_2", 2600)], 2600),
        ([("re_2", 1000)], 1000),
        ([("re_2", 3000)], 3000),  # as large as what was released, and given back all the same
    ],
)
def test_what_was_captured_less_what_was_given_back_is_what_moved(refunds, given_back):
    listed = {"data": [made(*one) for one in reversed(refunds)], "has_more": False}
    partly = charge(amount_captured=4000, amount_refunded=sum(amount for _, amount in refunds), refunds=listed)

    payment = only("charges", partly, sdk.Payment)
    found = [only("refunds", made(*one, charge=partly), sdk.Refund) for one in refunds]

    assert (payment.amount, payment.refunded) == (dollars(4000), dollars(given_back))
    assert sum(one.amount.minor for one in found if one.status is sdk.PaymentStatus.SUCCEEDED) == given_back


@pytest.mark.parametrize(("refunded", "given_back"), [(3000, 3000), (4000, 4000), (4600, 2000)])
def test_without_its_refunds_a_charge_counts_as_released_what_cannot_have_been_given_back(refunded, given_back):
    found = only("charges", charge(amount_captured=4000, amount_refunded=refunded), sdk.Payment)

    assert (found.amount, found.refunded) == (dollars(4000), dollars(given_back))


@pytest.mark.parametrize(
    "released",
    [{"reason": "expired_uncaptured_charge"}, {"charge": charge(captured=False, amount_captured=0, refunded=True)}],
)
def test_an_authorisation_that_is_given_up_gives_nothing_back(released):
    found = only("refunds", made("re_1", 6600, **released), sdk.Refund)

    assert (found.status, found.parent) == (sdk.PaymentStatus.CANCELED, sdk.Ref("charges", "ch_1"))


@pytest.mark.parametrize("captured", [{"captured": False, "amount_captured": 0}, {"amount_captured": None}])
def test_an_amount_that_is_only_authorised_or_older_than_captures_stands(captured):
    assert only("charges", charge(**captured), sdk.Payment).amount == dollars(6600)


def test_before_basil_a_charge_names_its_invoice():
    assert only("charges", charge(invoice="in_1"), sdk.Payment).parent == sdk.Ref("invoices", "in_1")


def test_a_failed_charge_says_why():
    failed = charge(status="failed", paid=False, failure_code="card_declined", captured=False)

    found = only("charges", failed, sdk.Payment)

    assert (found.status, found.failure) == (sdk.PaymentStatus.FAILED, "card_declined")


@pytest.mark.parametrize(
    ("refunded", "status"), [(False, sdk.PaymentStatus.PENDING), (True, sdk.PaymentStatus.CANCELED)]
)
def test_money_that_is_only_authorised_has_not_been_paid(refunded, status):
    assert only("charges", charge(captured=False, refunded=refunded), sdk.Payment).status is status


@pytest.mark.parametrize("dispute", [{"disputed": True}, {"disputed": None, "dispute": "dp_1"}])
def test_a_disputed_charge_says_so(dispute):
    assert only("charges", charge(**dispute), sdk.Payment).disputed


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("succeeded", sdk.PaymentStatus.SUCCEEDED),
        ("requires_action", sdk.PaymentStatus.PENDING),
        ("failed", sdk.PaymentStatus.FAILED),
        ("canceled", sdk.PaymentStatus.CANCELED),
        (None, sdk.PaymentStatus.OTHER),
    ],
)
def test_a_refund_hangs_on_its_charge(word, status):
    payload = {"id": "re_1", "object": "refund", "amount": 600, "currency": "usd", "charge": "ch_1"}

    found = only("refunds", {**payload, "created": CREATED + DAY_S, "status": word, "reason": "duplicate"}, sdk.Refund)

    assert found == sdk.Refund(
        parent=sdk.Ref("charges", "ch_1"),
        amount=dollars(600),
        status=status,
        reason="duplicate",
        at=BEGIN + timedelta(days=1),
    )
