"""What all tables share: the metadata with its naming rules, and the kinds of columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, Text

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up only a column that is spelt INTEGER.
SERIAL = BigInteger().with_variant(Integer, "sqlite")


def rid(name: str = "rid", **options: Any) -> Column[int]:
    """A record's 64-bit id."""
    return Column(name, BigInteger, **options)


def at(name: str, nullable: bool = True, **options: Any) -> Column[int]:
    """An instant: microseconds since 1970, UTC."""
    return Column(name, BigInteger, nullable=nullable, **options)


def text(name: str, nullable: bool = False, **options: Any) -> Column[str]:
    """Text (also JSON, dates as YYYY-MM-DD and exact decimals)."""
    return Column(name, Text, nullable=nullable, **options)


def whole(name: str, nullable: bool = False, **options: Any) -> Column[int]:
    """A whole number of up to 64 bits."""
    return Column(name, BigInteger, nullable=nullable, **options)


def flag(name: str, default: bool = False) -> Column[bool]:
    """True or false, never null."""
    return Column(name, Boolean, nullable=False, default=default)


def blob(name: str, nullable: bool = False) -> Column[bytes]:
    """Bytes."""
    return Column(name, LargeBinary, nullable=nullable)


def serial(name: str) -> Column[int]:
    """A primary key that counts up in the order of insertion."""
    return Column(name, SERIAL, primary_key=True, autoincrement=True)


def connection_id(**options: Any) -> Column[int]:
    """The connection a row belongs to."""
    return Column("connection_id", Integer, nullable=False, **options)
