"""The statements that a backend really sends to its database, seen from outside.

What lives here: listening, on a stand of its own (`listening`). What must not: judging.

On a server the gate passes on what it hears. SQLite has no connection to listen at: there every connection of the
backend's process traces what it carries out, by a `sitecustomize` on its path.
"""

import json
import queue
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from backwright_workbench.errors import SetupError
from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.verify.stand.callers import TIMEOUT, Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.wire import CLIENTS, MariaDBClient, PostgreSQLClient, Value
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.network import wait_until

CALM: Final = 1.2
"""Seconds without requests in which a backend shows what it sends by itself."""

SETTLED: Final = 0.004
"""Seconds after an answer in which the last bytes of its request are still passed on."""

_CONTROL: Final = re.compile(
    r"^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW|DISCARD|RESET|START|PRAGMA|DEALLOCATE|LISTEN|UNLISTEN|--|$)",
    re.I,
)
_LITERALS: Final = re.compile(
    r"E?'(?:[^'\\]|''|\\.)*'|\bx'[0-9a-f]*'|(?<![\w$\"`.?])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\b", re.I
)
_LISTS: Final = re.compile(r"\((\s*(?:\?|\$\d+|NULL)\s*)(?:,\s*(?:\?|\$\d+|NULL)\s*)+\)")

TRACE: Final = '''
"""Has each connection of this process say what it carries out."""
import json, os, sqlite3
_file = open(os.environ["BACKWRIGHT_TRACE"], "a", buffering=1)
_connect = sqlite3.connect
def _say(sql):
    _file.write(json.dumps(sql) + "\\n")
def connect(*arguments, **options):
    connection = _connect(*arguments, **options)
    connection.set_trace_callback(_say)
    return connection
sqlite3.connect = sqlite3.dbapi2.connect = connect
'''


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that was carried out; `values` where they were sent apart from it."""

    sql: str
    values: tuple[Value, ...] | None = None

    @property
    def shape(self) -> str:
        """The statement without its values: what tells statements apart that code sends again and again."""
        return shape(self.sql)

    @property
    def is_control(self) -> bool:
        """Whether it only begins or ends something, or sets the session."""
        return bool(_CONTROL.match(self.sql.lstrip()))


def shape(sql: str) -> str:
    """A statement with `?` for each literal, and one for each list of them."""
    bare = " ".join(_LITERALS.sub("?", sql).split())
    return _LISTS.sub(r"(\1)", bare)


class Ear:
    """What is heard at one stand. `fresh` returns what it has heard since it was asked last."""

    def __init__(self, fresh: Callable[[], Iterable[Statement]]) -> None:
        self._fresh = fresh
        self.noise: frozenset[str] = frozenset()
        """Shapes of what is sent although nobody asks for anything."""

    @contextmanager
    def during(self) -> Iterator[list[Statement]]:
        """What the requests in the block have sent: a list that is filled when the block ends."""
        list(self._fresh())
        found: list[Statement] = []
        yield found
        time.sleep(SETTLED)
        found += [each for each in self._fresh() if not each.is_control and each.shape not in self.noise]


class _AtGate:
    """Listens at a gate, from the next connections on."""

    def __init__(self, engine: str) -> None:
        self._client = CLIENTS[engine]
        self._clients: dict[int, PostgreSQLClient | MariaDBClient] = {}
        self._heard: queue.SimpleQueue[Statement] = queue.SimpleQueue()

    def hears(self, connection: int, chunk: bytes) -> None:
        """Take what passes."""
        for sql, values in self._clients.setdefault(connection, self._client()).says(chunk):
            self._heard.put(Statement(sql, values))

    def fresh(self) -> Iterator[Statement]:
        """What came since the last call."""
        with suppress(queue.Empty):
            while True:
                yield self._heard.get_nowait()


class _InFile:
    """Reads what a process traces into a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def fresh(self) -> Iterator[Statement]:
        """The whole lines since the last call."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._at += len(whole)
        for line in whole.splitlines():
            yield Statement(json.loads(line))


@contextmanager
def listening(subject: Subject, *, rows: int = 0, **settings: str) -> Iterator[tuple[Stand, Ear]]:
    """A stand of its own, and what it sends to its database. Raises `NotRun` where nothing can be heard."""
    folder = Path(tempfile.mkdtemp(prefix="trace-", dir=subject.files().parent))
    (folder / "sitecustomize.py").write_text(TRACE)
    trace = folder / "trace"
    trace.touch()
    path = f"{folder}:{subject.running().environment['PYTHONPATH']}"
    traced = (
        {"PYTHONPATH": path, "BACKWRIGHT_TRACE": str(trace)} if subject.stands.engine not in CLIENTS else {}
    )
    with subject.stands.fresh(rows=rows, **settings, **traced) as stand:
        if stand.gate is None:
            ear = Ear(_InFile(trace).fresh)
        else:
            at_gate = _AtGate(stand.engine)
            ear = Ear(at_gate.fresh)
            stand.gate.heard = at_gate.hears
            stand.gate.close()  # what is prepared on a connection was said before
            stand.gate.open()
        _warm(stand, ear)
        yield stand, ear


def _warm(stand: Stand, ear: Ear) -> None:
    """Sign everybody in, and see what is sent while nobody asks."""
    with ear.during() as heard:
        wait_until(lambda: _ready(stand), seconds=30)
        for callers in stand.callers.values():
            wait_until(lambda caller=callers[0]: _signed_in(caller), seconds=20)  # type: ignore[misc]
    if not heard:
        raise NotRun(
            "what is sent to the database cannot be heard", "use a connection without TLS on loopback"
        )
    with ear.during() as idle:
        time.sleep(CALM)
    ear.noise = frozenset(each.shape for each in idle)


def _signed_in(caller: Caller) -> bool:
    """A pool may have connections still that were cut."""
    with suppress(SetupError):
        return bool(caller.header())
    return False


def _ready(stand: Stand) -> bool:
    with suppress(httpx2.HTTPError):
        return httpx2.get(f"{stand.url}/health/ready", timeout=TIMEOUT, trust_env=False).status_code == 200
    return False


__all__ = ["Ear", "Statement", "listening", "shape"]
