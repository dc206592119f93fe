"""``POST /webhooks/{connection}``: verified, kept on disk, answered; what it speaks of is read again by a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from kizuna import clock, log
from kizuna.access import secrets
from kizuna.access.vault import Opener, Vault
from kizuna.config import Settings
from kizuna.errors import ConfigError, PayloadError, TransientError
from kizuna.failpoints import failpoint
from kizuna.plugins import Plugins
from kizuna.sdk import Delivery, Hint, Replying, Webhooks
from kizuna.storage import connections, deliveries
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.deliveries import NOBODY, Arrival
from kizuna.storage.instants import micros
from kizuna.sync.offline import unchecked
from kizuna.web.group_commit import GroupCommit
from kizuna.web.requests import Refused, body_of

MOST_BYTES = 1_000_000
MOST_NAME_BYTES = 500
"""So long may the id of a record or of a delivery be; vendors' are of some tens."""
ARRIVES_WITHIN_S = 10.0
LOOKED_UP_FOR_S = 2.0
"""How long a connection and its secrets are believed before they are looked up again."""
_log = log.named(__name__)


@dataclass(frozen=True, slots=True)
class Receiving:
    """A connection that may receive deliveries."""

    id: int
    name: str
    webhooks: Webhooks
    secrets: tuple[SecretStr, ...]


class WebhookEndpoint:
    """Answers deliveries: 200 kept (also again), 400 refused, 404 unknown, 413 too large, 500 not to be kept, 503 not now."""

    def __init__(self, settings: Settings, database: Database, plugins: Plugins, commits: GroupCommit) -> None:
        self.settings, self.database, self.plugins, self.commits = settings, database, plugins, commits
        self.vault = Vault(database, settings.vault_key)
        self._receiving: dict[str, Receiving] = {}
        self._looked_up_s = float("-inf")
        self._looking_up = asyncio.Lock()

    async def __call__(self, request: Request) -> Response:
        """The answer to a delivery; what is refused is counted and has no other effect."""
        try:
            to = await self._to(str(request.path_params["connection"]))
            if to is None:
                return self._refused(NOBODY, "unknown", 404, "Not found.")
            return await self._answer(request, to)
        except ClientDisconnect:  # nobody is there to be told
            return Response(status_code=400)
        except (SQLAlchemyError, OSError, TransientError) as error:
            _log.warning("delivery not taken", error=type(error).__name__)
            return PlainTextResponse("Send it again later.", 503, headers={"retry-after": "5"})

    async def _answer(self, request: Request, to: Receiving) -> Response:
        try:
            body = await asyncio.wait_for(body_of(request, MOST_BYTES), ARRIVES_WITHIN_S)
        except TimeoutError:
            return self._refused(to.id, "refused", 408, "The delivery did not arrive in time.")
        except Refused as refusal:
            return self._refused(to.id, "too_large", refusal.status, str(refusal))
        delivery = Delivery(
            method=request.method,
            url=public_url(self.settings, request),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            received_at=clock.now(),
        )
        if not _genuine(to, delivery):
            return self._refused(to.id, "refused", 400, "The signature is wrong or too old.")
        failpoint("webhook.received")
        found = arrival(to, delivery)
        if not all(_fit(said) for hint in found.hints for said in (hint.stream, hint.id, hint.event)):
            return self._refused(to.id, "unfit", 400, "The delivery names a record in what is no proper text.")
        try:
            await self.commits.keep(found)
        except PayloadError as error:
            return PlainTextResponse(str(error), 500)
        failpoint("webhook.stored")
        return _kept(to, delivery)

    def _refused(self, connection_id: int, outcome: str, status: int, message: str) -> Response:
        self.commits.count(connection_id, outcome)
        return PlainTextResponse(message, status, headers={"connection": "close"} if status in (408, 413) else None)

    async def _to(self, name: str) -> Receiving | None:
        """The connection of that name, if it is active and its connector knows webhooks."""
        async with self._looking_up:
            if time.monotonic() - self._looked_up_s > LOOKED_UP_FOR_S:
                self._receiving = await asyncio.to_thread(receiving, self.database, self.plugins, self.vault)
                self._looked_up_s = time.monotonic()
        return self._receiving.get(name)


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
            found[one.name] = Receiving(one.id, one.name, webhooks, known)
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
    failure = None
    try:
        hints = tuple(dict.fromkeys(to.webhooks.hints(delivery)))
    except PayloadError as error:
        failure = str(error)
    except Exception as error:  # noqa: BLE001 - a border: the plugin's reading is foreign code
        failure = f"The connector failed to read the delivery ({type(error).__name__}); report it to its author."
    events = {hint.event for hint in hints}
    # A delivery of several events has no id of its own that the connector could tell.
    name = events.pop() if len(events) == 1 else ""
    if not name:
        name = f"blake2b:{blake2b(delivery.body, digest_size=20).hexdigest()}"
    return Arrival(to.id, name, hints, micros(delivery.received_at), failure)


def public_url(settings: Settings, request: Request) -> str:
    """The URL as the sender wrote it, which some vendors sign."""
    if not settings.public_url:
        return str(request.url)
    query = request.scope.get("query_string", b"").decode("latin-1")
    return f"{settings.public_url.rstrip('/')}{request.url.path}{'?' if query else ''}{query}"


def _kept(to: Receiving, delivery: Delivery) -> Response:
    """The answer that the delivery was kept, in the words its vendor waits for."""
    try:
        reply = to.webhooks.reply(delivery) if isinstance(to.webhooks, Replying) else None
        if reply is not None:
            return Response(reply.body, reply.status, media_type=reply.content_type)
    except Exception as error:  # noqa: BLE001 - a border: the plugin's answer is foreign code, and the delivery is kept
        _log.warning("no reply could be made", connection=to.name, error=type(error).__name__)
    return PlainTextResponse("Kept.")


def _fit(said: str) -> bool:
    """Whether a name can be kept and looked for: neither endless nor what no database takes for text."""
    try:
        return len(said.encode()) <= MOST_NAME_BYTES and "\x00" not in said
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return False


def _genuine(to: Receiving, delivery: Delivery) -> bool:
    try:
        return bool(to.secrets) and to.webhooks.genuine(delivery, to.secrets)
    except Exception as error:  # noqa: BLE001 - a border: what a stranger sent made the plugin stumble, so it proves nothing
        _log.warning("a signature could not be read", connection=to.name, error=type(error).__name__)
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
