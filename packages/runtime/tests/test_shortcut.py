"""The short way answers what the long way answers; what a route raises is handled as everywhere."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from backwright.route_index import RouteIndex
from backwright.shortcut import Shortcut
from fastapi import FastAPI, HTTPException
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


class Direct(APIRoute):
    """A route that is called directly."""

    direct = True

    def get_route_handler(self) -> Any:
        return self.endpoint


class Odd(Exception):
    """Something that a service has a handler for."""


async def item(request: Request) -> Response:
    """Answers, or raises what its path says."""
    name = request.path_params["name"]
    if name == "odd":
        raise Odd
    if name == "teapot":
        raise HTTPException(418)
    if name == "defect":
        raise ZeroDivisionError
    return PlainTextResponse(f"{name} {request.scope['route'].path}")


@pytest.fixture
def passed_on() -> list[str]:
    """The paths that went the long way."""
    return []


@pytest.fixture
async def client(passed_on: list[str]) -> AsyncGenerator[httpx2.AsyncClient, None]:
    """Somebody who asks a service with a direct route, an ordinary one, and a handler of its own."""
    app = FastAPI(openapi_url=None)
    app.router.routes.append(Direct("/items/{name}", item, methods=["GET"]))
    app.router.add_route("/plain/{name}", item, methods=["GET"])

    @app.exception_handler(Odd)
    async def odd(_: Request, __: Odd) -> Response:
        return PlainTextResponse("handled", 409)

    index = app.router.middleware_stack = RouteIndex(app.router)

    async def long_way(scope: Any, receive: Any, send: Any) -> None:
        passed_on.append(scope["path"])
        await app(scope, receive, send)

    transport = httpx2.ASGITransport(app=Shortcut(long_way, lambda: index), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


async def test_a_direct_route_answers_without_the_layers(
    client: httpx2.AsyncClient, passed_on: list[str]
) -> None:
    """With the same scope as on the long way; an ordinary route, another method and no route go that way."""
    assert (await client.get("/items/a")).text == "a /items/{name}"
    assert passed_on == []
    assert (await client.get("/plain/a")).text == "a /plain/{name}"
    assert (await client.post("/items/a")).status_code == 405
    assert (await client.get("/nothing")).status_code == 404
    assert passed_on == ["/plain/a", "/items/a", "/nothing"]


@pytest.mark.parametrize("place", ["items", "plain"])
async def test_what_a_route_raises_is_handled_the_same_on_both_ways(
    client: httpx2.AsyncClient, place: str
) -> None:
    """A handler of the service, one of the framework, and none: a 500."""
    assert (await client.get(f"/{place}/odd")).text == "handled"
    assert (await client.get(f"/{place}/teapot")).status_code == 418
    assert (await client.get(f"/{place}/defect")).status_code == 500


async def test_before_all_routes_are_known_everything_goes_the_long_way() -> None:
    """While the service starts."""
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    for kind in ("http", "lifespan"):
        await Shortcut(app, lambda: None)({"type": kind}, None, None)  # type: ignore[arg-type]
    assert seen == ["http", "lifespan"]
