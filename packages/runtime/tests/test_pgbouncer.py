"""The service behind PgBouncer in transaction mode, where each transaction may run on another server connection.

The tests that are imported here are those of the resources: they run once more, through PgBouncer.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import services
from backwright.migration_connections import run
from backwright.migrations import downgrade, upgrade
from backwright.postgresql import PostgreSQL
from backwright.settings import Settings
from pgbouncer_server import SETTINGS, keeps_statements, pgbouncer
from shop.service import Shop, application, running, template
from sqlalchemy import text
from sqlalchemy.engine import make_url
from test_idempotency import (  # noqa: F401
    test_bulk_and_actions_are_carried_out_once,
    test_the_same_create_again_gets_the_same_answer_and_makes_nothing,
)
from test_migration_connections import ONE, TWO
from test_migrations import write
from test_writes import *  # noqa: F403


@pytest.fixture(params=["limits by session", "limits by transaction", "prepared statements"], scope="module")
def bouncer(request: pytest.FixtureRequest) -> Iterator[tuple[int, bool]]:
    """Its port and whether statements are prepared: what the documentation says that it takes, or less."""
    services.postgresql()
    prepared = request.param == "prepared statements"
    if prepared and not keeps_statements():
        pytest.skip("this PgBouncer is older than 1.21 and keeps no prepared statements")
    ignored = "extra_float_digits" if request.param == "limits by transaction" else SETTINGS
    with pgbouncer(ignored, statements=200 if prepared else 0) as port:
        yield port, prepared


@pytest.fixture
def engine() -> str:
    """All of this is about PostgreSQL."""
    return "postgresql"


@pytest.fixture
async def shop(bouncer: tuple[int, bool], engine: str, tmp_path: Path) -> AsyncGenerator[Shop, None]:
    """The shop on a database behind PgBouncer."""
    port, prepared = bouncer
    lent = template(engine).lend(tmp_path)
    through = make_url(lent).set(host="127.0.0.1", port=port, username="anybody", query={})
    database = application(engine).state.runtime.database
    limits = database.limits
    database.limits = replace(limits, prepared=prepared)
    try:
        async with running(tmp_path, engine, url=through.render_as_string(hide_password=False)) as found:
            yield found
    finally:
        database.limits = limits
    template(engine).give_back(lent)


async def test_limits_hold_whoever_sets_them(shop: Shop, bouncer: tuple[int, bool]) -> None:
    """Where PgBouncer takes no settings they go with each transaction, and writes take one."""
    found = shop.database.engine
    assert isinstance(found, PostgreSQL)
    async with shop.database.work() as work:
        waits = (await work.session.execute(text("SHOW lock_timeout"))).scalar_one()
    assert found.writes_at_once == bouncer[1]
    assert waits in ("5s", "0")  # PgBouncer that passes a setting over has dropped it
    assert (waits == "5s") == (not found._takes_settings)


async def test_more_callers_than_server_connections_are_all_served(shop: Shop) -> None:
    """Ten connections of ours share four of the server's."""
    await shop.headers("manager")
    body = [{"sku": f"many-{number}", "title": "x", "price": "1.00"} for number in range(60)]
    answers = await asyncio.gather(*(shop.post("manager", "/products", each) for each in body))
    assert {answer.status_code for answer in answers} == {201}
    assert len((await shop.get("manager", "/products", limit="100")).json()["items"]) == 60


async def test_migrations_run_through_it(shop: Shop, tmp_path: Path) -> None:
    """Up, down and up again with other runners shut out: their lock and their limits are of a transaction."""
    write(tmp_path / "migrations", one=ONE, two=TWO)
    url = shop.database.url.render_as_string(hide_password=False)
    settings = Settings(
        _env_file=None, environment="test", database_url=url, migrations=tmp_path / "migrations"
    )
    assert (await asyncio.to_thread(upgrade, settings)).is_current
    assert (await asyncio.to_thread(downgrade, settings, "base")).current is None
    assert (await asyncio.to_thread(upgrade, settings)).is_current
    waits = text("SHOW lock_timeout")
    assert await asyncio.to_thread(run, url, lambda connection: connection.execute(waits).scalar()) == "5s"
    await asyncio.to_thread(downgrade, settings, "base")
