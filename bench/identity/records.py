"""A labelled set of records: what Kizuna's identity reads of them, what a peer reads, and whom each truly is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kizuna.identity.profile import AccountProfile, PersonProfile


@dataclass(frozen=True, slots=True)
class RecordSet:
    """``columns`` says how a peer is to compare each column of ``rows``; ``links`` that no file holds anybody twice."""

    name: str
    entity: str
    profiles: list[AccountProfile] | list[PersonProfile]
    truth: Mapping[int, str]
    columns: Mapping[str, str] = field(default_factory=dict)  # name · text · date · email · phone · exact
    rows: Mapping[int, Mapping[str, str | None]] = field(default_factory=dict)
    links: bool = False
    goal: str = ""
