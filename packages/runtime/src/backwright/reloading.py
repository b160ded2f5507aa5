"""Reading secrets again when told to (SIGHUP), without a restart and without losing a request.

What lives here: what may change while a service runs, which is the user and password of its database. What must not:
where secrets are read (`secret_source.py`). What cannot be read, or is refused by the server, changes nothing.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from pydantic import ValidationError

from backwright.actor import SYSTEM
from backwright.callers import acting_as
from backwright.errors import Error
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.runtime import Runtime

_under_way: set[asyncio.Task[None]] = set()
_log = logging.getLogger("backwright.reloading")


async def reload(runtime: "Runtime") -> None:
    """Take over what may change, say what needs a restart, and make an entry in the audit log."""
    try:
        found = await asyncio.to_thread(runtime.settings.read_again)
    except ValidationError as error:
        wrong = sorted({str(each["loc"][0]).upper() for each in error.errors() if each["loc"]})
        _log.error("the settings cannot be read again; the old ones stay", extra={"settings": wrong})
        return
    try:
        renewed = await runtime.database.renew()
    except Error as error:
        _log.error("the database refuses the new password; the old one stays", extra={"reason": error.detail})
        return
    waiting = changed(runtime.settings, found)
    extra = {"database": "renewed" if renewed else "unchanged", "needs_a_restart": waiting}
    _log.info("the settings were read again", extra=extra)
    try:
        with acting_as(SYSTEM):
            async with runtime.database.work() as work:
                await runtime.audit.record(
                    work, action="reload", object_type="settings", object_id=None, changes=extra
                )
    except Error as error:
        _log.warning("reading the settings again is not in the audit log", extra={"reason": error.detail})


def soon(runtime: "Runtime") -> None:
    """The same from a signal, which cannot wait."""
    task = asyncio.get_running_loop().create_task(reload(runtime))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


def changed(old: Settings, new: Settings) -> list[str]:
    """The names of other settings that are not what they were; they count after a restart."""
    # A secret that is made because none is set is another one each time.
    made = {"secret_key"} if "secret_key" not in new.model_fields_set else set()
    names = [name for name in type(old).model_fields if name not in {"database_url", *made}]
    return [name.upper() for name in names if getattr(old, name) != getattr(new, name)]
