"""The ASGI application: GraphQL over HTTP, health, tokens; nothing here blocks the loop."""

from kizuna.web.application import app
from kizuna.web.serving import serve

__all__ = ["app", "serve"]
