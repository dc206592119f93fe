"""The raw limit: the server that `kizuna serve` runs on, answering 204 to what it has read and keeping nothing.

python -m bench.webhooks.limit PORT
"""

from __future__ import annotations

import sys
from dataclasses import replace

from starlette.types import Receive, Scope, Send

from kizuna.config import Settings
from kizuna.web.serving import serve


async def answered(scope: Scope, receive: Receive, send: Send) -> None:
    """The request read to its end, and answered."""
    if scope["type"] == "lifespan":
        for state in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{state}.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    serve(replace(Settings(), port=int(sys.argv[1])), answered)
