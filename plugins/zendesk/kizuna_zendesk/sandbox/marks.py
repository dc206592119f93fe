"""The marks that deleting and merging leave on Zendesk's records."""

from __future__ import annotations

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_zendesk.sandbox.ids import IDENTITIES_A_USER, identity_id, seconds, stamp
from kizuna_zendesk.sandbox.parties import identity


def deleted(record: StoredRecord, state: SandboxState) -> None:
    """A ticket keeps its fields under status deleted, a user keeps the name alone, an organisation the time of its end."""
    at = state.now()
    if record.stream == "tickets":
        state.rewrite("tickets", record.id, status="deleted", updated_at=stamp(at), generated_timestamp=seconds(at))
    elif record.stream == "users":
        state.rewrite(
            "users", record.id, active=False, email=None, phone=None, organization_id=None, updated_at=stamp(at)
        )
    elif record.stream == "organizations":
        state.rewrite("organizations", record.id, updated_at=stamp(at), deleted_at=stamp(at))


def merged(winner: StoredRecord, loser: StoredRecord, state: SandboxState) -> None:
    """The loser is as deleted and names nobody; a user's addresses become identities of the winner."""
    deleted(loser, state)
    if loser.stream == "users":
        hand_over_identities(winner, loser, state)
        state.rewrite("users", winner.id, updated_at=stamp(state.now()))


def hand_over_identities(winner: StoredRecord, loser: StoredRecord, state: SandboxState) -> None:
    """The loser's addresses, in the winner's free places from the last one back."""
    free = (
        place
        for place in reversed(range(IDENTITIES_A_USER))
        if state.find("identities", identity_id(winner.id, place)) is None
    )
    for place in range(IDENTITIES_A_USER):
        held = state.find("identities", identity_id(loser.id, place))
        if held is None or not held.live:
            continue
        into = next(free, None)
        if into is None:
            return
        address, now = held.payload["value"], state.now()
        state.put(identity(winner.id, into, address, held.created_at, now, primary=False))
