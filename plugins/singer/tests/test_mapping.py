"""What a file says of a record becomes facts; what is wrong in a file is named by file, line and key."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kizuna import sdk
from kizuna.model.facts import KINDS as CORE_KINDS
from kizuna_singer.mapping import KINDS, say
from kizuna_singer.records import opened
from kizuna_singer.tapfile import TapFile, tap_file

HEAD = '[tap]\ncommand = ["tap-shop"]\n'


def read(folder: Path, text: str) -> TapFile:
    path = folder / "shop.toml"
    path.write_text(HEAD + text)
    return tap_file(path)


def said(folder: Path, rules: str, record: dict[str, Any]) -> tuple[sdk.Said, ...]:
    """What the first stream's rules say of the record."""
    row = opened(json.dumps(record).encode())
    return say(read(folder, rules).streams[0].facts, row)


def one(folder: Path, kind: str, rule: str, record: dict[str, Any]) -> Any:
    """The only fact of that kind by a rule without its heading."""
    rules = f'[streams.things]\n[[streams.things.facts]]\nkind = "{kind}"\n{rule}\n[streams.others]\n'
    (fact,) = said(folder, rules, record)
    return fact


def test_every_kind_of_fact_that_a_connector_may_say_is_in_reach_and_merges_too() -> None:
    sayable = {kind: fact for kind, fact in CORE_KINDS.items() if fact.__name__ in sdk.__all__}

    assert len(sayable) > 20
    assert {**sayable, "merged": sdk.Merged} == KINDS


def test_fields_are_found_by_path_through_objects_and_lists(tmp_path: Path) -> None:
    rule = 'name = "company.name"\ncity = "addresses.1.city"\nstreet = "flat.street"\nphone = "no.where"'
    record = {"company": {"name": "Aoi"}, "addresses": [{"city": "Kobe"}, {"city": "Nara"}], "flat.street": "1-2"}

    fact = one(tmp_path, "account", rule, record)

    assert fact == sdk.Account(name="Aoi", city="Nara", street="1-2")


def test_values_take_the_type_of_the_facts_field(tmp_path: Path) -> None:
    rule = 'employees = "staff"\nname = "code"\ncreated_at = "born"\nupdated_at = "seen"'
    record = {"staff": "1,200", "code": 77, "born": "2026-02-01T10:00:00+09:00", "seen": 1_770_000_000}

    fact = one(tmp_path, "account", rule, record)

    assert (fact.employees, fact.name) == (1200, "77")
    assert fact.created_at == datetime(2026, 2, 1, 1, tzinfo=UTC)
    assert fact.updated_at == datetime(2026, 2, 2, 2, 40, tzinfo=UTC)


def test_several_values_are_gathered_from_paths_and_lists_each_once(tmp_path: Path) -> None:
    rule = 'emails = ["email", "billing"]\ndomains = "site"'

    fact = one(tmp_path, "account", rule, {"email": "a@aoi.example", "billing": "a@aoi.example", "site": None})

    assert (fact.emails, fact.domains) == (("a@aoi.example",), ())


def test_a_list_in_the_record_gives_each_of_its_items(tmp_path: Path) -> None:
    fact = one(tmp_path, "account", 'tags = "labels"\nname = "n"', {"n": "Aoi", "labels": ["vip", "tokyo"]})

    assert fact.tags == ("vip", "tokyo")


@pytest.mark.parametrize(
    ("unit", "amount", "minor"),
    [("minor", 1999, 1999), ("minor", "1999", 1999), ("major", "19.99", 1999), ("major", 19.99, 1999)],
)
def test_money_is_read_in_the_unit_that_is_named(tmp_path: Path, unit: str, amount: Any, minor: int) -> None:
    rule = f'total = {{ path = "amount", currency = "iso", unit = "{unit}" }}'

    fact = one(tmp_path, "invoice", rule, {"amount": amount, "iso": "eur"})

    assert fact.total == sdk.Money(minor, "EUR")


def test_yen_have_no_minor_units_and_a_constant_currency_serves(tmp_path: Path) -> None:
    rule = 'total = { path = "amount", currency = { constant = "JPY" } }'

    fact = one(tmp_path, "invoice", rule, {"amount": "1200"})

    assert fact.total == sdk.Money(1200, "JPY")


def test_a_fraction_of_a_minor_unit_is_refused(tmp_path: Path) -> None:
    rule = 'total = { path = "amount", currency = { constant = "EUR" }, unit = "minor" }'

    with pytest.raises(sdk.PayloadError, match=r"invoice.total: .* has no fraction"):
        one(tmp_path, "invoice", rule, {"amount": 19.99})


def test_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    row = opened(b'{"price": 0.1234567890123456789}')
    file = read(tmp_path, '[[streams.things.facts]]\nkind = "price"\nunit_minor = "price"\n')

    (fact,) = say(file.streams[0].facts, row)

    assert isinstance(fact, sdk.Price)
    assert fact.unit_minor == Decimal("0.1234567890123456789")


def test_words_are_translated_and_unknown_ones_are_noted(tmp_path: Path) -> None:
    rules = '[[streams.cases.facts]]\nkind = "ticket"\nstatus = { path = "state", words = { "erledigt" = "solved" } }\n'

    known, same, unknown = (said(tmp_path, rules, {"state": word}) for word in ("erledigt", "Pending", "parked"))

    assert known == (sdk.Ticket(status=sdk.TicketStatus.SOLVED),)
    assert same == (sdk.Ticket(status=sdk.TicketStatus.PENDING),)
    assert unknown == (sdk.Ticket(status=sdk.TicketStatus.OTHER), sdk.Unmapped(field="state", value="parked"))


def test_a_constant_stands_in_every_fact(tmp_path: Path) -> None:
    fact = one(tmp_path, "account", 'account_kind = { constant = "person" }\nname = "n"', {"n": "Aoi"})

    assert fact.account_kind is sdk.AccountKind.PERSON


def test_references_name_a_stream_and_join_several_keys_as_ids_do(tmp_path: Path) -> None:
    rule = 'person = { path = "who", stream = "others" }\naccount = { paths = ["region", "no"], stream = "others" }'

    fact = one(tmp_path, "membership", rule, {"who": 7, "region": "a|b", "no": 1})

    assert (fact.person, fact.account) == (sdk.Ref("others", "7"), sdk.Ref("others", r"a\|b|1"))


def test_records_of_other_systems_are_named(tmp_path: Path) -> None:
    rule = 'cross_references = [{ path = "crm_id", system = "crm" }, { path = "none", system = "desk" }]'

    fact = one(tmp_path, "account", rule, {"crm_id": "001A"})

    assert fact.cross_references == (sdk.CrossRef("crm", "001A"),)


def test_times_in_a_form_and_a_zone_of_their_own(tmp_path: Path) -> None:
    rule = (
        'closed_at = { path = "at", format = "%d/%m/%Y %H:%M", zone = "Asia/Tokyo" }\n'
        'created_at = { path = "naive", zone = "Asia/Tokyo" }\n'
        'closes_on = { path = "day", format = "%d.%m.%Y" }'
    )

    fact = one(tmp_path, "deal", rule, {"at": "01/02/2026 09:30", "naive": "2026-02-01 09:30:00", "day": "03.02.2026"})

    assert fact.closed_at == fact.created_at == datetime(2026, 2, 1, 0, 30, tzinfo=UTC)
    assert fact.closes_on == date(2026, 2, 3)


def test_each_part_of_a_list_says_a_fact_of_its_own(tmp_path: Path) -> None:
    rules = """
[[streams.invoices.facts]]
kind = "invoice_line"
each = "lines"
part = "no"
parent = { path = "$.id", stream = "invoices" }
description = "text"
"""

    facts = said(tmp_path, rules, {"id": 5, "lines": [{"no": "a", "text": "Seats"}, {"no": "b", "text": None}]})

    invoice = sdk.Ref("invoices", "5")
    assert facts == (
        sdk.InvoiceLine(part="a", parent=invoice, description="Seats"),
        sdk.InvoiceLine(part="b", parent=invoice),
    )


def test_parts_without_a_name_are_counted(tmp_path: Path) -> None:
    rules = '[[streams.orders.facts]]\nkind = "deal_line"\neach = "lines"\nname = "text"\n'

    facts = said(tmp_path, rules, {"lines": [{"text": "one"}, {"text": "two"}]})

    assert [(fact.part, fact.name) for fact in facts if isinstance(fact, sdk.DealLine)] == [("0", "one"), ("1", "two")]


@pytest.mark.parametrize(
    ("when", "kinds"),
    [
        ('{ path = "type", is = ["company"] }', [True, False, False]),
        ('{ path = "type", is_not = ["company"] }', [False, True, True]),
        ('{ path = "type" }', [True, True, False]),
    ],
)
def test_a_fact_is_said_only_when_its_condition_holds(tmp_path: Path, when: str, kinds: list[bool]) -> None:
    rules = f'[[streams.parties.facts]]\nkind = "account"\nname = "n"\nwhen = {when}\n'

    spoke = [bool(said(tmp_path, rules, {"n": "x", "type": word})) for word in ("company", "person", None)]

    assert spoke == kinds


def test_a_fact_without_what_it_needs_sets_its_record_aside(tmp_path: Path) -> None:
    rule = 'person = { path = "p", stream = "others" }\naccount = { path = "a", stream = "others" }'

    with pytest.raises(sdk.PayloadError, match="membership needs account"):
        one(tmp_path, "membership", rule, {"p": 1})


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[streams.a]\nkee = ['id']", 4, "streams.a.kee: there is no such key; did you mean 'key'?"),
        ("[[streams.a.facts]]\nkind = 'acount'", 4, "there is no kind of fact 'acount'; did you mean 'account'?"),
        ("[[streams.a.facts]]\nname = 'n'", 3, "needs a kind"),
        ("[[streams.a.facts]]\nkind = 'account'\n[[streams.a.facts]]\nkind = 'account'\nnaem = 'n'", 7, "facts.1.naem"),
        ("[[streams.a.facts]]\nkind = 'account'\nname = ['a', 'b']", 5, "holds one value"),
        ("[[streams.a.facts]]\nkind = 'account'\nowner = 'o'", 5, "names another record: write"),
        ("[[streams.a.facts]]\nkind = 'account'\nowner = { path = 'o', stream = 'b' }", 5, "one of this file's"),
        ("[[streams.a.facts]]\nkind = 'invoice'\ntotal = 't'", 5, "needs a currency"),
        ("[[streams.a.facts]]\nkind = 'invoice'\nissued_at = { path = 't', zone = 'Mars/Sea' }", 5, "no time zone"),
        (
            "[[streams.a.facts]]\nkind = 'ticket'\nstatus = { path = 's', words = { x = 'opne' } }",
            5,
            "did you mean 'open'",
        ),
        ("[[streams.a.facts]]\nkind = 'ticket'\nstatus = { constant = 'x' }", 5, "is none of new, open"),
        ("[[streams.a.facts]]\nkind = 'membership'\nperson = { path = 'p', stream = 'a' }", 3, "needs account"),
        ("[streams.a]\nreplication = 'full_tabel'", 4, "did you mean 'full_table'?"),
        ("[streams.a]\n[stream.b]", 4, "stream: there is no such key; did you mean 'streams'?"),
        ("catalog = 'cat.json'\n[streams.a]", 3, "cannot be read"),
        ("environment = ['KIZUNA_VAULT_KEY']\n[streams.a]", 3, "belongs to Kizuna"),
        ("silent_most_s = 0\n[streams.a]", 3, "above 0"),
    ],
)
def test_a_mistake_names_file_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(sdk.ConfigError) as caught:
        read(tmp_path, text)

    assert str(caught.value).startswith(f"{tmp_path / 'shop.toml'}:{line}: ")
    assert words in str(caught.value)


def test_broken_toml_names_the_file_and_the_place(tmp_path: Path) -> None:
    with pytest.raises(sdk.ConfigError, match=r"shop.toml: .*line 3"):
        read(tmp_path, "nonsense\n")


def test_a_file_without_streams_or_command_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(sdk.ConfigError, match=r"write \[streams.NAME\]"):
        read(tmp_path, "")
    (tmp_path / "shop.toml").write_text("[streams.a]\n")
    with pytest.raises(sdk.ConfigError, match=r"tap.command: must say how the tap is run"):
        tap_file(tmp_path / "shop.toml")


def test_streams_of_a_catalog_that_nobody_named_are_kept_unless_they_are_to_be_ignored(tmp_path: Path) -> None:
    (tmp_path / "cat.json").write_text(json.dumps({"streams": [{"tap_stream_id": "a"}, {"tap_stream_id": "log"}]}))

    kept = read(tmp_path, "catalog = 'cat.json'\n[streams.a]")
    ignored = read(tmp_path, "catalog = 'cat.json'\nunnamed = 'ignore'\n[streams.a]")

    assert [stream.name for stream in kept.streams] == ["a", "log"]
    assert [stream.name for stream in ignored.streams] == ["a"]
