"""One person from the records of its cluster: claims, winners, the customers they belong to."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from kizuna.storage import golden, members
from kizuna.unify import custom
from kizuna.unify.claims import Ranks, Said, person_claims
from kizuna.unify.customers import claim_rows
from kizuna.unify.survivorship import Judged, folded, judged, surviving

Row = dict[str, Any]
Places = list[tuple[str, str | None, bool]]


def unify(sql: Connection, people: Collection[str], ranks: Ranks) -> None:
    """The rows of these people made anew from the facts that stand now; one without records vanishes."""
    said: dict[str, list[Said]] = defaultdict(list)
    for person in members.people(sql, people):
        said[person["entity_id"]].append(person)
    fates = {key: judged([c for s in facts for c in person_claims(s, ranks)]) for key, facts in said.items()}
    places = members.customers_of(sql, people)
    last = members.last_activity(sql, people)
    rows, homes = [], []
    for key, facts in said.items():
        primary = _primary(places.get(key, []))
        rows.append({**_row(key, facts, fates[key]), "customer_id": primary, "last_activity_at": last.get(key)})
        homes += _homes(key, places.get(key, []), primary)
    emails = [
        {"address": address, "entity_id": key, "entity": "person"}
        for key, found in fates.items()
        for address in sorted({f.claim.value for f in found if f.claim.attribute == "email"})
    ]
    golden.replace_people(sql, people, rows, homes, emails)
    golden.replace_claims(sql, people, [r for key, found in fates.items() for r in claim_rows("person", key, found)])
    custom.unify(sql, "person", people, ranks)


def _row(key: str, facts: list[Said], fates: list[Judged]) -> Row:
    won = {attribute: claim.value for attribute, claim in surviving(fates).items()}
    words = ("given_name", "family_name", "email", "phone", "title", "department", "role", "country", "language")
    name = won.get("name") or " ".join(won[w] for w in ("given_name", "family_name") if w in won) or None
    return {
        "id": key,
        "name": name,
        "sort_name": folded(name or ""),
        **{word: won.get(word) for word in words},
        "active": won.get("active") == "true",
        "systems": json.dumps(sorted({s["plugin"] for s in facts})),
        "records": len(facts),
    }


def _primary(places: Places) -> str | None:
    """What a system calls primary, else what most records name, else the smallest id."""
    if not places:
        return None
    votes = Counter(customer for customer, _, _ in places)
    called = {customer for customer, _, primary in places if primary}
    return min(votes, key=lambda c: (c not in called, -votes[c], c))


def _homes(key: str, places: Places, primary: str | None) -> list[Row]:
    labels: dict[str, set[str]] = defaultdict(set)
    for customer, label, _ in places:
        labels[customer].update({label} if label else ())
    return [
        {
            "person_id": key,
            "customer_id": customer,
            "is_primary": customer == primary,
            "labels": json.dumps(sorted(found), ensure_ascii=False),
        }
        for customer, found in sorted(labels.items())
    ]
