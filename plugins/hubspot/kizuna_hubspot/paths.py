"""Where things are: HubSpot's old path family (``v3``/``v4``) and the dated one (``2026-03``, ``2026-09`` …).

A dated set comes every March and September and lives eighteen months; v4 is unsupported from 30 March 2027, v1 to v3
from September 2027: https://developers.hubspot.com/changelog (read 2026-11-20).
"""

from __future__ import annotations

from dataclasses import dataclass

V3 = "v3"
FIRST_DATED = "2026-03"


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of one API version, without the host; ``version`` is ``v3`` or a date such as ``2026-09``."""

    version: str = V3

    def objects(self, kind: str) -> str:
        """The list of a kind of object."""
        return f"/crm/v3/objects/{kind}" if self.version == V3 else f"/crm/objects/{self.version}/{kind}"

    def search(self, kind: str) -> str:
        return f"{self.objects(kind)}/search"

    def batch_read(self, kind: str) -> str:
        return f"{self.objects(kind)}/batch/read"

    def associations(self, kind: str, to: str) -> str:
        """The batch read of what records of a kind are associated with."""
        family = "/crm/v4/associations" if self.version == V3 else f"/crm/associations/{self.version}"
        return f"{family}/{kind}/{to}/batch/read"

    def owners(self) -> str:
        return "/crm/v3/owners" if self.version == V3 else f"/crm/owners/{self.version}"

    def pipelines(self, kind: str) -> str:
        return f"/crm/v3/pipelines/{kind}" if self.version == V3 else f"/crm/pipelines/{self.version}/{kind}"

    def properties(self, kind: str) -> str:
        """The definitions of a kind's properties."""
        return f"/crm/v3/properties/{kind}" if self.version == V3 else f"/crm/properties/{self.version}/{kind}"

    def account(self) -> str:
        """The portal's own record; asked to try the token and to read HubSpot's clock."""
        return f"/account-info/{self.version}/details"

    def token(self) -> str:
        """Where access tokens are given; the old path ends on 16 February 2027, so none of v3's own is asked."""
        return f"/oauth/{FIRST_DATED if self.version == V3 else self.version}/token"
