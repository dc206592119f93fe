"""A connector: the values and pure functions by which Kizuna reads one vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_args

from kizuna.errors import AuthError, DegradedError, KizunaError, Lack, RefusedError, TransientError
from kizuna.model.enums import Department
from kizuna.sdk.auth import Auth
from kizuna.sdk.limits import Limit
from kizuna.sdk.reading import Answer, Ask
from kizuna.sdk.settings import Settings
from kizuna.sdk.streams import AnyStream
from kizuna.sdk.webhooks import Webhooks

if TYPE_CHECKING:
    import httpx

S = TypeVar("S", bound=Settings)

DEFAULT_RANK = 50


class Connector(Generic[S]):
    """One vendor. Set ``key``; give ``base_url``, ``auth`` and ``streams``; the rest has sane defaults.

    ``department`` owns the system. ``ranks`` says how far the system is trusted for an attribute
    (``name``, ``industry``, ``owner``, ``billing``, ``*`` …): the lower the better, 50 where it says nothing.
    ``names_may_be_people`` marks a system whose customers' names are often a person's. ``timeout_s`` is how long an
    answer may keep silent, in seconds.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    department: ClassVar[Department] = Department.OTHER
    limits: ClassVar[tuple[Limit, ...]] = (Limit(10, 1.0),)
    ranks: ClassVar[Mapping[str, int]] = {}
    names_may_be_people: ClassVar[bool] = False
    timeout_s: ClassVar[float] = 60.0
    webhooks: ClassVar[Webhooks | None] = None

    def __init__(self, settings: S) -> None:
        self.settings = settings

    @classmethod
    def settings_type(cls) -> type[Settings]:
        """The Settings class between the brackets of ``Connector[…]``."""
        for base in getattr(cls, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, Settings):
                    return argument
        return Settings

    def base_url(self) -> str:
        """Where relative asks go, without a slash at the end."""
        raise NotImplementedError(f"{type(self).__name__} gives no base_url")

    def auth(self) -> Auth | None:
        """How requests prove who asks; called once a run."""
        return None

    def headers(self) -> Mapping[str, str]:
        """Headers of every request, such as a pinned version."""
        return {}

    def carrier(self) -> httpx.AsyncBaseTransport | None:
        """What carries the asks where no network does, such as a program to run; None: HTTP goes over the network.

        Asked for once a run; closed when the run ends or breaks off. ``base_url`` then names nothing that is reached.
        """
        return None

    def streams(self) -> tuple[AnyStream, ...]:
        """Every collection this connector reads, in the order in which a first load is most useful."""
        return ()

    def trial(self) -> Ask | None:
        """A cheap request that fails when the credentials are wrong; None when there is none."""
        return None

    def sort_error(self, answer: Answer) -> KizunaError | None:
        """The error an answer means, None when it is good or its reading goes on from it; override for a vendor's codes.

        ``answer.ask`` is the question; one that is no reading's, as :meth:`trial`, has nobody else to judge its answer.
        """
        return sort_by_status(self.key, answer)


def sort_by_status(name: str, answer: Answer) -> KizunaError | None:
    """What HTTP's status alone says: 401 credentials, 403/404 degraded, 4xx refused, 408/409/423/425/429/5xx later."""
    status = answer.status
    if status < 400:
        return None
    if status == 401:
        return AuthError(f"{name}: credentials refused (401); run `kizuna connections check` after correcting them.")
    if status in (403, 404):
        lack: Lack = "scope" if status == 403 else "object"
        said = f"{name}: not allowed or not there ({status}); grant the scope or switch the stream off."
        return DegradedError(said, lack)
    if status in (408, 409, 420, 423, 425, 429) or status >= 500:
        return TransientError(f"{name}: cannot answer now ({status}).", retry_after(answer))
    return RefusedError(f"{name}: the request was refused ({status}); the connector asked wrongly.")


def retry_after(answer: Answer) -> float | None:
    """The vendor's ``Retry-After`` in seconds, None when absent or not a number."""
    try:
        return max(0.0, float(answer.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


AnyConnector = Connector[Any]
