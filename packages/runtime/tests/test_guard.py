"""A service does not start with a route that does not say who may call it."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from backwright.accounts import current_actor, require
from backwright.actor import Actor
from backwright.app import create_app
from backwright.guard import RouteWithoutRule, public
from backwright.settings import Settings
from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
        migrations=tmp_path / "none",
    )
    return create_app(settings, title="Things")


async def start(app: FastAPI) -> None:
    async with app.router.lifespan_context(app):
        pass


async def handler() -> None: ...


async def actor_handler(actor: Annotated[Actor, Depends(current_actor)]) -> None: ...


async def test_the_runtimes_own_routes_are_in_order(app: FastAPI) -> None:
    """Probes and docs are marked as open."""
    await start(app)


async def test_a_forgotten_rule_stops_the_start_and_names_the_route(app: FastAPI) -> None:
    """With what to write; several at once."""
    app.get("/report")(handler)
    app.post("/import")(handler)
    with pytest.raises(RouteWithoutRule, match="current_actor") as caught:
        await start(app)
    assert "GET /report" in str(caught.value)
    assert "POST /import" in str(caught.value)


@pytest.mark.parametrize("dependency", [public(), Depends(current_actor), Depends(require("admin"))])
async def test_a_rule_may_stand_on_the_route_or_on_its_router(app: FastAPI, dependency: Any) -> None:
    """Open to all, to signed-in callers, to a role; also for routers inside routers."""
    app.get("/one", dependencies=[dependency])(handler)
    outer, inner = APIRouter(dependencies=[dependency]), APIRouter(prefix="/inner")
    inner.get("/two")(handler)
    outer.include_router(inner)
    app.include_router(outer, prefix="/outer")
    await start(app)


async def test_a_parameter_counts_as_a_rule(app: FastAPI) -> None:
    """Who asks for the actor has asked who is calling."""
    app.get("/mine")(actor_handler)
    await start(app)


async def test_a_router_without_a_rule_is_found_where_it_is_included(app: FastAPI) -> None:
    """Nesting hides nothing."""
    inner = APIRouter(prefix="/inner")
    inner.get("/two")(handler)
    app.include_router(inner, prefix="/outer")
    with pytest.raises(RouteWithoutRule, match="GET /outer/inner/two"):
        await start(app)


@pytest.mark.parametrize(
    "route",
    [
        Route("/raw", PlainTextResponse("raw")),
        Mount("/mounted", FastAPI()),
    ],
)
async def test_routes_outside_of_fastapi_are_no_way_around(app: FastAPI, route: Any) -> None:
    """A mounted application cannot be looked into, so it has no rule."""
    app.router.routes.append(route)
    with pytest.raises(RouteWithoutRule, match=route.path):
        await start(app)
