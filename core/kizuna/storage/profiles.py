"""Writing what identity compares: the profiles of records and their keys, only as far as they differ."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from kizuna.identity.keys import hashed_keys, name_hash
from kizuna.identity.normalise import NORMALISER_VERSION
from kizuna.identity.profile import AccountProfile, PersonProfile, Profile, entity_of
from kizuna.storage import direct
from kizuna.storage.bulk import among, delete_pairs, insert, numbers
from kizuna.storage.tables import identity as t

DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "account": msgspec.json.Decoder(AccountProfile),
    "person": msgspec.json.Decoder(PersonProfile),
}
_ENCODE = msgspec.json.Encoder(order="deterministic")  # sets are written alike in every process


def replace(sql: Connection, rids: Collection[int], made: Iterable[Profile]) -> dict[str, set[int]]:
    """Entity → the hashes of the keys these records lost: their profiles and keys are ``made`` now, and nothing else.

    What others say of a record, its people or its customers, stays on it as it was until they are asked again.
    """
    stored = _held(sql, rids)
    rows: list[tuple[Any, ...]] = []
    keys_now: set[KeyRow] = set()
    for said in made:
        held = stored.get((said.rid, entity_of(said)))
        profile = _with_others_word(said, held.before) if held and held.before else said
        mine = key_rows(profile)
        rows.append((entity_of(profile), profile.rid, _body(profile), NORMALISER_VERSION, _packed(mine)))
        keys_now.update(mine)
    written = {row for held in stored.values() for row in [held.row]}
    gone, new = written.difference(rows), [row for row in rows if row not in written]
    keys_before = {row for held in stored.values() for row in held.keys}
    direct.delete_rows(sql, t.PROFILE, ("rid", "entity"), [(row[1], row[0]) for row in gone])
    lost = {(hashed, held.row[1], held.row[0]) for held in stored.values() for hashed in unpacked(held.row[4])}
    lost -= {row[:3] for row in keys_now & keys_before}
    delete_pairs(sql, t.KEY, ("hash", "rid"), sorted((hashed, rid) for hashed, rid, _ in lost))
    insert(sql, t.PROFILE, PROFILE_COLUMNS, new)
    # Neighbours in the tree are written together.
    insert(sql, t.KEY, KEY_COLUMNS, sorted(keys_now - keys_before, key=itemgetter(0)))
    given_up = lost - {row[:3] for row in keys_now}
    return {entity: {hashed for hashed, _, of in given_up if of == entity} for entity in DECODERS}


class _Held(NamedTuple):
    """A profile as it is stored, its keys as far as they are known to stand, and what it was before unless merged away."""

    row: tuple[Any, ...]
    keys: Sequence[KeyRow]
    before: Profile | None


def _held(sql: Connection, rids: Collection[int]) -> dict[tuple[int, str], _Held]:
    if not rids:
        return {}
    statement = f"""
        SELECT p.entity, p.rid, p.body, p.normaliser, p.key_hashes, x.rid
        FROM identity_profile p LEFT JOIN record_alias x ON x.rid = p.rid WHERE {among(sql, "p.rid")}
    """
    found: dict[tuple[int, str], _Held] = {}
    for *row, alias in direct.rows(sql, statement, {"rids": numbers(sql, rids)}):
        entity, rid, body, normaliser, packed = row
        before = DECODERS[entity].decode(body)
        keys = key_rows(before) if normaliser == NORMALISER_VERSION else []
        stand = _packed(keys) == packed  # else another Kizuna has made them
        found[rid, entity] = _Held(tuple(row), keys if stand else (), None if alias is not None else before)
    return found


def _with_others_word(profile: Profile, before: Profile) -> Profile:
    if isinstance(profile, AccountProfile) and isinstance(before, AccountProfile):
        return msgspec.structs.replace(
            profile, contact_domains=before.contact_domains - profile.domains, contacts=before.contacts
        )
    if isinstance(profile, PersonProfile) and isinstance(before, PersonProfile):
        return msgspec.structs.replace(profile, customers=before.customers)
    return profile


def rewrite(sql: Connection, made: Sequence[Profile]) -> set[int]:
    """The hashes these records no longer carry: their profiles, all of one kind, and the keys of these are ``made`` now."""
    if not made:
        return set()
    entity, rids = entity_of(made[0]), [profile.rid for profile in made]
    bound = {"entity": entity, "rids": numbers(sql, rids)}
    mine = f"entity = :entity AND {among(sql, 'rid')}"
    stored = direct.rows(sql, f"SELECT rid, key_hashes FROM identity_profile WHERE {mine}", bound)
    held = {(hashed, rid) for rid, hashes in stored for hashed in unpacked(hashes)}
    direct.run(sql, f"DELETE FROM identity_profile WHERE {mine}", bound)
    rows = {profile.rid: key_rows(profile) for profile in made}
    bodies = [(entity, p.rid, _body(p), NORMALISER_VERSION, _packed(rows[p.rid])) for p in made]
    insert(sql, t.PROFILE, PROFILE_COLUMNS, bodies)
    carried = {(row[0], row[1]): row for own in rows.values() for row in own}
    delete_pairs(sql, t.KEY, ("hash", "rid"), sorted(held - carried.keys()))
    insert(
        sql, t.KEY, KEY_COLUMNS, sorted([row for pair, row in carried.items() if pair not in held], key=itemgetter(0))
    )
    return {hashed for hashed, _ in held - carried.keys()}


KeyRow = tuple[int, int, str, str, str, int, int | None]
"""(hash, rid, entity, kind, value, connection id, hash of the name)."""

KEY_COLUMNS = ("hash", "rid", "entity", "kind", "value", "connection_id", "named")
PROFILE_COLUMNS = ("entity", "rid", "body", "normaliser", "key_hashes")


def key_rows(profile: Profile) -> list[KeyRow]:
    """The record's keys as rows, once each."""
    entity, rid, source, named = entity_of(profile), profile.rid, profile.source, name_hash(profile)
    return [(hashed, rid, entity, kind, value, source, named) for hashed, (kind, value) in hashed_keys(profile).items()]


def _body(profile: Profile) -> str:
    return _ENCODE.encode(profile).decode()


def _packed(rows: Iterable[KeyRow]) -> bytes:
    return array("q", sorted([row[0] for row in rows])).tobytes()


def unpacked(hashes: bytes) -> array[int]:
    return array("q", hashes)
