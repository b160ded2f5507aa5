"""The index finds what the router would have found, whatever the routes."""

from typing import Any

import anyio
import pytest
from backwright.route_index import RouteIndex, first_segment
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse

SEGMENTS = st.sampled_from(["a", "b", "{}"])
PATHS = st.lists(SEGMENTS, max_size=3).map(
    lambda parts: "/" + "/".join(part.replace("{}", f"{{p{at}}}") for at, part in enumerate(parts))
)
ASKED = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=3).map(lambda parts: "/" + "/".join(parts))


def application(declared: list[tuple[str, str]]) -> FastAPI:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    for number, (method, path) in enumerate(declared):

        async def endpoint(_: Request, number: int = number) -> PlainTextResponse:
            return PlainTextResponse(str(number))

        app.router.add_route(path, endpoint, methods=[method])
    return app


def ask(app: FastAPI, method: str, path: str) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
    }
    anyio.run(app, scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


@given(
    st.lists(st.tuples(st.sampled_from(["GET", "POST"]), PATHS), max_size=8),
    st.sampled_from(["GET", "POST", "PUT"]),
    ASKED,
)
def test_with_and_without_the_index_the_answer_is_the_same(
    declared: list[tuple[str, str]], method: str, path: str
) -> None:
    """Order, parameters, 404 and 405 included."""
    plain, indexed = application(declared), application(declared)
    indexed.router.middleware_stack = RouteIndex(indexed.router)
    assert ask(indexed, method, path) == ask(plain, method, path)


def test_an_included_router_keeps_its_place() -> None:
    """What comes after one that the index cannot look into is left to the router, so the order holds."""
    app = FastAPI(openapi_url=None)
    inner = APIRouter()

    @inner.get("/a/b")
    async def included() -> str:
        return "included"

    @app.get("/z")
    async def before() -> str:
        return "before"

    app.include_router(inner)

    @app.get("/a/{x}")
    async def after(x: str) -> str:
        return "after"

    app.router.middleware_stack = index = RouteIndex(app.router)
    assert [route.path for route in index.candidates("/z")] == ["/z"]
    assert ask(app, "GET", "/a/b") == (200, b'"included"')
    assert ask(app, "GET", "/a/c") == (200, b'"after"')


@pytest.mark.parametrize(
    ("path", "segment"), [("/", ""), ("/a", "a"), ("/a/", "a"), ("/a/b/c", "a"), ("//a", "")]
)
def test_the_first_segment_ends_at_the_next_slash(path: str, segment: str) -> None:
    """An empty one is a segment too."""
    assert first_segment(path) == segment
