"""Plays vendors over real HTTP, for the demo, the tests and plugin authors.

One seed makes one **world**: true companies, people, subscriptions, deals, tickets. Each system gets a **view** of it, with
its own ids, gaps, slips and duplicates. A vendor's package turns its view into payloads and serves them as its vendor
would; the harness adds time, limits, faults, webhooks, a control API and the **truth** to compare with.

A vendor's sandbox (``kizuna_<vendor>/sandbox.py``)::

    class DeskSandbox(VendorSandbox):
        key, role = "deskhand", "support"
        limits = (RateLimit("minute", capacity=400, per_s=400 / 60),)

        def profile(self):  # how it sees the world
            return usual_profile(self.key, self.role, lambda kind, number: str(number + 1))

        def represent(self, record, state):  # neutral record -> payloads; called again after each change
            if isinstance(record, Ticket):
                yield Native(stream="cases", id=record.id, payload={"id": int(record.id), "title": record.subject, …},
                             created_at=record.created_at, updated_at=record.updated_at)
            elif isinstance(record, Account):
                yield Native(stream="groups", …, customer=record.company)   # carries an account: goes into the truth
            elif isinstance(record, Person):
                yield Native(stream="people", …, person=record.person)      # carries a person: goes into the truth

        def app(self, state):  # the vendor's API
            def cases(request):
                rows = [r for r in state.stream("cases").ordered("updated", lambda r: (r.updated_at, r.sequence)) if r.live]
                return JSONResponse({"cases": [r.payload for r in rows[:100]]})
            return Starlette(routes=[Route("/v2/cases", cases)])

        def settings(self, base_url): return {"base_url": base_url}
        def secrets(self): return {"token": "sandbox-token"}

    @sdk.hookimpl
    def kizuna_sandboxes():  # in the plugin's own module, importing this one only when asked
        yield DeskSandbox

Stream names are those the connector uses, because the truth file names them. ``state.find``, ``state.live``,
``state.stream(...).ordered`` read; ``state.put``, ``state.rewrite``, ``state.remove``, ``state.absorb`` write native records
(for the vendor's own POST, PATCH, DELETE); ``state.create``, ``change``, ``delete``, ``merge`` are the neutral verbs that
tests and the control API use; ``kizuna.sandbox.verbs`` has those with a meaning of their own (add seats, cancel, reply,
solve, move a deal). ``record.json`` is a payload encoded once a version. Override ``deleted`` and ``merged`` for the marks the vendor leaves. Time is ``state.now()``;
tokens, jobs, locators live in ``state.memory``. Limits, 429s, faults and ``/_sandbox/`` need no code in a vendor's app.

Run it: ``with serve([DeskSandbox], world=World(seed=7, companies=200), port_base=0) as served: served.endpoints[0].base_url``.
"""

from kizuna.sandbox.clock import VirtualClock
from kizuna.sandbox.edits import random_edits
from kizuna.sandbox.faults import FAULTS, PROFILES, FaultProfile, fault_profile
from kizuna.sandbox.profile import ROLES, Role, SystemProfile, usual_profile
from kizuna.sandbox.seeing import observe
from kizuna.sandbox.server import Endpoint, Served, in_order, populate, serve
from kizuna.sandbox.state import KINDS, SandboxState
from kizuna.sandbox.store import Change, Collection, Native, Payload, StoredRecord, Version
from kizuna.sandbox.truth import (
    TrueMovement,
    TruthFile,
    TruthRow,
    as_csv,
    as_json,
    true_movements,
    truth_rows,
    write_truth,
)
from kizuna.sandbox.vendor import LimitReading, RateLimit, VendorSandbox
from kizuna.sandbox.views import SystemView
from kizuna.sandbox.webhooks import WebhookCall, WebhookEndpoint
from kizuna.sandbox.world import USUAL_NOW, World

__all__ = [
    "FAULTS",
    "KINDS",
    "PROFILES",
    "ROLES",
    "USUAL_NOW",
    "Change",
    "Collection",
    "Endpoint",
    "FaultProfile",
    "LimitReading",
    "Native",
    "Payload",
    "RateLimit",
    "Role",
    "SandboxState",
    "Served",
    "StoredRecord",
    "SystemProfile",
    "SystemView",
    "TrueMovement",
    "TruthFile",
    "TruthRow",
    "VendorSandbox",
    "Version",
    "VirtualClock",
    "WebhookCall",
    "WebhookEndpoint",
    "World",
    "as_csv",
    "as_json",
    "fault_profile",
    "in_order",
    "observe",
    "populate",
    "random_edits",
    "serve",
    "true_movements",
    "truth_rows",
    "usual_profile",
    "write_truth",
]
