"""What callers may write: customers and subscriptions, created, changed, deleted, cancelled."""

from __future__ import annotations

from typing import Any

from kizuna.sandbox import Native, SandboxState, StoredRecord
from kizuna_stripe.sandbox.faults import Refusal, invalid_integer, missing, unknown_parameter
from kizuna_stripe.sandbox.forms import Form
from kizuna_stripe.sandbox.ids import native_id
from kizuna_stripe.sandbox.objects.common import Json, inside, moment
from kizuna_stripe.sandbox.objects.customers import blank
from kizuna_stripe.sandbox.objects.subscriptions import discount_object, item_object, subscription_object

_CUSTOMER = frozenset(
    "address business_name description email individual_name metadata name phone preferred_locales shipping tax_exempt "
    "balance invoice_prefix invoice_settings".split()
)
_SUBSCRIPTION = frozenset(
    "cancel_at_period_end cancellation_details collection_method customer days_until_due description discounts items "
    "metadata pause_collection proration_behavior payment_behavior default_payment_method".split()
)
_MONTH_S, _DAY_S = 2_629_800, 86_400


def create_customer(form: Form, state: SandboxState) -> StoredRecord:
    """A new customer."""
    customer_id, _ = state.fresh("account")
    payload = _with(blank(customer_id, moment(state.now())), form, _CUSTOMER)
    return _put("customers", payload, state)


def change_customer(found: StoredRecord, form: Form, state: SandboxState) -> StoredRecord:
    """The customer with the fields that were given."""
    return _put("customers", _with(found.payload, form, _CUSTOMER), state)


def create_subscription(form: Form, state: SandboxState) -> StoredRecord:
    """A new, active subscription; nothing is billed for it."""
    customer_id = str(form.get("customer", ""))
    owner = state.find("customers", customer_id)
    if owner is None or not owner.live:
        raise missing("customer", customer_id, param="customer", status=400)
    if not isinstance(form.get("items"), list) or not form["items"]:
        raise Refusal(400, "Missing required param: items.", code="parameter_missing", param="items")
    subscription_id, number = state.fresh("subscription")
    now = moment(state.now())
    items = [_new_item(subscription_id, given, place, now, state) for place, given in enumerate(form["items"])]
    payload = subscription_object(subscription_id, customer_id, items[0]["price"]["currency"], now, items)
    for place, given in enumerate(form.get("discounts", [])):
        discount_id = native_id("discount", number * 8 + place)
        coupon_id = str(given.get("coupon"))
        if state.find("coupons", coupon_id) is None:
            raise missing("coupon", coupon_id, param="discounts[0][coupon]", status=400)
        _put("discounts", discount_object(discount_id, customer_id, subscription_id, coupon_id, now), state)
        payload["discounts"].append(discount_id)
    rest = {name: value for name, value in form.items() if name not in {"customer", "items", "discounts"}}
    _keep_all(subscription_id, items, state)
    return _put("subscriptions", _with(payload, rest, _SUBSCRIPTION), state)


def change_subscription(found: StoredRecord, form: Form, state: SandboxState) -> StoredRecord:
    """The subscription with other quantities, marks of cancellation, a pause, metadata."""
    payload = dict(found.payload)
    rest = {name: value for name, value in form.items() if name != "items"}
    if "items" in form:
        items = _changed_items(found, form["items"], state)
        payload["items"] = inside(items, payload["items"]["url"])
        _keep_all(found.id, items, state)
    payload = _with(payload, rest, _SUBSCRIPTION)
    if "cancel_at_period_end" in form:
        ends = max(item["current_period_end"] for item in payload["items"]["data"])
        wanted = payload["cancel_at_period_end"]
        payload["cancel_at"] = ends if wanted else None
        payload["canceled_at"] = moment(state.now()) if wanted else None
        payload["cancellation_details"] = _reason("cancellation_requested" if wanted else None)
    return _put("subscriptions", payload, state)


def cancel_subscription(found: StoredRecord, state: SandboxState) -> StoredRecord:
    """The subscription, ended now."""
    return state.rewrite("subscriptions", found.id, **ended(state))


def ended(state: SandboxState) -> Json:
    """The fields of a subscription that ends now at the customer's wish."""
    now = moment(state.now())
    return {
        "status": "canceled",
        "canceled_at": now,
        "ended_at": now,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "cancellation_details": _reason("cancellation_requested"),
    }


def all_items(found: StoredRecord, state: SandboxState) -> list[Json]:
    """Every item of a subscription, also those that its own list does not show."""
    return _whole("subscription_items", found.id, found.payload["items"]["data"], state)


def all_lines(found: StoredRecord, state: SandboxState) -> list[Json]:
    """Every line of an invoice, also those that its own list does not show."""
    return _whole("invoice_lines", found.id, found.payload["lines"]["data"], state)


def _whole(stream: str, owner_id: str, shown: list[Json], state: SandboxState) -> list[Json]:
    kept = state.find(stream, owner_id)
    return list(kept.payload["data"]) if kept is not None and kept.live else shown


def _keep_all(subscription_id: str, items: list[Json], state: SandboxState) -> None:
    _put("subscription_items", {"id": subscription_id, "data": items}, state)


def _with(payload: Json, form: Form, known: frozenset[str]) -> Json:
    """The payload with the form's fields: an empty text unsets, metadata is merged key by key."""
    changed = dict(payload)
    for name, value in form.items():
        if name not in known:
            raise unknown_parameter(name)
        if name == "metadata" and isinstance(value, dict):
            merged = {**changed["metadata"], **value}
            changed["metadata"] = {key: str(held) for key, held in merged.items() if held != ""}
        else:
            changed[name] = None if value == "" else _typed(value)
    return changed


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _typed(inner) for name, inner in value.items()}
    if value in ("true", "false"):
        return value == "true"
    return value


def _new_item(subscription_id: str, given: Any, place: int, now: int, state: SandboxState) -> Json:
    price_id = str(given.get("price", "")) if isinstance(given, dict) else ""
    price = state.find("prices", price_id)
    if price is None or not price.live:
        raise missing("price", price_id, param=f"items[{place}][price]", status=400)
    recurring = price.payload["recurring"]
    if recurring is None:
        raise Refusal(400, f"The price specified is not recurring: '{price_id}'", param=f"items[{place}][price]")
    item_id, _ = state.fresh("item")
    spans = {"day": _DAY_S, "week": 7 * _DAY_S, "month": _MONTH_S, "year": 12 * _MONTH_S}
    ends = now + spans[recurring["interval"]] * recurring["interval_count"]
    return item_object(item_id, subscription_id, price.payload, _quantity(given.get("quantity", "1")), now, (now, ends))


def _changed_items(found: StoredRecord, given: Any, state: SandboxState) -> list[Json]:
    items = {item["id"]: item for item in all_items(found, state)}
    for place, wanted in enumerate(given if isinstance(given, list) else []):
        item_id = wanted.get("id")
        if item_id is None:
            made = _new_item(found.id, wanted, place, moment(state.now()), state)
            items[made["id"]] = made
        elif item_id not in items:
            raise missing("subscription item", item_id, param=f"items[{place}][id]", status=400)
        elif wanted.get("deleted") == "true":
            del items[item_id]
        else:
            quantity = _quantity(wanted.get("quantity", items[item_id]["quantity"]))
            items[item_id] = {**items[item_id], "quantity": quantity}
    return list(items.values())


def _quantity(value: Any) -> int:
    try:
        return int(value)
    except ValueError:
        raise invalid_integer(str(value), "quantity") from None


def _reason(reason: str | None) -> Json:
    return {"comment": None, "feedback": None, "reason": reason}


def _put(stream: str, payload: Json, state: SandboxState) -> StoredRecord:
    now = state.now()
    return state.put(Native(stream=stream, id=payload["id"], payload=payload, created_at=now, updated_at=now))
