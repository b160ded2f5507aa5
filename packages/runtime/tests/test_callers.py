"""Hand-written routes get the caller, or close themselves to whoever may not."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated

import httpx2
import pytest
from backwright.accounts import Accounts, current_actor, require
from backwright.actor import ANONYMOUS, SYSTEM, Actor
from backwright.app import create_app
from backwright.audit import audit_log
from backwright.callers import acting_as
from backwright.context import current
from backwright.database import Database
from backwright.guard import check
from backwright.settings import Settings
from fastapi import Depends, FastAPI
from sqlalchemy import select

Bearer = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
async def app(settings: Settings, declared: Accounts) -> AsyncGenerator[FastAPI, None]:
    """A service of its own, with two routes as one would write them."""
    made = create_app(settings, title="Office", accounts=declared)

    @made.get("/whoami")
    async def whoami(actor: Annotated[Actor, Depends(current_actor)]) -> str:
        return str(actor.id)

    @made.get("/reports/{year}", dependencies=[Depends(require("admin", "editor"))])
    async def report(year: int) -> int:
        return year

    async with made.router.lifespan_context(made):
        yield made


async def test_the_signed_in_caller_is_handed_over(client: httpx2.AsyncClient, bearer: Bearer) -> None:
    """And nobody else gets in."""
    ada = await bearer("ada@example.org")
    me = (await client.get("/auth/me", headers=ada)).json()["id"]
    assert (await client.get("/whoami", headers=ada)).json() == me
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        answer = await client.get("/whoami", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_one_of_the_roles_is_enough(
    client: httpx2.AsyncClient, bearer: Bearer, database: Database
) -> None:
    """Without one: 403, and the attempt is on record with the route, not with what was asked for."""
    for roles, status in ((("admin",), 200), (("editor", "viewer"), 200), (("viewer",), 403), ((), 403)):
        who = await bearer("-".join(roles or ("none",)) + "@example.org", *roles)
        assert (await client.get("/reports/2026", headers=who)).status_code == status
    assert (await client.get("/reports/2026")).status_code == 401
    log = audit_log.c
    rows = await database.fetch(
        database.prepare(select(log.action, log.object_type).where(log.action.like("%.denied")))
    )
    assert rows == [("get.denied", "/reports/{year}")] * 2


async def test_such_routes_have_a_rule(app: FastAPI) -> None:
    """So the service starts."""
    check(app.routes)


async def test_a_rule_without_roles_is_a_mistake() -> None:
    """It would refuse everybody."""
    with pytest.raises(TypeError, match="current_actor"):
        require()


async def test_acting_as_ends_with_its_block() -> None:
    """Also when the block fails."""

    def fail() -> None:
        with acting_as(SYSTEM):
            assert current.get().actor is SYSTEM
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail()
    assert current.get().actor is ANONYMOUS
