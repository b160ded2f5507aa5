"""Logs: one JSON line for each event, written without ever holding up the event loop.

What lives here: the line's form and the set-up of Python's `logging` (uvicorn's loggers included). What must
not: the writing (`log_writer.py`); bodies, query strings, raw paths. They hold what callers send, and a log is kept for
long.

`access` is the fast path for the one line of each request; everything else is an ordinary `logging` call.
"""

import atexit
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, Any, Final

import msgspec

from backwright import redaction
from backwright.context import Context, current
from backwright.log_writer import Writer, unbuffered
from backwright.settings import Environment, Settings

STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "color_message",
    "taskName",
}
CLIENTS: Final = ("httpx", "httpx2", "httpcore", "httpcore2", "urllib3")
"""HTTP clients that log every address with its query, at a level at which nobody expects secrets."""

_encode: Final = msgspec.json.Encoder().encode


class Sink(logging.Handler):
    """The end of all logging: turns records into lines and hands them to the writer."""

    def __init__(self, writer: Writer, *, readable: bool = False) -> None:
        super().__init__()
        self.writer = writer
        self._form = _readable if readable else _encode

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line of a record. A record that cannot be formatted is reported as such, not raised."""
        try:
            line = self._form(entry(record))
        # backwright: ignore[broad-except] logged as what cannot be formatted; logging stops nothing
        except Exception as error:
            line = self._form({"level": "ERROR", "event": f"A log call failed: {type(error).__name__}"})
        self.writer.add(line)

    def access(self, context: Context, status: int, seconds: float) -> None:
        """Queue the one line of a request."""
        if self._form is _encode:
            self.writer.add(_access_line(context, status, seconds))
            return
        self.writer.add(
            self._form(
                {
                    "level": "INFO",
                    "event": "request",
                    "request_id": context.request_id,
                    "principal": context.actor.principal,
                    "method": context.method,
                    "route": context.route,
                    "status": status,
                    "duration_ms": round(seconds * 1000, 3),
                }
            )
        )


_ACCESS: Final = (
    b'{"time":"%b.%06dZ","level":"INFO","event":"request","request_id":"%b","principal":"%b",%b,'
    b'"duration_ms":%.3f,"ip":%b}'
)


def _access_line(context: Context, status: int, seconds: float) -> bytes:
    """The line of a request as JSON. It is put together from texts, because printing an object takes twice as long:
    what is the same for many requests is printed once, and the rest cannot hold a character that JSON escapes.
    """
    at = time.time()
    return _ACCESS % (
        _second(int(at)),
        at % 1 * 1_000_000,
        context.request_id.encode(),
        context.actor.principal.encode(),
        _told(context.method, context.route, status),
        seconds * 1000,
        _text(context.client_ip),
    )


@lru_cache(maxsize=4)
def _second(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").removesuffix("+00:00").encode()


@lru_cache(maxsize=1_000)
def _told(method: str, route: str, status: int) -> bytes:
    return _encode({"method": method, "route": route, "status": status})[1:-1]


@lru_cache(maxsize=4_000)
def _text(text: str) -> bytes:
    return _encode(text)


def entry(record: logging.LogRecord) -> dict[str, Any]:
    """A record as the fields of its line, redacted and with control characters written out."""
    context = current.get()
    found: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC),
        "level": record.levelname,
        "event": redaction.clean("event", record.getMessage()),
        "logger": record.name,
    }
    if context.request_id != "-":
        actor = context.actor
        found["request_id"] = context.request_id
        found["principal"] = actor.principal
        found["method"] = context.method
        if context.route:
            found["route"] = context.route
    for key, value in vars(record).items():
        if key not in STANDARD:
            found[key] = redaction.clean(key, value)
    if record.exc_info and record.exc_info[0] is not None:
        stack = "".join(traceback.format_exception(*record.exc_info))
        found["stack"] = redaction.text(stack)
    return found


def _readable(fields: dict[str, Any]) -> bytes:
    """A line for a person at a terminal: time, level, what happened, then the rest as `key=value`."""
    shown = dict(fields)
    at: datetime = shown.pop("time", None) or datetime.now(UTC)
    level, event, stack = shown.pop("level"), shown.pop("event"), shown.pop("stack", "")
    if event == "request":
        head = f"{shown['status']} {shown['method']:<6} {shown['route']}  {shown['duration_ms']:.1f} ms"
        rest = f"{shown['principal']} {shown['request_id']}"
    else:
        head = str(event)
        rest = " ".join(f"{key}={value}" for key, value in shown.items() if key not in ("logger", "method"))
    head, rest = redaction.visible(head), redaction.visible(rest)
    line = f"{at.astimezone():%H:%M:%S} {level:<7} {head}  \x1b[2m{rest}\x1b[0m"
    return "\n".join([line, *stack.splitlines()]).encode(errors="backslashreplace")


_active: Sink | None = None


def sink() -> Sink | None:
    """Where this process logs to; `None` until `configure` has been called."""
    return _active


def configure(settings: Settings, stream: IO[bytes] | None = None) -> Sink:
    """Send all logging of this process through one sink to `stream` (standard output if not given).

    May be called again: the earlier sink is closed first.
    """
    global _active
    release()
    target = stream or unbuffered(sys.stdout.buffer)
    readable = settings.environment is Environment.DEVELOPMENT and target.isatty()
    _active = Sink(Writer(target), readable=readable)
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(_active)
    root.setLevel(settings.log_level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
    logging.getLogger("uvicorn.access").disabled = True
    for name in CLIENTS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    return _active


def release() -> None:
    """Write what waits and detach the sink."""
    global _active
    if _active is not None:
        logging.getLogger().removeHandler(_active)
        logging.captureWarnings(False)
        _active.writer.close()
        _active = None


def set_level(level: str) -> None:
    """Change what is logged while the service runs."""
    logging.getLogger().setLevel(level)


def toggle_debug(settings: Settings) -> None:
    """Switch between DEBUG and the configured level; the answer to SIGUSR1."""
    debug = logging.getLogger().level == logging.DEBUG
    set_level(settings.log_level if debug else "DEBUG")


atexit.register(release)
