"""Clients for all callers of a stand, each opened once and all closed in the end; what goes over them is counted.

What lives here: asking. What must not: judging an answer.
"""

from types import TracebackType
from typing import Any, Self

import httpx2

from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand

Answer = httpx2.Response


class Clients:
    """Whoever may ask on a stand. For one check, and so for one thread."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self._open: dict[int, httpx2.Client] = {}
        self.asked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._open.values():
            client.close()

    def ask(self, caller: Caller, method: str, path: str, **given: Any) -> Answer:
        """One request. What cannot be sent or answered at all raises `httpx2.HTTPError`."""
        if id(caller) not in self._open:
            self._open[id(caller)] = caller.client()
        self.asked += 1
        if path.startswith("//"):  # a client would take what follows for a host, and ask for the root
            path = f"{self.stand.url}{path}"
        try:
            return self._open[id(caller)].request(method, path, **given)
        except (
            httpx2.TransportError
        ):  # a server may end a connection after any answer, just as it is used again
            return self._open[id(caller)].request(method, path, **given)

    def callers(self) -> list[Caller]:
        """Every account, role by role."""
        return [each for callers in self.stand.callers.values() for each in callers]


def json_of(answer: Answer) -> Any:
    """What it holds as JSON; none if it holds something else."""
    try:
        return answer.json()
    except ValueError:
        return None


def items_of(answer: Answer) -> list[Any]:
    """The rows of a list, however it wraps them."""
    found = json_of(answer)
    if isinstance(found, dict):
        lists = [each for each in found.values() if isinstance(each, list)]
        found = next(
            (found[name] for name in ("items", "results", "data") if isinstance(found.get(name), list)), None
        )
        found = found if found is not None else (lists[0] if len(lists) == 1 else [])
    return found if isinstance(found, list) else []
