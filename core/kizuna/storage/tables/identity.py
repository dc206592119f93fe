"""B · IDENTITY: who is who. Edges follow from records, clusters from edges and decisions; a merge destroys nothing."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Table

from kizuna.storage.tables.base import METADATA, at, blob, rid, serial, text, whole

PROFILE = Table(
    "identity_profile",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),  # first: records are forgotten by it alone
    text("entity", primary_key=True),  # account, person
    text("body"),  # the normalised profile, JSON
    text("normaliser"),  # version
    blob("key_hashes"),  # the hashes of its keys, eight bytes each: a record's keys are found by them, without an index
)

KEY = Table(
    "identity_key",
    METADATA,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),  # of (entity, kind, value)
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    text("entity"),
    text("kind"),
    text("value"),
    Column("connection_id", BigInteger, nullable=False),
    Column("named", BigInteger, nullable=True),  # hash of the record's name: a value's rarity counts names, not records
    sqlite_with_rowid=False,  # the rows stand in the order they are sought in, and one tree less is written
)

KEY_STAT = Table(
    "key_stat",
    METADATA,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    whole("records"),
    whole("largest_per_source"),  # differently named records of one source
    text("status"),  # normal, blocked, allowed
    whole("most"),  # of a name: records of one source
)
"""Only values that are common enough to matter; every other value is carried by few."""

EDGE = Table(
    "match_edge",
    METADATA,
    # The ends first: a key that begins with one of two words would be taken for a way to find something.
    Column("a", BigInteger, primary_key=True, autoincrement=False),  # a < b
    Column("b", BigInteger, primary_key=True, autoincrement=False),
    text("entity", primary_key=True),
    Column("bits", Float, nullable=False),
    text("tier"),
    text("model"),
    text("evidence"),  # JSON: field, level, values, bits
    text("guards"),  # JSON: the guards that hold it back; [] when none
    Index(None, "b"),
)

MATCH_MODEL = Table(
    "match_model",
    METADATA,
    text("version", primary_key=True),
    text("body"),  # weights, JSON
    text("learned_from"),  # JSON: how many pairs and answers of each kind
    at("created_at", nullable=False),
    at("activated_at"),  # the one activated last is in force; none: the built-in one
)

DECISION = Table(
    "identity_decision",
    METADATA,
    serial("id"),
    text("entity"),
    rid("a", nullable=False),
    rid("b", nullable=False),
    text("verdict"),  # same, different
    text("actor"),
    text("reason", nullable=True),
    at("at", nullable=False),
    at("revoked_at"),
    Column("supersedes", BigInteger, nullable=True),  # the decision that stands again when this one is taken back
    Index(None, "a"),
    Index(None, "b"),
)

ENTITY = Table(
    "entity",
    METADATA,
    text("id", primary_key=True),
    text("entity"),
    rid("founding_rid", nullable=False),
    text("merged_into", nullable=True),
    at("created_at", nullable=False),
    Index(None, "merged_into"),
)

MEMBERSHIP = Table(
    "membership",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    text("entity", primary_key=True),
    text("entity_id"),
    at("known_at", nullable=False),
    Index(None, "entity_id"),
)

MEMBERSHIP_HISTORY = Table(
    "membership_history",
    METADATA,
    serial("seq"),
    text("entity"),
    rid(nullable=False),
    text("entity_id"),
    at("known_at", nullable=False),
    at("until"),
    Index(None, "rid"),
    Index(None, "entity_id"),
)

EVENT = Table(
    "identity_event",
    METADATA,
    serial("seq"),
    text("entity"),
    text("kind"),  # create, merge, split, move, retire
    text("entity_id"),
    text("other_id", nullable=True),
    whole("records"),
    text("cause"),
    at("at", nullable=False),
    Index(None, "entity_id"),
)

REVIEW = Table(
    "review_task",
    METADATA,
    Column("a", BigInteger, primary_key=True, autoincrement=False),  # the records of the best edge between two entities
    Column("b", BigInteger, primary_key=True, autoincrement=False),
    text("entity", primary_key=True),
    Column("bits", Float, nullable=False),
    text("reason"),  # guard names, score, size
    at("created_at", nullable=False),
    Index(None, "b"),
)

LATER = Table(
    "review_later",
    METADATA,
    text("entity", primary_key=True),
    Column("a", BigInteger, primary_key=True, autoincrement=False),
    Column("b", BigInteger, primary_key=True, autoincrement=False),
    at("until"),  # null: until the question or one of the records changes
    Column("bits", Float, nullable=False),  # of the question as it was put off
    text("reason"),
    whole("a_version"),
    whole("b_version"),
    text("actor"),
    text("why", nullable=True),
    at("at", nullable=False),
)
"""Questions that somebody has put off; those that are open again stay here until they are put off anew."""

BLOCKED = Table(
    "blocked_value",
    METADATA,
    serial("id"),
    text("kind"),  # mailbox, domain, phone
    text("value"),  # normalised
    text("reason", nullable=True),
    text("actor"),
    at("at", nullable=False),
    at("lifted_at"),
    text("lifted_by", nullable=True),
)
"""Values that somebody has said are never evidence for who is who."""
