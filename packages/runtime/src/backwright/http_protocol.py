"""HTTP/1.1 for the server: uvicorn's protocol, with less work for each request.

What lives here: one connection and the task that answers its requests. What must not: the bytes of an answer
(`http_cycle.py`), what is answered. uvicorn starts a task for each request and looks at each header of each answer by
itself; here a connection has one task, in which each request runs in a context of its own, and an answer that is there
as a whole leaves in one write. Parsing, limits and flow control are httptools' and uvicorn's, and so is the end of
serving.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import copy_context
from typing import Any, cast
from urllib.parse import unquote

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backwright.http_cycle import WHOLE, Cycle

_log = logging.getLogger("uvicorn.error")


class Protocol(HttpToolsProtocol):
    """One connection: a queue of requests, and the task that answers them in turn."""

    cycle: Cycle  # type: ignore[assignment]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._waiting: deque[Cycle] = deque()
        self._idle: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._quiet_since = self.loop.time()
        self._lost = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, and close it when it stays quiet."""
        super().connection_made(transport)
        self.loop.call_later(self.timeout_keep_alive, self._close_if_quiet)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the requests under way, and let the task end."""
        self._lost = True
        self.connections.discard(self)
        for cycle in self._waiting:
            cycle.disconnected = True
            cycle.notice()
        self.flow.resume_writing()
        self.transport.close()
        self._wake()
        self.parser = None  # type: ignore[assignment]

    def on_headers_complete(self) -> None:
        """A request begins. Its body may come with it or later."""
        parser, scope = self.parser, self.scope
        version = parser.get_http_version()
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["method"] = parser.get_method().decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = url.path
        scope["query_string"] = url.query or b""
        keep_alive = version != "1.0" and parser.should_keep_alive()
        if version != "1.1":
            scope["http_version"] = version
        cycle = self.cycle = Cycle(
            self, cast(Scope, scope), keep_alive=keep_alive, expects_continue=self.expect_100_continue
        )
        cycle.scope["extensions"] = {WHOLE: cycle.whole}
        self._waiting.append(cycle)
        if len(self._waiting) > 1:
            self.flow.pause_reading()
        elif self._task is None:
            self._task = self.loop.create_task(self._serve())
            self.tasks.add(self._task)
            self._task.add_done_callback(self.tasks.discard)
        else:
            self._wake()

    def on_body(self, body: bytes) -> None:
        """A piece of the body of the request that came last."""
        if not self.cycle.response_complete and self.cycle.came(body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """The request that came last is complete."""
        self.cycle.ended()

    def _wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _close_if_quiet(self) -> None:
        """One timer for each connection, not for each request; it also ends who never completes a request."""
        if self._lost:
            return
        left = self._quiet_since + self.timeout_keep_alive - self.loop.time()
        if self._waiting or left > 0:
            self.loop.call_later(max(left, 1.0), self._close_if_quiet)
        else:
            self.transport.close()

    async def _serve(self) -> None:
        """Answer one request after the other until the connection is gone."""
        waiting = self._waiting
        while not self._lost:
            if not waiting:
                self._idle = self.loop.create_future()
                await self._idle
                continue
            await self._answer(waiting[0])
            answered = waiting.popleft()
            del answered.scope["extensions"]  # what points at itself stays until the collector comes round
            self.server_state.total_requests += 1
            self._quiet_since = self.loop.time()
            self.flow.resume_reading()

    async def _answer(self, cycle: Cycle) -> None:
        try:
            await _Apart(self.app(cycle.scope, cycle.receive, cycle.send))
        except asyncio.CancelledError:
            self.transport.close()
            raise
        except Exception as error:
            _log.error("the application failed", exc_info=error)
            cycle.fail()
        else:
            if not cycle.response_complete and not cycle.disconnected:
                _log.warning("the application ended without a whole answer")
                cycle.fail()


class _Apart:
    """A coroutine in a context of its own: what it puts into context variables is gone with it."""

    __slots__ = ("_coroutine",)

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, None]:
        coroutine, run = self._coroutine, copy_context().run
        step: Callable[[Any], Any] = coroutine.send
        given: Any = None
        while True:
            try:
                awaited = run(step, given)
            except StopIteration:
                return
            try:
                given = yield awaited
                step = coroutine.send
            except BaseException as error:
                step, given = coroutine.throw, error
