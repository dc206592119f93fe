"""The GraphQL API: one schema, answered from plans, limited before it runs.

``types`` holds the types with a plan beside each field · ``query`` and ``mutations`` the roots · ``loading`` reads what is
selected, one statement a relation · ``limits`` counts · ``execution`` answers.
"""

from kizuna.graphql.context import ADMIN, LOCAL, READ, WRITE, Caller
from kizuna.graphql.execution import Engine, Request, Response, execute, sdl

__all__ = ["ADMIN", "LOCAL", "READ", "WRITE", "Caller", "Engine", "Request", "Response", "execute", "sdl"]
