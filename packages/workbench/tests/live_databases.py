"""Real databases for tests of the running schema: made with a few statements, dropped at the end.

On a bare machine a server that is not there is a skip; in continuous integration it is a failure.
"""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncmy
import asyncpg
import pytest
from backwright.testing_servers import SERVERS


@contextmanager
def database(engine: str, folder: Path, statements: list[str]) -> Iterator[str]:
    """The address of a database after these statements."""
    if engine == "sqlite":
        place = folder / "live.db"
        with sqlite3.connect(place) as connection:
            connection.executescript(";\n".join(statements))
        connection.close()
        yield f"sqlite:///{place}"
        return
    server = SERVERS[engine]
    try:
        url = server.create()
    except OSError as error:
        reason = f"no {engine} answers: {error}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    try:
        say(url, statements)
        yield url
    finally:
        server.drop(url)


def say(url: str, statements: list[str]) -> list[Any]:
    """Executes statements as the owner; the rows of the last one."""
    return asyncio.run((_postgresql if url.startswith("postgresql") else _mariadb)(url, statements))


async def _postgresql(url: str, statements: list[str]) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [await connection.fetch(each) for each in statements][-1]
    finally:
        await connection.close()


async def _mariadb(url: str, statements: list[str]) -> list[Any]:
    parts = urlsplit(url)
    connection = await asyncmy.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or "root"),
        password=unquote(parts.password or ""),
        database=parts.path.lstrip("/"),
        autocommit=True,
    )
    try:
        async with connection.cursor() as cursor:
            for each in statements:
                await cursor.execute(each)
            return list(await cursor.fetchall())
    finally:
        connection.close()
