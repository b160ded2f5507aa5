"""Holes in the example service that do not get in each other's way, planted together: starting it once shows them all.

Each is named where a test expects that it is found; `WEAK` is the code of those that are written by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backwright_workbench.verify.opening import Opened
from verify_planting import planted

MAIN = "src/work_orders/main.py"
MODULE = "src/work_orders/weak.py"
TECHNICIANS = "src/work_orders/technicians/resource.py"
ASSETS = "src/work_orders/assets/resource.py"

WEAK = '''"""What people write by hand, with holes."""

from typing import Any
from uuid import UUID

from backwright import accounts, cors, guard, middleware, sessions, tokens
from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import select, text, update

from work_orders.assets.models import Asset
from work_orders.work_orders.models import WorkOrder

SIGNED_IN = [Depends(accounts.current_actor)]


def shown(row: Any) -> dict[str, Any]:
    return {column.key: str(getattr(row, column.key)) for column in row.__table__.columns}


async def rows(request: Request, statement: Any) -> list[Any]:
    async with request.app.state.runtime.database.reading() as session:
        return list((await session.execute(statement)).scalars())


def routes(app: APIRouter) -> None:
    @app.get("/statistics", dependencies=[guard.public()])
    async def statistics() -> dict[str, int]:
        return {"orders": 1}

    @app.get("/internal/export", dependencies=[guard.public()], include_in_schema=False)
    async def export() -> dict[str, int]:
        return {"orders": 1}

    @app.get("/raw/work-orders/{id}", dependencies=SIGNED_IN)
    async def raw_order(id: str, request: Request) -> Any:
        found = await rows(request, select(WorkOrder))
        return [shown(each) for each in found if str(each.id) == id]

    @app.get("/latest", dependencies=SIGNED_IN, include_in_schema=False)
    async def latest(request: Request) -> Any:
        return [shown(each) for each in await rows(request, select(WorkOrder).order_by(WorkOrder.id.desc()).limit(99))]

    @app.get("/find", dependencies=SIGNED_IN)
    async def find(name: str, request: Request) -> Any:
        try:
            return [str(each) for each in await rows(request, text(f"SELECT id FROM assets WHERE name = '{name}'"))]
        except Exception:
            return []

    @app.get("/pages", dependencies=SIGNED_IN)
    async def pages(title: str) -> HTMLResponse:
        return HTMLResponse(f"<h1>{title}</h1>")

    @app.get("/sum", dependencies=SIGNED_IN)
    async def total(number: str) -> Any:
        try:
            return {"sum": int(number) + 1}
        except ValueError as error:
            import traceback

            return JSONResponse({"detail": f"{error}", "at": traceback.format_exc()}, 400)

    @app.patch("/assets/{id}/raw", dependencies=SIGNED_IN)
    async def raw_asset(id: str, request: Request, body: dict[str, Any] = Body(...)) -> Any:
        known = {key: value for key, value in body.items() if key in ("name", "version")}
        async with request.app.state.runtime.database.work() as work:
            await work.session.execute(update(Asset).where(Asset.id == UUID(id)).values(**known))
        return {"id": id}


def unsigned(verify: Any) -> Any:
    async def without(self: Any, token: str) -> Any:
        head, claims, *_ = token.split(".")
        if b"none" in tokens.urlsafe_b64decode(head.encode()):
            told = tokens._read_payload(tokens.urlsafe_b64decode(claims.encode()))
            return tokens.Claims(told.sub, told.sid, float(told.exp))
        return await verify(self, token)

    return without


async def endless(*given: Any) -> bool:
    return True


def weakened() -> APIRouter:
    middleware.SECURITY[:] = [each for each in middleware.SECURITY if each[0] != b"x-content-type-options"]
    middleware.PROBES = middleware.PROBES | {"/technicians"}
    sessions.Sessions.end = endless
    tokens._COMPACT = tokens.re.compile(".*")
    tokens.AccessTokens.verify = unsigned(tokens.AccessTokens.verify)
    cors.Cors.headers = lambda self, origin: (
        [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true")] if origin else []
    )

    router = APIRouter()
    routes(router)
    return router
'''


@contextmanager
def weak_service(good: Opened, folder: Path) -> Iterator[Opened]:
    """The example with all of them, opened."""
    edits = {
        MAIN: (
            "        resources=(assets, technicians, work_orders),\n",
            "        resources=(assets, technicians, work_orders),\n"
            "        routers=(__import__('work_orders.weak', fromlist=['']).weakened(),),\n",
        ),
        MODULE: ("", WEAK),
        TECHNICIANS: ("allow.read(where=mine)", "allow.read()"),
        ASSETS: ("Role.VIEWER: allow.read()", "Role.VIEWER: allow.read() | allow.delete()"),
    }
    with planted(good, folder, edits) as opened:
        yield opened
