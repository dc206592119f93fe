"""The custom fields of customers and people: what their records keep under one name, and which value stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from kizuna.storage import golden, members
from kizuna.unify.claims import Ranks, custom_claim
from kizuna.unify.survivorship import Claim, judged

Row = dict[str, Any]


def unify(sql: Connection, entity: str, ids: Collection[str], ranks: Ranks) -> None:
    """The custom fields of these accounts' customers or people made anew, settled by the same order of trust as all else."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    forms: dict[tuple[int, str], str] = {}
    for said in members.custom_fields(sql, entity, ids):
        claims[said["entity_id"]].append(custom_claim(said, ranks))
        forms[said["rid"], said["name"]] = said["form"]
    rows: list[Row] = []
    for key, found in claims.items():
        for fate in judged(found):
            claim, name = fate.claim, fate.claim.attribute.partition(":")[2]
            rows.append(
                {
                    "entity_id": key,
                    "name": name,
                    "rid": claim.rid,
                    "entity": entity,
                    "form": forms[claim.rid, name],
                    "value": claim.value,
                    "system": claim.system,
                    "rank": claim.rank,
                    "observed_at": claim.observed_at,
                    "winner": fate.winner,
                    "conflict": fate.conflict,
                }
            )
    golden.replace_custom_values(sql, ids, rows)
