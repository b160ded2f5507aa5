"""Lines that are logged or printed.

What lives here: loggers of the standard library, structlog, loguru, Flask. What must not: what may be logged.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, LogCall, Standing

LEVELS = {
    "debug": "debug", "info": "info", "warning": "warning", "warn": "warning", "error": "error", "exception": "error",
    "critical": "critical", "fatal": "critical", "log": "info", "trace": "debug", "success": "info", "msg": "info",
}  # fmt: skip
NAMED = re.compile(r"(?:^|_)(?:log|logger|logging)$", re.I)
LIBRARIES = frozenset({"logging", "structlog", "loguru", "logbook", "logfire"})


def read(app: Application) -> None:
    """Fills `app.logs`."""
    for each in app.nodes(s.Call):
        level = _level(each, app)
        if level:
            app.logs.append(LogCall(level, each.node, each.place, each.function))


def _level(standing: Standing[s.Call], app: Application) -> str:
    call = standing.node
    known = call.refers
    if known in ("builtins.print", "pprint.pprint", "rich.print"):
        return "print"
    level = LEVELS.get(call.name, "")
    if not level or not isinstance(call.callee, s.Attribute):
        return ""
    base = call.callee.base
    if known.partition(".")[0] in LIBRARIES or NAMED.search(s.last_name(base)):
        return level
    kind = app.types.of(base, standing.function)
    return level if kind is not None and kind.name.partition(".")[0] in LIBRARIES else ""
