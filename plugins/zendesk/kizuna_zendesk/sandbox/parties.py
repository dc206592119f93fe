"""Organisations, users, their identities and memberships as Zendesk shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from kizuna.sandbox import Native
from kizuna.sandbox.records import Account, CrossReference, Person, StaffMember
from kizuna_zendesk.sandbox.ids import GROUPS, MEMBERSHIP, identity_id, stamp

HOST = "https://sandbox.zendesk.com"
LOCALES = {"ja": ("ja", 67), "de": ("de", 8), "fr": ("fr", 16)}
ZONES = {"ja": ("Tokyo", "Asia/Tokyo"), "de": ("Berlin", "Europe/Berlin"), "fr": ("Paris", "Europe/Paris")}

# What every recorded user carries beside what makes it this user.
USER: dict[str, Any] = {
    "shared_phone_number": None,
    "photo": None,
    "verified": True,
    "alias": None,
    "active": True,
    "shared": False,
    "shared_agent": False,
    "last_login_at": None,
    "two_factor_auth_enabled": False,
    "signature": None,
    "details": None,
    "notes": None,
    "role_type": None,
    "custom_role_id": None,
    "moderator": False,
    "ticket_restriction": "requested",
    "only_private_comments": False,
    "restricted_agent": True,
    "suspended": False,
    "default_group_id": None,
    "report_csv": False,
    "user_fields": {},
}


def organization(record: Account) -> Iterator[Native]:
    """The organisation."""
    domains = [domain for domain in (record.domain, *record.other_domains) if domain]
    yield Native(
        stream="organizations",
        id=record.id,
        payload={
            "url": f"{HOST}/api/v2/organizations/{record.id}.json",
            "id": int(record.id),
            "name": record.name,
            "shared_tickets": False,
            "shared_comments": False,
            "external_id": external_id(record.references),
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.updated_at),
            "domain_names": domains,
            "details": record.description,
            "notes": None,
            "group_id": None,
            "tags": [record.segment],
            "organization_fields": {},
            "deleted_at": None,
        },
        created_at=record.created_at,
        updated_at=record.updated_at,
        customer=record.company,
    )


def end_user(record: Person) -> Iterator[Native]:
    """The user, each address as an identity, and the membership of the organisation."""
    organization_id = int(record.account_id) if record.account_id is not None else None
    locale, locale_id = LOCALES.get(record.language, ("en-US", 1))
    zone, iana_zone = ZONES.get(record.language, ("Eastern Time (US & Canada)", "America/New_York"))
    yield Native(
        stream="users",
        id=record.id,
        payload={
            "id": int(record.id),
            "url": f"{HOST}/api/v2/users/{record.id}.json",
            "name": record.name,
            "email": record.email,
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.updated_at),
            "time_zone": zone,
            "iana_time_zone": iana_zone,
            "phone": record.phone or record.mobile,
            "locale_id": locale_id,
            "locale": locale,
            "organization_id": organization_id,
            "role": "end-user",
            "external_id": external_id(record.references),
            "tags": [],
            **USER,
        },
        created_at=record.created_at,
        updated_at=record.updated_at,
        person=record.person,
    )
    yield from identities(record)
    if organization_id is not None:
        yield membership(record, organization_id)


def identities(record: Person) -> Iterator[Native]:
    """The main address first, then the others."""
    addresses = [address for address in (record.email, *record.other_emails) if address]
    for place, address in enumerate(dict.fromkeys(addresses)):
        yield identity(record.id, place, address, record.created_at, record.updated_at, primary=place == 0)


def identity(user_id: str, place: int, address: str, created: datetime, updated: datetime, *, primary: bool) -> Native:
    """One e-mail address of a user."""
    own = identity_id(user_id, place)
    return Native(
        stream="identities",
        id=own,
        payload={
            "url": f"{HOST}/api/v2/users/{user_id}/identities/{own}.json",
            "id": int(own),
            "user_id": int(user_id),
            "type": "email",
            "value": address,
            "verified": True,
            "primary": primary,
            "created_at": stamp(created),
            "updated_at": stamp(updated),
            "undeliverable_count": 0,
            "deliverable_state": "deliverable",
        },
        created_at=created,
        updated_at=updated,
    )


def membership(record: Person, organization_id: int) -> Native:
    """The user's own organisation, as a membership."""
    own = MEMBERSHIP + record.number
    return Native(
        stream="organization_memberships",
        id=str(own),
        payload={
            "url": f"{HOST}/api/v2/organization_memberships/{own}.json",
            "id": own,
            "user_id": int(record.id),
            "organization_id": organization_id,
            "default": True,
            "view_tickets": False,
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.updated_at),
        },
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


def agent(record: StaffMember) -> Iterator[Native]:
    """One of us: an agent, or an administrator where the desk is not the daily work."""
    yield Native(
        stream="users",
        id=record.id,
        payload={
            "id": int(record.id),
            "url": f"{HOST}/api/v2/users/{record.id}.json",
            "name": record.name,
            "email": record.email,
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.updated_at),
            "time_zone": "Tokyo",
            "iana_time_zone": "Asia/Tokyo",
            "phone": None,
            "locale_id": 67,
            "locale": "ja",
            "organization_id": None,
            "role": "agent" if record.role in ("support_agent", "csm") else "admin",
            "external_id": None,
            "tags": [],
            **USER,
            "active": record.active,
            "moderator": True,
            "ticket_restriction": None,
            "restricted_agent": False,
            "default_group_id": GROUPS.get(record.team, GROUPS["Help desk"]),
        },
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


def groups() -> Iterator[Native]:
    """The groups agents work in."""
    made = datetime.fromisoformat("2019-04-01T00:00:00+00:00")
    for name, own in GROUPS.items():
        payload = {
            "url": f"{HOST}/api/v2/groups/{own}.json",
            "id": own,
            "is_public": True,
            "name": name,
            "description": "",
            "default": name == "Help desk",
            "deleted": False,
            "created_at": stamp(made),
            "updated_at": stamp(made),
        }
        yield Native(stream="groups", id=str(own), payload=payload, created_at=made, updated_at=made)


def external_id(references: Sequence[CrossReference]) -> str | None:
    """The first reference, spelt ``system:id``."""
    return f"{references[0].system}:{references[0].id}" if references else None
