"""Asking a running database about itself: reading only, and not for long.

What lives here: connections. What must not: what is asked (`codebase/live`), or what the answers mean.
The address holds a password: it is never shown, and is taken out of what a driver says.
"""

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from backwright_workbench.errors import UserError

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 20
DIALECTS = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mariadb",
    "mariadb": "mariadb",
    "sqlite": "sqlite",
}
Answers = dict[str, list[dict[str, Any]]]


def dialect_of(url: str) -> str:
    """Which kind of database an address names: `postgresql+asyncpg://…` is PostgreSQL. Raises `UserError`."""
    scheme = url.partition("://")[0].partition("+")[0].lower()
    if "://" not in url or scheme not in DIALECTS:
        raise UserError(
            "that is no address of a database",
            why=f"it begins with {scheme!r}" if "://" in url else None,
            next_step="give postgresql://user:password@host/name, mysql://user@host/name or sqlite:///file.db",
        )
    return DIALECTS[scheme]


def without_password(url: str) -> str:
    """An address as it may be shown."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{url.partition('://')[0]}://…"
    host = (
        f"{parts.username}@{parts.hostname or ''}{port}"
        if parts.username
        else f"{parts.hostname or ''}{port}"
    )
    return (
        urlunsplit((parts.scheme, host, parts.path, "", ""))
        if parts.hostname or parts.path
        else f"{parts.scheme}://…"
    )


def answers(url: str, questions: Mapping[str, str]) -> Answers:
    """What the database answers to each question. Raises `UserError` if it cannot be asked."""
    dialect = dialect_of(url)
    try:
        if dialect == "sqlite":
            return _sqlite(url, questions)
        ask = _postgresql if dialect == "postgresql" else _mariadb
        return asyncio.run(asyncio.wait_for(ask(url, questions), CONNECT_SECONDS + 4 * STATEMENT_SECONDS))
    except ModuleNotFoundError as error:
        raise UserError(
            f"there is no driver for {dialect} here",
            why=str(error),
            next_step=f"pip install 'backwright-runtime[{dialect}]'",
        ) from None
    except UserError:
        raise
    except (
        Exception
    ) as error:  # whatever a driver raises: it must not end in its words, which may hold the address
        raise _refused(url, error) from None


def _refused(url: str, error: BaseException) -> UserError:
    said = " ".join(str(error).split()) or type(error).__name__
    password = urlsplit(url).password if "@" in url else None
    for secret in (url, password, unquote(password or "")):
        said = said.replace(secret, "…") if secret else said
    return UserError(
        "the database cannot be asked",
        where=without_password(url),
        why=said[:300],
        next_step="check the address, and that its user may connect and read the catalogue",
    )


async def _postgresql(url: str, questions: Mapping[str, str]) -> Answers:
    import asyncpg  # type: ignore[import-untyped, unused-ignore]

    plain = f"postgresql://{url.partition('://')[2]}"
    limit = f"{STATEMENT_SECONDS}s"
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": limit,
        "idle_in_transaction_session_timeout": limit,
        "lock_timeout": "2s",
        "application_name": "backwright review",
    }
    connection = await asyncpg.connect(
        plain, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS + 5, server_settings=settings
    )
    try:
        async with connection.transaction(readonly=True, isolation="repeatable_read"):
            return {
                name: [dict(each) for each in await connection.fetch(question)]
                for name, question in questions.items()
            }
    finally:
        await connection.close(timeout=5)


async def _mariadb(url: str, questions: Mapping[str, str]) -> Answers:
    import asyncmy  # type: ignore[import-untyped, unused-ignore]
    from asyncmy.cursors import DictCursor  # type: ignore[import-untyped, unused-ignore]

    parts = urlsplit(url)
    connection = await asyncmy.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or "root"),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.lstrip("/")),
        connect_timeout=CONNECT_SECONDS,
    )
    try:
        async with connection.cursor(cursor=DictCursor) as cursor:
            await cursor.execute("SELECT VERSION() AS version")
            is_mariadb = "mariadb" in str((await cursor.fetchone())["version"]).lower()
            if is_mariadb:
                await cursor.execute(f"SET SESSION max_statement_time = {STATEMENT_SECONDS}")
            else:
                await cursor.execute(f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}")
            await cursor.execute("START TRANSACTION READ ONLY")
            found: Answers = {}
            for name, question in questions.items():
                await cursor.execute(question)
                found[name] = [dict(each) for each in await cursor.fetchall()]
            return found
    finally:
        connection.close()


def _sqlite(url: str, questions: Mapping[str, str]) -> Answers:
    place = Path(unquote(url.partition("://")[2].removeprefix("/").partition("?")[0]))
    if not place.is_file():
        raise UserError(
            "there is no such database",
            where=str(place),
            next_step="give sqlite:///file.db, or sqlite:////full/path",
        )
    connection = sqlite3.connect(f"file:{quote(str(place))}?mode=ro", uri=True, timeout=CONNECT_SECONDS)
    ends = time.monotonic() + STATEMENT_SECONDS
    connection.set_progress_handler(lambda: int(time.monotonic() > ends), 100_000)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.row_factory = sqlite3.Row
        return {
            name: [dict(each) for each in connection.execute(question)]
            for name, question in questions.items()
        }
    finally:
        connection.close()
