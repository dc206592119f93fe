"""What we sell and who we are: products, prices, coupons and staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from kizuna.sandbox.records import Coupon, Price, Product, StaffMember
from kizuna.sandbox.seeds import between, pick, pick_early, stream_of
from kizuna.sandbox.words import japanese_people, western_people
from kizuna.sandbox.world.latin import slug

# name : code : kind : monthly price of one unit in yen
_PRODUCTS = """Starter:HC-STA:plan:1200 Team:HC-TEA:plan:2400 Business:HC-BUS:plan:4800 Enterprise:HC-ENT:plan:9800 Analytics:HC-ANA:addon:900
Automation:HC-AUT:addon:1500 Premium_Support:HC-SUP:addon:1100 Storage:HC-STO:addon:300 Onboarding:HC-ONB:service:250000 Training_Day:HC-TRN:service:120000"""
CURRENCIES = ("JPY", "USD", "EUR")
# interval, count, months paid for
INTERVALS = (("month", 1, 1), ("month", 3, 3), ("year", 1, 10))
PLANS, ADDONS, SERVICES = (0, 1, 2, 3), (4, 5, 6, 7), (8, 9)

_STAFF = (
    ("account_executive", 14),
    ("csm", 10),
    ("support_agent", 12),
    ("finance", 4),
    ("marketing", 4),
)
OUR_DOMAIN = "hanabi-cloud.example"


def products(start: datetime) -> list[Product]:
    """Plans, add-ons and one-off services."""
    made = []
    for number, row in enumerate(_PRODUCTS.split()):
        name, code, kind, _ = row.replace("_", " ").split(":")
        created = start - timedelta(days=90 - number)
        made.append(
            Product(
                id=str(number),
                number=number,
                name=f"Hanabi {name}",
                code=code,
                kind=kind,
                description=f"Hanabi Cloud {name}",
                active=True,
                created_at=created,
                updated_at=created,
            )
        )
    return made


def prices(start: datetime) -> list[Price]:
    """Each plan and add-on by the month, quarter and year, each service once, in every currency."""
    made = []
    for number, row in enumerate(_PRODUCTS.split()):
        _, code, kind, yen = row.split(":")
        for place, currency in enumerate(CURRENCIES):
            offers = (("once", 1, 1),) if kind == "service" else INTERVALS
            for turn, (interval, count, months) in enumerate(offers):
                made.append(
                    _price(number, place * 3 + turn, code, currency, int(yen), (interval, count, months), start)
                )
    return made


def price_number(product: int, currency: str, turn: int) -> int:
    """The number of a product's price in a currency; ``turn`` is 0 by the month, 1 by the quarter, 2 by the year."""
    return product * 16 + CURRENCIES.index(currency) * 3 + turn


def _price(
    product: int, offset: int, code: str, currency: str, yen: int, offer: tuple[str, int, int], start: datetime
) -> Price:
    interval, count, months = offer
    # A dollar and a euro price is rounded to whole units and kept in cents.
    unit = yen if currency == "JPY" else round(yen / (120 if currency == "USD" else 130)) * 100
    created = start - timedelta(days=80)
    return Price(
        id=str(product * 16 + offset),
        number=product * 16 + offset,
        product_id=str(product),
        code=f"{code}-{currency}-{interval[0].upper()}{count}",
        currency=currency,
        unit_amount=unit * months,
        interval=interval,
        interval_count=count,
        active=True,
        created_at=created,
        updated_at=created,
    )


def coupons(start: datetime) -> list[Coupon]:
    """The discounts sales may give."""
    rows: tuple[tuple[str, str | None, int | None, str | None, str, int | None], ...] = (
        ("LAUNCH10", "10", None, None, "forever", None),
        ("PARTNER20", "20", None, None, "forever", None),
        ("FIRST3-50", "50", None, None, "repeating", 3),
        ("YEAR15", "15", None, None, "repeating", 12),
        ("WELCOME", "30", None, None, "once", None),
        ("THANKS-JPY", None, 3000, "JPY", "repeating", 6),
        ("THANKS-USD", None, 2500, "USD", "repeating", 6),
        ("THANKS-EUR", None, 2000, "EUR", "repeating", 6),
    )
    created = start - timedelta(days=60)
    return [
        Coupon(
            id=str(number),
            number=number,
            name=name,
            percent_off=Decimal(percent) if percent else None,
            amount_off=amount,
            currency=currency,
            duration=duration,
            duration_months=months,
            created_at=created,
            updated_at=created,
        )
        for number, (name, percent, amount, currency, duration, months) in enumerate(rows)
    ]


def staff(seed: int, start: datetime, now: datetime) -> list[StaffMember]:
    """Us: sales, success, support, finance, marketing; one in eight has left."""
    made: list[StaffMember] = []
    taken: set[str] = set()
    for role, count in _STAFF:
        for _ in range(count):
            rng = stream_of(seed, "staff", len(made))
            if rng.random() < 0.7:
                family, given = pick_early(rng, japanese_people.families()), pick(rng, japanese_people.givens())
                names = (family.text, given.text, f"{family.text} {given.text}", f"{given.latin}.{family.latin}")
            else:
                last, first = pick_early(rng, western_people.families("en")), pick(rng, western_people.givens("en"))
                names = (last, first, f"{first} {last}", f"{slug(first)}.{slug(last)}")
            local = names[3] if names[3] not in taken else f"{names[3]}{len(made)}"
            taken.add(local)
            joined = start - timedelta(days=between(rng, 10, 900))
            made.append(
                StaffMember(
                    id=str(len(made)),
                    number=len(made),
                    name=names[2],
                    given=names[1],
                    family=names[0],
                    email=f"{local}@{OUR_DOMAIN}",
                    role=role,
                    team=pick(rng, ("East", "West", "International")),
                    active=rng.random() > 0.12,
                    created_at=joined,
                    updated_at=min(now, joined + timedelta(days=between(rng, 1, 900))),
                )
            )
    return made
