"""The labelled public sets, read into records; the files stay where they are."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.identity.records import RecordSet
from kizuna.identity.profile import HOLDS_REPEATS, AccountProfile, PersonProfile, account_profile, person_profile

Row = Mapping[str, str]


def public_sets(folder: Path) -> Iterator[RecordSet]:
    """The four sets, those whose files are there."""
    for read, file in (
        (_fodors, "fodors/fodors.csv"),
        (_chicago, "dedupe_examples/csv_example_input_with_true_ids.csv"),
        (_fake, "splink/fake_1000.csv"),
        (_febrl, "febrl/dataset4a.csv"),
    ):
        if (folder / file).exists():
            yield read(folder)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {key.strip(): (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(file)
        ]


def _digits(text: str) -> str | None:
    return "".join(filter(str.isdigit, text)) or None


def _words(text: str) -> str | None:
    return " ".join(text.lower().split()) or None


def _fodors(folder: Path) -> RecordSet:
    """Restaurants of two guides; a guide has none twice."""
    same = {row["zagats_id"]: row["fodors_id"] for row in _rows(folder / "fodors/matches_fodors_zagats.csv")}
    profiles: list[AccountProfile] = []
    truth: dict[int, str] = {}
    rows: dict[int, dict[str, str | None]] = {}
    for source, guide in enumerate(("fodors", "zagats")):
        for row in _rows(folder / f"fodors/{guide}.csv"):
            rid = len(truth) + 1
            known = same.get(row["id"], f"zagats {row['id']}") if guide == "zagats" else row["id"]
            truth[rid] = known
            profiles.append(
                account_profile(
                    rid=rid,
                    source=source,
                    system=guide,
                    source_id=row["id"],
                    name=row["name"],
                    phones=(row["phone"],),
                    street=row["addr"],
                    city=row["city"],
                    country="US",
                )
            )
            rows[rid] = {
                "name": _words(row["name"]),
                "street": _words(row["addr"]),
                "city": _words(row["city"]),
                "phone": _digits(row["phone"]),
                "source": guide,
            }
    columns = {"name": "name", "street": "text", "city": "text", "phone": "phone"}
    return RecordSet("Fodors–Zagats", "account", profiles, truth, columns, rows, links=True, goal="F1 .98")


def _chicago(folder: Path) -> RecordSet:
    """Places where small children are cared for, from lists that name a place once for each of its programmes."""
    profiles: list[AccountProfile] = []
    truth: dict[int, str] = {}
    rows: dict[int, dict[str, str | None]] = {}
    sources: dict[str, int] = {}
    for rid, row in enumerate(_rows(folder / "dedupe_examples/csv_example_input_with_true_ids.csv"), start=1):
        truth[rid] = row["True Id"]
        profiles.append(
            account_profile(
                rid=rid,
                source=sources.setdefault(row["Source"], len(sources)),
                system=row["Source"],
                source_id=row["Id"],
                name=row["Site name"],
                domains=(row["Website"],),
                emails=(row["Email Address"],),
                phones=(row["Phone"],),
                street=row["Address"],
                city="Chicago",
                postal_code=row["Zip"],
                country="US",
                traits={HOLDS_REPEATS},
            )
        )
        rows[rid] = {
            "name": _words(row["Site name"]),
            "street": _words(row["Address"]),
            "zip": _digits(row["Zip"]),
            "phone": _digits(row["Phone"]),
        }
    columns = {"name": "name", "street": "text", "zip": "exact", "phone": "phone"}
    return RecordSet("Chicago sites", "account", profiles, truth, columns, rows, goal="F1 .96 with 100 answers")


def _fake(folder: Path) -> RecordSet:
    """People whom one list has several times, with many slips."""
    profiles: list[PersonProfile] = []
    truth: dict[int, str] = {}
    rows: dict[int, dict[str, str | None]] = {}
    for row in _rows(folder / "splink/fake_1000.csv"):
        rid = int(row["unique_id"]) + 1
        truth[rid] = row["cluster"]
        profiles.append(
            person_profile(
                rid=rid,
                source=0,
                system="list",
                source_id=row["unique_id"],
                given_name=row["first_name"],
                family_name=row["surname"],
                emails=(row["email"],),
                birth_date=row["dob"],
                city=row["city"],
                traits={HOLDS_REPEATS},
            )
        )
        rows[rid] = {
            "given": _words(row["first_name"]),
            "family": _words(row["surname"]),
            "birth": row["dob"] or None,
            "city": _words(row["city"]),
            "email": _words(row["email"]),
        }
    columns = {"given": "name", "family": "name", "birth": "date", "city": "text", "email": "email"}
    return RecordSet("fake_1000", "person", profiles, truth, columns, rows, goal="F1 .95 with 100 answers")


def _febrl(folder: Path) -> RecordSet:
    """People of two lists, each once in either, with slips in the second."""
    profiles: list[PersonProfile] = []
    truth: dict[int, str] = {}
    rows: dict[int, dict[str, str | None]] = {}
    for source, file in enumerate(("dataset4a", "dataset4b")):
        for row in _rows(folder / f"febrl/{file}.csv"):
            rid = len(truth) + 1
            truth[rid] = row["rec_id"].split("-")[1]
            number = row["soc_sec_id"]
            profiles.append(
                person_profile(
                    rid=rid,
                    source=source,
                    system=file,
                    source_id=row["rec_id"],
                    given_name=row["given_name"],
                    family_name=row["surname"],
                    birth_date=row["date_of_birth"],
                    street=f"{row['street_number']} {row['address_1']}" if row["street_number"] else None,
                    city=row["suburb"],
                    postal_code=row["postcode"],
                    cross_references=[("social security", number)] if number else (),
                    country="AU",
                )
            )
            rows[rid] = {
                "given": _words(row["given_name"]),
                "family": _words(row["surname"]),
                "birth": _dashed(row["date_of_birth"]),
                "street": _words(f"{row['street_number']} {row['address_1']}"),
                "suburb": _words(row["suburb"]),
                "postcode": row["postcode"] or None,
                "number": number or None,
                "source": file,
            }
    columns = {"given": "name", "family": "name", "birth": "date", "street": "text", "suburb": "text"}
    columns |= {"postcode": "exact", "number": "text"}
    return RecordSet("Febrl4", "person", profiles, truth, columns, rows, links=True, goal="F1 .999")


def _dashed(day: str) -> str | None:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else None
