"""What a service may do and how it is set, as an entry of the audit log whenever that has changed.

What lives here: comparing the rules and settings of this start with those of the last entry. What must not: the rules
themselves (`access_matrix.py`), how settings are read. Secrets are left out; where the others stand is not told apart.
"""

import hashlib
import logging
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from sqlalchemy import select

from backwright.access_matrix import matrix
from backwright.actor import SYSTEM
from backwright.audit import audit_log, redacted
from backwright.audit_seals import canonical
from backwright.callers import acting_as
from backwright.errors import Error
from backwright.secret_source import is_secret
from backwright.service_version import service_version

if TYPE_CHECKING:
    from backwright.runtime import Runtime
    from backwright.settings import Settings

OBJECT: Final = "service"
ACTION: Final = "configure"

_log = logging.getLogger("backwright.audit")


async def record_policy(app: FastAPI) -> bool:
    """Make an entry if the access rules, the settings or the version are others than at the last start: whether.

    Several processes that start together make one. A database that cannot be written is no reason not to start.
    """
    runtime: Runtime = app.state.runtime
    said = redacted(policy(app))
    last = runtime.database.prepare(
        select(audit_log.c.changes)
        .where(audit_log.c.object_type == OBJECT, audit_log.c.action == ACTION)
        .order_by(audit_log.c.id.desc())
        .limit(1)
    )
    try:
        if await runtime.database.fetch(last) == [(said,)]:
            return False
        with acting_as(SYSTEM):
            async with runtime.database.work() as work:
                await work.lock("audit policy")
                if await work.fetch(last) == [(said,)]:
                    return False
                await runtime.audit.record(
                    work, action=ACTION, object_type=OBJECT, object_id=None, changes=said
                )
    except Error as error:
        reason = error.detail or str(error.kind)
        _log.warning("rules and settings are not in the audit log", extra={"reason": reason})
        return False
    return True


def policy(app: FastAPI) -> dict[str, Any]:
    """The version, the access matrix as a digest, and every setting that is no secret."""
    runtime: Runtime = app.state.runtime
    return {
        "version": service_version(runtime.settings),
        "access": hashlib.sha256(canonical(matrix(app))).hexdigest(),
        "settings": shown(runtime.settings),
    }


def shown(settings: "Settings") -> list[str]:
    """`NAME=value` of each setting that nobody has to hide."""
    fields = type(settings).model_fields
    return sorted(
        f"{name.upper()}={getattr(settings, name)}" for name, field in fields.items() if not is_secret(field)
    )
