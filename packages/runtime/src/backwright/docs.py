"""The API description for people (Swagger UI) and for programs (`/openapi.json`), without any other server.

What lives here: serving. What must not: the making of the document (`openapi.py`). Swagger UI is vendored,
compressed when it was vendored, and served under names that contain its hash, so browsers may keep it for
good. The page allows no inline script and nothing from elsewhere.
"""

import gzip
import hashlib
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from backwright.errors import NotFound
from backwright.guard import open_to_all

STATIC: Final = Path(__file__).with_name("static")
SERVED: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "docs.js", "oauth2-redirect.js")
MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css"}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="{css}"></head>
<body><div id="swagger-ui"></div><script src="{bundle}"></script><script src="{init}"></script></body></html>
"""
_BACK: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signed in</title><link rel="icon" href="data:,"></head>
<body><p>You can close this window.</p><script src="../{script}"></script></body></html>
"""
"""Where the browser comes back to from the login that Swagger UI has opened in a window of its own."""


class Asset:
    """A vendored file: its bytes as they are stored, its media type, and the hash that is part of its
    address.
    """

    def __init__(self, name: str) -> None:
        packed = STATIC / f"{name}.gz"
        self.compressed = packed.exists()
        self.content = (packed if self.compressed else STATIC / name).read_bytes()
        self.media_type = MEDIA_TYPES[Path(name).suffix]
        self.path = f"docs/assets/{hashlib.sha256(self.content).hexdigest()[:16]}/{name}"


@cache
def assets() -> dict[str, Asset]:
    """Every file that the page needs, by name."""
    return {name: Asset(name) for name in SERVED}


def mount(app: FastAPI) -> None:
    """Add `/docs`, what belongs to it and `/openapi.json` to an application."""
    app.add_route("/docs", _page(app), include_in_schema=False)
    app.add_route("/docs/oauth2-redirect", signed_in, include_in_schema=False)
    app.add_route("/docs/assets/{digest}/{name}", asset, include_in_schema=False)
    app.add_route("/openapi.json", _document(app), include_in_schema=False)


def _page(app: FastAPI) -> Callable[[Request], Any]:
    found = assets()
    html = _PAGE.format(
        title=escape(app.title),
        css=found["swagger-ui.css"].path,
        bundle=found["swagger-ui-bundle.js"].path,
        init=found["docs.js"].path,
    )

    @open_to_all
    async def docs(_: Request) -> Response:
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    return docs


@open_to_all
async def signed_in(_: Request) -> Response:
    """GET /docs/oauth2-redirect: hands the answer of a login to the page that has opened this window."""
    html = _BACK.format(script=assets()["oauth2-redirect.js"].path)
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@open_to_all
async def asset(request: Request) -> Response:
    """GET /docs/assets/{digest}/{name}."""
    found = assets().get(request.path_params["name"])
    if found is None or not request.url.path.endswith(found.path):
        raise NotFound
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    content = found.content
    if found.compressed:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
    return Response(content, media_type=found.media_type, headers=headers)


def _document(app: FastAPI) -> Callable[[Request], Any]:
    @open_to_all
    async def openapi(request: Request) -> Response:
        content = msgspec.json.encode(app.openapi())
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)

    return openapi
