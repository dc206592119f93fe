"""What the account and person facts of records say of who somebody is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from kizuna.storage import direct
from kizuna.storage.bulk import among, numbers

Said = Mapping[str, Any]

_ACCOUNT = """name, domains, emails, phone, street, city, postal_code, country, corporate_number, cross_references, \
account_kind"""
_PERSON = "name, given_name, family_name, emails, phones, cross_references, country"


def accounts(sql: Connection, rids: Collection[int]) -> Sequence[Said]:
    """The account of each of these records that says one, with ``connection_id``, ``plugin`` and ``source_id``."""
    return _said(sql, "account", _ACCOUNT, rids)


def people(sql: Connection, rids: Collection[int]) -> Sequence[Said]:
    """The person of each of these records that says one, with ``connection_id``, ``plugin`` and ``source_id``."""
    return _said(sql, "person", _PERSON, rids)


def _said(sql: Connection, kind: str, names: str, rids: Collection[int]) -> Sequence[Said]:
    """The first fact of the kind (its part is empty); a record's further ones are somebody else's business."""
    if not rids:
        return []
    columns = ", ".join(f"f.{name}" for name in names.split(", "))
    statement = f"""
        SELECT f.rid, r.connection_id, r.source_id, c.plugin, {columns}
        FROM fact_{kind} f
        JOIN source_record r ON r.rid = f.rid
        JOIN connection c ON c.id = r.connection_id
        WHERE f.part = '' AND {among(sql, "f.rid")}
    """
    return direct.mappings(sql, statement, {"rids": numbers(sql, rids)})
