"""Which connections receive deliveries, what proves those genuine, and how one is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from pydantic import SecretStr

from kizuna import log
from kizuna.access import secrets
from kizuna.access.vault import Opener, Vault
from kizuna.errors import ConfigError, PayloadError
from kizuna.plugins import Plugins
from kizuna.sdk import Delivery, Hint, Placed, Replying, Webhooks
from kizuna.storage import connections, deliveries
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Arrival
from kizuna.storage.instants import micros
from kizuna.sync.offline import unchecked

MOST_NAME_BYTES = 500
"""So long may the id of a record or of a delivery be; vendors' are of some tens."""
MOST_WORD = 100
_log = log.named(__name__)


@dataclass(frozen=True, slots=True)
class Receiving:
    """A connection that may receive deliveries."""

    id: int
    name: str
    webhooks: Webhooks
    secrets: tuple[SecretStr, ...]
    replying: Replying | None
    placed: Placed | None


def receiving(database: Database, plugins: Plugins, vault: Vault) -> dict[str, Receiving]:
    """Every connection that may receive deliveries, by name; a secret that cannot be found proves nothing."""
    with database.read() as sql:
        stored, references = connections.all_of(sql), deliveries.secrets(sql)
    found = {}
    for one in stored:
        if one.state == "disabled" or one.offline:
            continue
        webhooks = _webhooks(plugins, one)
        if webhooks is not None:
            known = _secrets(one.name, references.get(one.id, ()), vault.opener(one.id, one.name))
            # Asked once and not for each delivery: to look whether a value is of a protocol takes long.
            replying = webhooks if isinstance(webhooks, Replying) else None
            placed = webhooks if isinstance(webhooks, Placed) else None
            found[one.name] = Receiving(one.id, one.name, webhooks, known, replying, placed)
    return found


def _webhooks(plugins: Plugins, stored: StoredConnection) -> Webhooks | None:
    """How deliveries of a connection are read, as its settings want it; None when they cannot be."""
    connector = plugins.connectors.get(stored.plugin)
    if connector is None or connector.webhooks is None:
        return None
    try:
        return unchecked(connector, stored).webhooks
    except Exception as error:  # noqa: BLE001 - a border: the plugin is foreign code, the other connections go on
        _log.warning("a connector could not be made", connection=stored.name, error=type(error).__name__)
        return connector.webhooks


def arrival(to: Receiving, delivery: Delivery) -> Arrival:
    """The delivery as the inbox keeps it; of a genuine one that cannot be understood, the reason."""
    hints: tuple[Hint, ...] = ()
    failure = remark = None
    try:
        where = to.placed.elsewhere(delivery) if to.placed is not None else None
        if where is not None:
            remark = f"It concerns {_plain(where)}, which this connection does not read."
        hints = () if remark else tuple(dict.fromkeys(to.webhooks.hints(delivery)))
        if any(hint.at is not None and hint.at.tzinfo is None for hint in hints):
            raise ValueError("a time without a zone")
    except PayloadError as error:
        failure = str(error)
    except Exception as error:  # noqa: BLE001 - a border: the plugin's reading is foreign code
        failure = f"The connector failed to read the delivery ({type(error).__name__}); report it to its author."
    events = {hint.event for hint in hints}
    # A delivery of several events has no id of its own that the connector could tell.
    name = events.pop() if len(events) == 1 else ""
    if not name:
        name = f"blake2b:{blake2b(delivery.body, digest_size=20).hexdigest()}"
    return Arrival(to.id, name, hints, micros(delivery.received_at), failure, remark)


def _plain(word: str) -> str:
    """A word of the vendor's as it may be shown and kept."""
    return "".join(letter for letter in word[:MOST_WORD] if letter.isprintable())


def fit(arrival: Arrival) -> bool:
    """Whether what it names can be kept and looked for."""
    return all(_fit(said) for hint in arrival.hints for said in (hint.stream, hint.id, hint.event, hint.parent or ""))


def genuine(to: Receiving, delivery: Delivery) -> bool:
    """Whether one of the connection's secrets proves the delivery."""
    try:
        return bool(to.secrets) and to.webhooks.genuine(delivery, to.secrets)
    except Exception as error:  # noqa: BLE001 - a border: what a stranger sent made the plugin stumble, so it proves nothing
        _log.warning("a signature could not be read", connection=to.name, error=type(error).__name__)
        return False


def _fit(said: str) -> bool:
    """Whether a name can be kept and looked for: neither endless nor what no database takes for text."""
    try:
        return len(said.encode()) <= MOST_NAME_BYTES and "\x00" not in said
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return False


def _secrets(name: str, references: Sequence[str], opened: Opener) -> tuple[SecretStr, ...]:
    found = []
    for reference in references:
        try:
            found.append(secrets.resolved({"webhook": reference}, name, opened)["webhook"])
        except ConfigError as error:
            _log.warning(
                "a webhook secret cannot be had; `kizuna webhooks secret` sets it", connection=name, reason=str(error)
            )
    return tuple(found)
