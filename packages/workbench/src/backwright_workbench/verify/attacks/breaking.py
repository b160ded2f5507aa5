"""Making a backend fail from within, on its own throw-away database: its tables go while it runs.

What lives here: taking them away. What must not: what is asked meanwhile. A statement that fails in the database is
what makes a backend say most about itself.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy.engine import make_url

from backwright_workbench.verify.stand.stand import Stand


def without_tables(stand: Stand, tables: Sequence[str]) -> str:
    """Renames tables, so that statements about them fail: what was done, empty if nothing can be."""
    if stand.database is None:
        return ""
    if stand.engine == "sqlite":
        with closing(sqlite3.connect(str(make_url(stand.database).database), timeout=20)) as connection:
            for table in tables:
                connection.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_gone"')
            connection.commit()
        return "its tables are gone"
    if stand.engine == "postgresql":
        asyncio.run(_renamed(stand.database, tables))
        return "its tables are gone"
    if stand.gate is not None:
        stand.gate.close()
        return "its database is down"
    return ""


async def _renamed(url: str, tables: Sequence[str]) -> None:
    import asyncpg  # type: ignore[import-untyped]  # here: only where there is such a server

    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        for table in tables:
            await connection.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_gone"')
    finally:
        await connection.close()
