"""Requests that may be sent again: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

What lives here: which request a key names, what is answered the second time, and the wrapper that routes put
around an operation. What must not: statements (`idempotency_rows.py`), uploads (`idempotency_uploads.py`).

The answer is stored in the transaction of the effect. The same request again gets the same answer; another one
under the same key is refused; one that comes while the first is under way waits a moment for it. What is
refused for a reason that lies in the request is stored too, in a transaction of its own, because the one that
was refused is undone. What may be otherwise next time is not: a missing sign-in, a rate limit, a failure.

Answers are sealed, so the table repeats nothing that other tables protect. Operations that answer with
something secret (a link, a form for a direct upload) are not wrapped, and change nothing that matters twice.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

import msgspec
from cryptography.exceptions import InvalidTag
from starlette.requests import Request
from starlette.responses import Response

from backwright.actor import PROGRAMS, Actor
from backwright.context import current
from backwright.database import Work
from backwright.errors import BadRequest, Conflict, Error, FieldError, Invalid, Kind, Unavailable, problem
from backwright.hosts import limit_key
from backwright.idempotency_rows import rows_of
from backwright.sealing import Sealer

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource
    from backwright.operations import Operate

T = TypeVar("T")

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
CHARACTERS: Final = "[A-Za-z0-9._:/+=-]{1,128}"
"""What a key is made of: enough for a UUID, a ULID, a base64 text or a hash."""

PATIENCE: Final = 1.0
"""Seconds that a request waits for the same one that is under way."""

_RAW: Final = HEADER.lower().encode()
_KEY: Final = re.compile(rf'("?)({CHARACTERS})\1')
_UNIT: Final = "backwright.unit"
_PASSING: Final = frozenset({Kind.UNAUTHENTICATED, Kind.RATE_LIMITED})


class Running(Conflict):
    """The same request is under way, and it takes its time."""

    def __init__(self) -> None:
        super().__init__("The same request is under way. Send it again.", headers={"Retry-After": "1"})


class OtherPayload(Invalid):
    """The key has named another request before."""


class Unit(Protocol):
    """Where an operation carries out its unit of work: the database, or one that has begun already."""

    async def repeatable(self, block: Callable[[Work], Awaitable[T]]) -> T:
        """As `Database.repeatable`."""


class _Begun:
    """A unit of work that somebody else commits, and does again if it collides."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def repeatable(self, block: Callable[[Work], Awaitable[T]]) -> T:
        return await block(self._work)


def unit(bound: "BoundResource", request: Request) -> Unit:
    """Where to carry out what a request asks for."""
    return cast(Unit, request.scope.get(_UNIT, bound.database))


class Answer(msgspec.Struct):
    """What was answered, and a digest of the request that it answers."""

    payload: bytes
    status: int
    headers: dict[str, str]
    body: bytes

    def again(self, payload: bytes) -> Response:
        """The same answer. Raises `OtherPayload` unless it answers the same request."""
        if self.payload != payload:
            raise OtherPayload(f"This {HEADER} was used for another request. Make a new one.")
        return Response(self.body, self.status, {**self.headers, REPLAYED: "true"})


def once(bound: "BoundResource", operate: "Operate", route: str) -> "Operate":
    """The same operation, carried out once for all requests of one caller with the same key."""
    ledger = Ledger(bound, route)

    async def operate_once(bound: "BoundResource", request: Request, actor: Actor) -> Response:
        key = key_of(bound, request)
        if key is None:
            return await operate(bound, request, actor)
        payload = digest(request, await request.body())
        return await ledger.carry_out(request, actor, ledger.name(actor, key), payload, operate)

    return operate_once


def key_of(bound: "BoundResource", request: Request) -> str | None:
    """The key of a request. Raises `BadRequest` for one that is none, or is missing where there has to be one."""
    given = [value for name, value in request.scope["headers"] if name == _RAW]
    if not given:
        if bound.resource.require_idempotency_key:
            raise _bad(f"Send an {HEADER} that is new for each request, such as a UUID.", "is required")
        return None
    found = _KEY.fullmatch(given[0].decode("latin-1"))
    if len(given) > 1 or found is None:
        raise _bad(f"{HEADER} must be one key.", "takes 1 to 128 letters, digits and . _ : / + = -")
    return found[2]


def _bad(detail: str, fault: str) -> BadRequest:
    return BadRequest(detail, errors=[FieldError(fault, parameter=HEADER)])


def digest(request: Request, *content: bytes) -> bytes:
    """What two requests have in common if they are the same: the path and the content."""
    found = sha256(request.scope["path"].encode())
    for part in content:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.digest()


class Ledger:
    """The answers of one route of a resource."""

    def __init__(self, bound: "BoundResource", route: str) -> None:
        self._bound = bound
        self._route = route
        self._rows = rows_of(bound.database)
        self._under_way: set[str] = set()
        self._sealer = Sealer(bound.runtime.settings.secrets, "idempotency")

    def name(self, actor: Actor, key: str) -> str:
        """The name under which an answer is stored. Nobody gets to another caller's; strangers are told apart
        by their network, and a program does not get to what its owner got with more roles."""
        caller = f"user {actor.id}" if actor.id else f"stranger {limit_key(current.get().client_ip)}"
        if actor.method in PROGRAMS:
            caller += f" as {' '.join(sorted(actor.roles))}"
        return sha256(f"{caller}\n{self._route}\n{key}".encode()).hexdigest()

    async def carry_out(
        self, request: Request, actor: Actor, name: str, payload: bytes, operate: "Operate"
    ) -> Response:
        """What `operate` answers, now or the first time."""

        async def effect(work: Work) -> Response:
            earlier = await self.earlier(work, name)
            if earlier is not None:
                return earlier.again(payload)
            request.scope[_UNIT] = _Begun(work)
            response = await operate(self._bound, request, actor)
            await self.keep(work, name, payload, response)
            return response

        try:
            return await self._patiently(name, payload, effect)
        except Error as error:
            if not _lasts(error, actor):
                raise
            earlier = await self._keep_refusal(name, payload, problem(error))
            if earlier is not None:
                return earlier.again(payload)
            raise

    async def _patiently(
        self, name: str, payload: bytes, effect: Callable[[Work], Awaitable[Response]]
    ) -> Response:
        """The answer of the effect, or of the same request that is under way. Who waits here holds no connection."""
        clock = asyncio.get_running_loop().time
        until, pause = clock() + PATIENCE, 0.02
        while True:
            with suppress(Running):
                return await self._alone(name, effect)
            await asyncio.sleep(pause)
            earlier = await self.look(name)
            if earlier is not None:
                return earlier.again(payload)
            if clock() > until:
                raise Running
            pause = min(2 * pause, 0.2)

    async def _alone(self, name: str, effect: Callable[[Work], Awaitable[Response]]) -> Response:
        """The answer of the effect. Raises `Running`, in this process without a question to the database."""
        if name in self._under_way:
            raise Running
        self._under_way.add(name)
        try:
            return await self._bound.database.repeatable(effect)
        finally:
            self._under_way.discard(name)

    async def earlier(self, work: Work, name: str) -> Answer | None:
        """What was answered before; if nothing was, nobody else answers until this unit of work ends."""
        if not await self._rows.claim(work, name):
            raise Running
        return self._opened(name, await self._rows.find(work, name))

    async def look(self, name: str) -> Answer | None:
        """What was answered before, asked outside any unit of work."""
        return self._opened(name, await self._rows.look(name))

    async def keep(self, work: Work, name: str, payload: bytes, response: Response) -> None:
        """Store an answer, to be durable with all else that is done in `work`."""
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        answer = Answer(payload, response.status_code, headers, bytes(response.body))
        await self._rows.add(work, name, self._sealer.seal(msgspec.msgpack.encode(answer), name.encode()))

    async def _keep_refusal(self, name: str, payload: bytes, response: Response) -> Answer | None:
        """Store a refusal; another answer that was stored meanwhile counts instead."""
        with suppress(Running, Unavailable):  # not stored, it will be found out anew
            async with self._bound.database.work() as work:
                earlier = await self.earlier(work, name)
                if earlier is None:
                    await self.keep(work, name, payload, response)
                return earlier
        return None

    def _opened(self, name: str, sealed: bytes | None) -> Answer | None:
        if sealed is None:
            return None
        try:
            return msgspec.msgpack.decode(self._sealer.open(sealed, name.encode()), type=Answer)
        except InvalidTag:
            raise Conflict("This was done before, and its answer cannot be shown any more.") from None


def _lasts(error: Error, actor: Actor) -> bool:
    """Whether the same request would be refused again for the same reason."""
    if isinstance(error, (Running, OtherPayload)) or error.status >= 500 or error.kind in _PASSING:
        return False
    return not (error.kind is Kind.FORBIDDEN and actor.is_anonymous)  # who signs in may well be allowed to
