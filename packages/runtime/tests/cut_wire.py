"""A connection between a service and its server that can be cut without a word."""

import asyncio
import contextlib

from services import free_port


class Wire:
    """Passes bytes on in both directions, or swallows them."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.is_cut = False
        self._target = port
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Let go of everything."""
        self._server.close()
        for end in self._ends:
            end.close()
            with contextlib.suppress(ConnectionError):
                await end.wait_closed()
        await asyncio.gather(*self._tasks)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        if self.is_cut:
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends.append(back)
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await source.read(65536):
                if not self.is_cut:
                    target.write(chunk)
            target.close()


class Breaking(Wire):
    """A wire that dies with its server after so many bytes from one side: connections end, and no new one is taken."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.left: int | None = None
        """Bytes until it breaks; none: it does not."""

    async def mend(self) -> None:
        """The server is back."""
        self.left = None
        await self.open()

    async def open(self) -> None:
        """Listen, at the same port each time."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await source.read(4096):
                if self.left is not None:
                    self.left -= len(chunk)
                    if self.left < 0:
                        self._server.close()
                        for end in self._ends:
                            end.transport.abort()
                        return
                target.write(chunk)
                await target.drain()
            target.close()
