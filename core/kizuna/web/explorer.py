"""A page to ask by hand and to read the schema; served in development, from here alone."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

ASSETS = {"explorer.js": "text/javascript", "explorer.css": "text/css"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def page() -> Response:
    """The page."""
    return Response(_read("explorer.html"), media_type="text/html", headers={"content-security-policy": POLICY})


async def file(request: Request) -> Response:
    """One of the files that the page needs."""
    name = request.path_params["file"]
    if name not in ASSETS:
        return Response("There is no such file.", 404, media_type="text/plain")
    return Response(_read(name), media_type=ASSETS[name])


@cache
def _read(name: str) -> bytes:
    return (files("kizuna.web") / "assets" / name).read_bytes()
