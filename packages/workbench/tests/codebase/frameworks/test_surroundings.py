"""Settings, connections, calls to other servers, and lines that are logged."""

from textwrap import dedent

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.syntax import constant


def application(**files: str) -> Application:
    return read_application(
        {f"app/{name.replace('__', '/')}.py": dedent(text) for name, text in files.items()}
    )


def test_settings_from_every_source() -> None:
    """Modules, `app.config`, classes, the environment."""
    app = application(
        settings__dev="DEBUG = True\nSECRET_KEY: str = 'x'\nlower = 1\n",
        config="""
        import os
        from pydantic import Field
        from pydantic_settings import BaseSettings
        class ProductionConfig:
            DEBUG = False
        class Settings(BaseSettings):
            jwt_secret: str = "s"
            url: str = Field(..., env="URL")
            limit: int = Field(5)
        KEY = os.environ.get("KEY", "fallback")
        """,
        main="""
        import os
        from decouple import config
        from flask import Flask
        app = Flask(__name__)
        app.config["JWT_SECRET_KEY"] = "x"
        app.config.update(SESSION_COOKIE_SECURE=True)
        app.config.from_mapping({"A": 1})
        app.secret_key = "k"
        NAME = os.environ["NAME"]
        PASSWORD = config("PASSWORD", default="p")
        data.update(UPPER=1)
        """,
    )
    found = {(each.name, each.source): each for each in app.settings}
    assert found["DEBUG", "module"].environment == "development"
    assert found["DEBUG", "class"].environment == "production"
    assert constant(found["jwt_secret", "class"].value) == "s"
    assert found["url", "class"].value is None
    assert constant(found["limit", "class"].value) == 5
    assert constant(found["KEY", "env"].value) == "fallback"
    assert found["NAME", "env"].value is None
    assert constant(found["PASSWORD", "env"].value) == "p"
    assert {name for name, source in found if source == "config"} == {
        "JWT_SECRET_KEY",
        "SESSION_COOKIE_SECURE",
        "A",
        "SECRET_KEY",
    }


def test_engines_and_connections() -> None:
    """Pooled, not pooled, asynchronous; credentials are left out."""
    app = application(
        main="""
        import sqlite3, asyncpg
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool
        engine = create_engine("postgresql://u:secret@host/db", pool_size=5)
        other = create_engine(URL, poolclass=NullPool)
        def get_db():
            return sqlite3.connect("x.db")
        async def pool():
            return await asyncpg.create_pool(URL)
        """
    )
    told = [(each.library, each.pooled, each.function.name if each.function else "") for each in app.engines]
    assert told == [
        ("sqlalchemy", True, ""),
        ("sqlalchemy", False, ""),
        ("sqlite3", False, "get_db"),
        ("asyncpg", True, "pool"),
    ]
    assert app.engines[0].url == "postgresql://host/db"
    assert app.engines[0].options["pool_size"] == 5


def test_calls_to_other_servers_and_their_timeouts() -> None:
    """None where the library gives up by itself."""
    app = application(
        main="""
        import httpx, requests, smtplib, urllib.request, aiohttp
        from flask import request
        def f(url, options):
            requests.get(url)
            requests.post(url, timeout=3)
            requests.get(url, timeout=None)
            requests.get(url, **options)
            session = requests.Session()
            session.get(url)
            httpx.get(url)
            httpx.Client(timeout=None)
            urllib.request.urlopen(url)
            urllib.request.urlopen(url, None, 3)
            smtplib.SMTP("h", 25)
            request.args.get("x")
            options.get("y")
        async def g(url):
            async with httpx.AsyncClient() as client:
                await client.get(url)
            async with aiohttp.ClientSession() as session:
                await session.get(url)
        """
    )
    told = [(each.library, each.has_timeout) for each in app.outgoing if each.call.name != "ClientSession"]
    assert told[:11] == [
        ("requests", False),
        ("requests", True),
        ("requests", False),
        ("requests", None),
        ("requests", False),
        ("httpx", None),
        ("httpx", False),
        ("urllib", False),
        ("urllib", True),
        ("smtplib", False),
        ("httpx", None),
    ]
    assert [(each.library, each.is_async) for each in app.outgoing[-2:]] == [
        ("aiohttp", True),
        ("aiohttp", True),
    ]


def test_a_timeout_that_is_given_elsewhere_in_the_file_counts() -> None:
    """An adapter or a partial."""
    app = application(
        main="""
        import functools, requests
        session = requests.Session()
        session.request = functools.partial(session.request, timeout=5)
        def f(url):
            return session.get(url)
        """
    )
    assert [each.has_timeout for each in app.outgoing] == [None]


def test_lines_that_are_logged() -> None:
    """By the standard library, structlog, loguru, Flask; and prints."""
    app = application(
        main="""
        import logging, structlog
        from loguru import logger as spy
        from flask import current_app
        log = logging.getLogger(__name__)
        weird = structlog.get_logger()
        logging.info("a")
        log.warn("b")
        weird.error("c")
        spy.success("d")
        current_app.logger.exception("e")
        print("f")
        math.log(3)
        messages.error(request, "g")
        """
    )
    assert [each.level for each in app.logs] == ["info", "warning", "error", "info", "error", "print"]
