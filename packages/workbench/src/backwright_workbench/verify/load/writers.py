"""Clients that make rows, one after the other, and remember what they were told.

What lives here: sending, remembering, sending again. What must not: what follows from it.
"""

import json
import threading
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import httpx2

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.verify.load.mix import lists, look
from backwright_workbench.verify.load.plan import NUMBER, Operation
from backwright_workbench.verify.load.writes import writes
from backwright_workbench.verify.stand.stand import Stand

KEY = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Making:
    """How rows of one kind are made."""

    operation: Operation
    table: str
    marker: str
    """A field whose text is another for each row and is stored as it is; empty: there is none."""
    once: bool
    """Whether a request with the same key is carried out once."""

    @property
    def path(self) -> str:
        """Where rows are made."""
        return self.operation.variants[0][0]

    def body(self, number: str) -> dict[str, Any]:
        """The content of a request."""
        body: dict[str, Any] = json.loads(self.operation.variants[0][1].replace(NUMBER, number))
        return body


def making(stand: Stand, blueprint: Blueprint) -> Making | None:
    """Rows that somebody may make: such first whose values may come twice, so that nothing else prevents a second."""
    paths = lists(stand.document.get("paths", {}), ours=True)
    rows: dict[str, list[dict[str, Any]]] = {}
    for callers in stand.callers.values():
        rows |= {path: of.rows for path, of in look(callers[0], paths).items() if of.rows}
    found: list[tuple[bool, Making]] = []
    for operation in writes(blueprint, stand, rows, first=0):
        if operation.takes or not operation.gives.endswith(":new"):
            continue
        name = operation.gives.partition(":")[0]
        body = json.loads(operation.variants[0][1])
        declared = blueprint.entities[name].fields
        marked = [
            key
            for key, value in body.items()
            if NUMBER in str(value) and key in declared and not declared[key].encrypted
        ]
        parameters = stand.document["paths"][operation.variants[0][0]]["post"].get("parameters", ())
        once = any(each.get("name") == KEY for each in parameters)
        unique = any(declared[key].unique for key in body if key in declared)
        plain = next((key for key in marked if not declared[key].unique), "")
        found.append((unique, Making(operation, blueprint.plural(name), plain, once)))
    return min(found, key=lambda each: each[0])[1] if found else None


@dataclass(frozen=True, slots=True)
class Told:
    """A request to make a row, and the row that was said to be made; no id: no answer came."""

    key: str
    body: dict[str, Any]
    id: str = ""


@dataclass(slots=True)
class Writers:
    """Some clients that write at once, each on a connection of its own, until they are stopped."""

    stand: Stand
    making: Making
    count: int = 4
    told: list[Told] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """What else was answered."""
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def acknowledged(self) -> list[Told]:
        """Rows that were said to be made."""
        return [each for each in self.told if each.id]

    @property
    def open(self) -> list[Told]:
        """Requests without an answer: nobody knows what became of them."""
        return [each for each in self.told if not each.id]

    def start(self) -> None:
        """Begin to write."""
        for number in range(self.count):
            thread = threading.Thread(target=self._write, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def until(self, rows: int, seconds: float) -> None:
        """Returns when so many rows are acknowledged, or the time is over."""
        end = monotonic() + seconds
        while len(self.acknowledged) < rows and monotonic() < end:
            sleep(0.01)

    def stop(self) -> None:
        """Write no more, and wait for what is under way."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        with client(self.stand, self.making) as connection:
            number = 0
            while not self._over.is_set():
                number += 1
                name = f"{writer}-{number}"
                body = self.making.body(name)
                try:
                    answer = send(connection, self.making, f"writer-{name}", body)
                except httpx2.HTTPError:
                    self.told.append(Told(f"writer-{name}", body))
                    return
                if answer.status_code // 100 == 2:
                    self.told.append(Told(f"writer-{name}", body, str(answer.json().get("id"))))
                else:
                    self.refused.append(f"{answer.status_code} {answer.text[:200]}")
                    sleep(0.05)


def client(stand: Stand, how: Making) -> httpx2.Client:
    """A client that may make such rows: who it is, he shows with what this stand has given him."""
    headers = {**how.operation.headers, **stand.first(how.operation.role).header()}
    return httpx2.Client(base_url=stand.url, headers=headers, timeout=10.0, trust_env=False)


def send(connection: httpx2.Client, how: Making, key: str, body: dict[str, Any]) -> httpx2.Response:
    """Ask for a row, with a key that makes it one however often it is asked for."""
    return connection.post(how.path, json=body, headers={KEY: key} if how.once else {})
