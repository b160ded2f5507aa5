"""Reading the audit log out, as lines of JSON.

What lives here: writing entries, and the entry that says that somebody has read them. What must not: arguments of a
command (`audit_commands.py`).
"""

from datetime import datetime
from typing import Final, TextIO
from uuid import UUID

from sqlalchemy import bindparam, select

from backwright.actor import SYSTEM
from backwright.audit import audit_log
from backwright.audit_seals import canonical, made_since, plain
from backwright.callers import acting_as
from backwright.columns import Id, fixed_width
from backwright.runtime import Runtime

_PAGE: Final = 1_000
_END: Final = UUID(int=(1 << 128) - 1)


async def write_entries(
    runtime: Runtime, file: TextIO, since: datetime | None = None, until: datetime | None = None
) -> int:
    """Write the entries of a time, the oldest first, each as canonical JSON, as seals digest it: how many they are.

    That they were read is an entry itself, made before the first is shown. Raises `Unavailable`.
    """
    said = {name: fixed_width(at) for name, at in (("since", since), ("until", until)) if at is not None}
    with acting_as(SYSTEM):
        async with runtime.database.work() as work:
            await runtime.audit.record(
                work, action="export", object_type="audit_log", object_id=None, changes=said or None
            )
    first, before = bindparam("first", type_=Id()), bindparam("before", type_=Id())
    page = runtime.database.prepare(
        select(*audit_log.c)
        .where(audit_log.c.id > first, audit_log.c.id < before)
        .order_by(audit_log.c.id)
        .limit(_PAGE)
    )
    at, end = made_since(since) if since else UUID(int=0), made_since(until) if until else _END
    count = 0
    while rows := await runtime.database.fetch(page, {"first": at, "before": end}):
        for row in rows:
            entry = dict(zip(page.columns, row, strict=True))
            file.write(canonical(plain(entry)).decode("utf-8", "surrogatepass") + "\n")
        at, count = rows[-1][0], count + len(rows)
    return count
