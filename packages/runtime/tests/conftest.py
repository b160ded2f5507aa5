"""A small service with accounts, for the tests of everything around signing in.

Other test modules may define fixtures of the same names; theirs win.
"""

import logging
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.database import Database
from backwright.entity import Entity
from backwright.limits import MemoryStore
from backwright.runtime import Runtime
from backwright.settings import Settings
from backwright.storage import open_storage
from fastapi import FastAPI

sys.path.insert(0, str(Path(__file__).parent))  # the shop, a service for the tests of resources
import services
from browser_flows import EMAIL, PASSWORD, Page
from mailboxes import Mailbox
from office_databases import office_settings, office_template
from office_roles import Role
from shop.service import Shop, running


@pytest.fixture(autouse=True)
def level_of_the_log() -> Iterator[None]:
    """A service that is started sets the level of the whole process; the next test hears what it asks for."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)


@pytest.fixture(scope="session")
def user_class() -> type[Account]:
    """The one class on the table `users`: another test module may have brought one."""
    for mapper in Entity.registry.mappers:
        if issubclass(mapper.class_, Account):
            return mapper.class_

    class User(Account):
        """A person's account."""

        __tablename__ = "users"

    return User


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    """Whoever signs up becomes a viewer."""
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER)


@pytest.fixture(params=services.engines())
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine that the suite is to run on: whoever asks for a database gets it once on each."""
    found: str = request.param
    if found == "postgresql":
        services.postgresql()
    if found == "mariadb":
        services.mariadb()
    return found


@pytest.fixture
def settings(tmp_path: Path, engine: str, user_class: type[Account]) -> Iterator[Settings]:
    """Hashing at the least cost, a database of its own, no default rate limit in the way."""
    lent = office_template(engine).lend(tmp_path, "office.db")
    yield office_settings(tmp_path, lent)
    office_template(engine).give_back(lent)


@cache
def office(engine: str, declared: Accounts) -> FastAPI:
    """The service, made once for each engine; what it has compiled is the same for every test."""
    url = office_template(engine).url
    return create_app(office_settings(Path("var"), url), title="Office", accounts=declared)


@pytest.fixture
async def app(settings: Settings, engine: str, declared: Accounts) -> AsyncGenerator[FastAPI, None]:
    """The service, started on a database of its own, with nothing left of what it knew. Add no routes to it."""
    made = office(engine, declared)
    runtime: Runtime = made.state.runtime
    runtime.settings = settings
    runtime.database.use(settings.database_url)
    runtime.storage = open_storage(settings.files_url)
    runtime.cache.clear()
    runtime.limiter.store = MemoryStore()
    Mailbox(runtime.mail).clear()
    assert runtime.accounts is not None
    runtime.accounts.keyring._keys, runtime.accounts.keyring._loaded_at = {}, None
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def runtime(app: FastAPI) -> Runtime:
    """The parts of the service."""
    found: Runtime = app.state.runtime
    return found


@pytest.fixture
def database(runtime: Runtime) -> Database:
    """Its database, open."""
    return runtime.database


@pytest.fixture
def accounts(runtime: Runtime) -> BoundAccounts:
    """Its accounts."""
    assert runtime.accounts is not None
    return runtime.accounts


@pytest.fixture
def mailbox(runtime: Runtime) -> Mailbox:
    """The mail that the service has sent."""
    return Mailbox(runtime.mail)


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    """Somebody who calls it."""
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


@pytest.fixture
async def page(app: FastAPI, accounts: BoundAccounts) -> AsyncGenerator[Page, None]:
    """A page in a browser that has not signed in, of a service that knows Ada."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["admin"])
    made = Page(app)
    async with made.http:
        yield made


@pytest.fixture
def bearer(accounts: BoundAccounts) -> Callable[..., Awaitable[dict[str, str]]]:
    """The headers of an account with these roles: `await bearer("ada@example.org", "admin")`."""

    async def headers(email: str, *roles: str) -> dict[str, str]:
        user_id = await accounts.ensure_account(email, name="", roles=roles)
        return {"Authorization": f"Bearer {(await accounts.open_session(user_id)).access_token}"}

    return headers


@pytest.fixture(scope="session")
def s3_servers() -> Iterator[Callable[[str], Any]]:
    """`s3_servers("moto")`, `s3_servers("s3rver")`: started at the first use, for the whole run."""
    from s3_services import SERVERS

    started: dict[str, Any] = {}
    with ExitStack() as stack:

        def server(name: str) -> Any:
            if name not in started:
                started[name] = stack.enter_context(SERVERS[name]())
            return started[name]

        yield server


@pytest.fixture
async def shop(tmp_path: Path, engine: str) -> AsyncGenerator[Shop, None]:
    """A started shop with an empty database."""
    async with running(tmp_path, engine) as found:
        yield found


@pytest.fixture
async def sqlite_shop(tmp_path: Path) -> AsyncGenerator[Shop, None]:
    """The same on SQLite alone, for what is that engine's own."""
    async with running(tmp_path) as found:
        yield found
