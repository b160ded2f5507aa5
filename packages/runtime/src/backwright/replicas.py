"""Reads from a replica of the database, and never older than what the reader has written.

What lives here: who may be answered from the replica, and whether it can be used at all. What must not: what is
asked of it (`replica_server.py`), how writes are told from each other (`replica_writers.py`), which reads may go
there (`Database.showing`).

What an actor has written, they read from the primary until the replica has it. Other processes of the service
are told through Redis who has written, before the writer gets the answer; while Redis is down, and until the
replica has all that was written meanwhile, nobody reads from the replica. The replica is optional at run time: if
it is down, lost in the middle of a read, or too far behind, the primary answers.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from backwright.actor import SYSTEM
from backwright.context import current
from backwright.engine import Limits, parse
from backwright.errors import Error, Unavailable
from backwright.replica_server import IDENTITY, PATIENCE, POSITION, Identity, NotAReplica, ReplicaServer
from backwright.replica_writers import Writers
from backwright.server_password import Source
from backwright.work import NOTHING

if TYPE_CHECKING:
    from backwright.database import Database
    from backwright.redis import Redis
    from backwright.statement import Prepared

MAX_LAG: Final = 10.0
"""Seconds: if what the replica shows may be older than this, it is not used."""

LOOK: Final = 0.1
"""Seconds between two looks at both servers. About twice this is how long a writer stays on the primary."""

RETRY: Final = 1.0
"""Seconds between two attempts to connect to a replica that is down."""

TOPIC: Final = "wrote"

_UNSHOWN: Final = frozenset(
    {"audit_log", "audit_seals", "login_delays", "rate_limits", "refresh_tokens", "sessions", "signing_keys"}
)
"""Tables that the runtime writes for itself, some with every request, and no answer is read from."""

_log = logging.getLogger("backwright.replicas")


class _Mark(NamedTuple):
    """The end of the primary's log after a turn, and when it was asked for."""

    turn: int
    position: int
    at: float


class Replica:
    """The replica of one process. Used between `start` and `close`."""

    def __init__(
        self,
        url: str,
        limits: Limits,
        primary: "Database",
        redis: "Redis",
        source: Source | None = None,
    ) -> None:
        self.up = False
        """Whether it answers, is not too far behind, and the writes of other processes are heard of."""
        self.reads = 0
        """Statements that it has answered."""
        self.fallbacks = 0
        """Statements that it was asked and the primary had to answer."""
        self._url = parse(url)
        self._source = source
        self._limits = limits
        self._primary = primary
        self._redis = redis
        self._writers = Writers()
        self._server: ReplicaServer | None = None
        self._mark: _Mark | None = None
        self._as_of = time.monotonic()
        self._reason = "It is not connected yet."
        self._told = ""
        self._keeper: asyncio.Task[None] | None = None
        redis.listen(TOPIC, lambda text: self._writers.add(UUID(text) if text else None))
        redis.at_gaps(self._writers.add_everybody)

    @property
    def lag(self) -> float:
        """How old at most what it shows is, in seconds."""
        return time.monotonic() - self._as_of

    def serves(self, actor: UUID | None) -> bool:
        """Whether it has all that an actor has written."""
        return self.up and self._writers.may_read(actor)

    async def fetch(self, prepared: "Prepared", params: Mapping[str, Any] = NOTHING) -> list[tuple[Any, ...]]:
        """Rows of a read; what the replica refuses or fails to answer, the primary is asked."""
        server = self._server
        if server is None:
            return await self._primary.fetch(prepared, params)
        try:
            rows = prepared.rows(await server.read(prepared.sql, prepared.arguments(params)))
        except Error as error:
            self.fallbacks += 1
            _log.debug("the primary answers instead", extra={"reason": error.detail or str(error.kind)})
            return await self._primary.fetch(prepared, params)
        self.reads += 1
        return rows

    def wrote(self, tables: frozenset[str]) -> None:
        """Whoever acts has written rows of these tables; other processes are told. `Redis.told` waits for that."""
        actor = current.get().actor
        if not tables <= _UNSHOWN and actor.method != SYSTEM.method:
            self._writers.add(actor.id)
            self._redis.tell(TOPIC, str(actor.id or ""))

    def refused(self) -> None:
        """Whoever acts was refused a change. They look again, and are to see what stands against it."""
        actor = current.get().actor
        if actor.id is not None:
            self._writers.add(actor.id)
            self._redis.tell(TOPIC, str(actor.id))

    async def check(self) -> None:
        """For readiness: raises `Unavailable` with the reason if it is not used."""
        if not self.up:
            raise Unavailable(self._reason)

    async def start(self) -> None:
        """Connect, and keep looking. Raises `NotAReplica`; one that is down is waited for in the background."""
        try:
            await self._connect()
        except Unavailable as error:
            self._lost(error)
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Disconnect for good."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        self.up = False
        server, self._server = self._server, None
        if server is not None:
            await server.close()

    async def _keep(self) -> None:
        while True:
            try:
                await self._look()
            except (NotAReplica, Error) as error:
                await self._let_go(error)
            await asyncio.sleep(LOOK if self._server is not None else RETRY)

    async def _look(self) -> None:
        server = self._server or await self._connect()
        mark = self._mark or await self._mark_turn()
        replayed = await server.replayed()
        if mark is not None and mark.position <= replayed:
            self._writers.reach(mark.turn)
            self._as_of, mark = mark.at, None
        self._mark = mark
        self._judge()

    async def _mark_turn(self) -> _Mark | None:
        """Where the log ends now; `None` if the primary does not say."""
        turn, at = self._writers.end_turn(), time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                ((position,),) = await self._primary.engine.read(POSITION, [])
        except (Error, TimeoutError):
            return None
        return _Mark(turn, position, at)

    async def _connect(self) -> ReplicaServer:
        """A connection to what is a replica of this primary. Raises `NotAReplica` and `Unavailable`."""
        server = ReplicaServer(self._url, self._limits, self._source)
        try:
            await server.connect()
            await server.replayed()
            ours, (found,) = await server.identity(), await self._primary.engine.read(IDENTITY, [])
            primary = Identity(*found)
            if ours.cluster != primary.cluster:
                raise NotAReplica(
                    f"The server at {server.where} is a replica of another primary: its system identifier is"
                    f" {ours.cluster}, that of DATABASE_URL is {primary.cluster}."
                )
            if ours.database != primary.database:
                raise NotAReplica(
                    f"REPLICA_DATABASE_URL names the database {ours.database!r}, DATABASE_URL {primary.database!r}."
                )
        except BaseException:
            await server.close()
            raise
        self._writers.add_everybody()  # it may have less than the one that we knew before
        self._mark, self._server, self._url = None, server, server.url
        return server

    def _judge(self) -> None:
        """Whether it can be used, from what is known."""
        if not self._redis.up:
            self._say("replica waits for redis", "What other processes write is not heard of without Redis.")
        elif self.lag > MAX_LAG:
            self._say("replica is behind", f"It is more than {MAX_LAG:g} seconds behind.")
        else:
            self._say("replica is up", "")

    async def _let_go(self, error: Exception) -> None:
        self._lost(error)
        server, self._server = self._server, None
        if server is not None:
            await server.close()

    def _lost(self, error: Exception) -> None:
        self._say("replica is down", str(error) or type(error).__name__)

    def _say(self, state: str, reason: str) -> None:
        """One line for each change, however often it is looked at."""
        self.up, self._reason = not reason, reason
        if state != self._told:
            self._told = state
            level = logging.WARNING if reason else logging.INFO
            extra = {"reason": reason} if reason else {}
            _log.log(level, state, extra={"address": f"{self._url.host}:{self._url.port or 5432}", **extra})
