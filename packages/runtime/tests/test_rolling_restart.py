"""Every process of a service is replaced under load, one after the other, and no request is lost."""

import asyncio
import signal
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest
from served import Served, free_port, serving, write_service

RATE = 200
"""Requests a second that are asked for; a slow machine does fewer, and none of them may be lost either."""

CALLERS = 20
DRAIN_S = "5"
"""Longer than the balancer takes to look, and than a caller leaves a connection alone."""


DISTANCE = 0.02
"""Seconds that bytes are on their way, in which a connection may be ended that somebody has just used."""


class Balancer:
    """What stands before the processes of a service: new connections go to those that say that they are ready.

    It passes bytes on, a little later, and repeats nothing, so that whatever a process loses is lost for the caller.
    """

    def __init__(self, *ports: int) -> None:
        self.port = free_port()
        self._ports = ports
        self.ready: set[int] = set()
        self._turn = 0
        self._ends: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        """Balance until cancelled."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        try:
            async with server, httpx2.AsyncClient(timeout=60) as asking:
                while True:
                    await asyncio.gather(*(self._look(asking, port) for port in self._ports))
                    await asyncio.sleep(0.1)
        finally:
            for end in self._ends:
                end.close()

    async def until_ready(self, count: int) -> None:
        """Return when so many processes get new connections."""
        async with asyncio.timeout(120):
            while len(self.ready) != count:
                await asyncio.sleep(0.02)

    async def _look(self, asking: httpx2.AsyncClient, port: int) -> None:
        try:
            answer = await asking.get(
                f"http://127.0.0.1:{port}/health/ready", headers={"Connection": "close"}
            )
            is_ready = answer.status_code == 200
        except httpx2.TransportError:
            is_ready = False
        (self.ready.add if is_ready else self.ready.discard)(port)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ready = sorted(self.ready)
        self._turn += 1
        self._ends.add(writer)
        there, onward = await asyncio.open_connection("127.0.0.1", ready[self._turn % len(ready)])
        self._ends.add(onward)
        await asyncio.gather(self._pass_on(reader, onward), self._pass_on(there, writer))
        self._ends -= {writer, onward}

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(65_536):
                await asyncio.sleep(DISTANCE)
                target.write(piece)
                await target.drain()
        await asyncio.sleep(DISTANCE)
        target.close()


class Callers:
    """Some keep their connections, others open one for each request; reads and writes, and none is repeated."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self.outcomes: Counter[str] = Counter()
        self.processes: set[int] = set()
        self.ended = asyncio.Event()

    async def run(self) -> None:
        """Call until `ended` is set."""
        await asyncio.gather(*(self._call(number) for number in range(CALLERS)))

    async def _call(self, number: int) -> None:
        method = "POST" if number % 4 > 1 else "GET"
        headers = {"Connection": "close"} if number % 2 else {}
        await asyncio.sleep(number / RATE)
        async with httpx2.AsyncClient(base_url=self._address, timeout=60, headers=headers) as asking:
            while not self.ended.is_set():
                began = time.monotonic()
                path = "/quick" if self.outcomes.total() % 5 else "/slow?seconds=0.3"
                try:
                    answer = await asking.request("GET" if "slow" in path else method, path)
                except httpx2.TransportError as error:
                    self.outcomes[f"{type(error).__name__} {method} {headers}"] += 1
                else:
                    self.outcomes[str(answer.status_code)] += 1
                    self.processes.add(answer.json().get("pid", 0))
                await asyncio.sleep(max(0.0, began + CALLERS / RATE - time.monotonic()))


@pytest.mark.slow
async def test_a_rolling_restart_loses_no_request(tmp_path: Path) -> None:
    """Two processes behind a balancer, both replaced, under about 200 requests a second."""
    write_service(tmp_path)
    ports = (free_port(), free_port())
    balancer = Balancer(*ports)
    callers = Callers(balancer.port)
    with ExitStack() as stack:

        async def start(port: int) -> Served:
            given = {"DRAIN_S": DRAIN_S, "RATE_LIMIT": "1000000/minute"}
            return await asyncio.to_thread(stack.enter_context, serving(tmp_path, port=port, **given))

        served = [await start(port) for port in ports]
        balancing = asyncio.create_task(balancer.run())
        await balancer.until_ready(2)
        calling = asyncio.create_task(callers.run())
        for each in served:
            await asyncio.sleep(0.5)
            each.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(each.process.wait, 120) == 0
            await start(each.port)
            await balancer.until_ready(2)
        await asyncio.sleep(0.5)
        callers.ended.set()
        await calling
        balancing.cancel()
        await asyncio.wait([balancing])
    assert set(callers.outcomes) == {"200"}, callers.outcomes
    assert len(callers.processes) == 4
