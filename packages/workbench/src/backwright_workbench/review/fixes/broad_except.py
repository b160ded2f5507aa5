"""What was caught is logged, and `except:` no longer takes the end of the process."""

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.spot import Spot

LOGGERS = ("logging.getLogger", "loguru.logger", "structlog.get_logger", "structlog.stdlib.get_logger")


def mend(spot: Spot) -> Mend | None:
    """The handler begins with `logger.exception(…)`; the rest of it stays."""
    handler = next(spot.nodes(cst.ExceptHandler), None)
    if handler is None or not isinstance(handler.body, cst.IndentedBlock) or not handler.body.body:
        return None
    edits: list[Edit] = []
    start = spot.source.span(handler)[0]
    if handler.type is None:
        edits.append(spot.source.insert(start + len("except"), " Exception"))
    first = spot.source.span(handler.body.body[0])[0]
    line = spot.source.text.rfind("\n", 0, first) + 1
    indent = spot.source.text[line:first]
    if indent.strip():
        return None
    function = spot.function
    what = f"{function.name} failed" if function is not None else "unexpected error"
    logger = _logger(spot)
    call = f'{logger or "logging.getLogger(__name__)"}.exception("{what}")'
    nothing = _pass(handler.body)
    if nothing is not None:
        edits.append(spot.source.replace(nothing, call))
    else:
        edits.append(spot.source.insert(first, f"{call}{spot.source.newline}{indent}"))
    return spot.mend(*edits, imports=() if logger else ("logging",))


def _pass(body: cst.IndentedBlock) -> cst.Pass | None:
    """The `pass` that is all of a body."""
    line = body.body[0]
    if (
        len(body.body) == 1
        and isinstance(line, cst.SimpleStatementLine)
        and isinstance(line.body[0], cst.Pass)
    ):
        return line.body[0]
    return None


def _logger(spot: Spot) -> str:
    """The logger that the file has already."""
    for name, assign in spot.module.assigned():
        if s.refers(assign.value) in LOGGERS:
            return name
    return next((name for name, known in spot.module.imports.items() if known in LOGGERS), "")
