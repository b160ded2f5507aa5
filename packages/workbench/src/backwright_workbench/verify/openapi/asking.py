"""Asking a backend as several callers, counting what comes of it, and keeping how each fault is repeated.

What lives here: sending, tallies and faults. What must not: making requests up.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2

from backwright_workbench.errors import WorkbenchError
from backwright_workbench.verify.openapi.answers import Answers
from backwright_workbench.verify.openapi.documents import Operation
from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.stand.callers import Caller

LONGEST_BODY = 400
"""Characters of a body in the command that repeats a request."""

CREDENTIALS = ("authorization", "cookie", "x-api-key", "proxy-authorization")

WHY = "clients are written against the document; what it does not say, they do not handle"


@dataclass(slots=True)
class Tally:
    """What came of the requests of one role to one operation."""

    cases: int = 0
    accepted: int = 0
    refused: int = 0
    failed: int = 0


@dataclass(slots=True)
class Asking:
    """One conversation with a backend. Clients stay open until `close`."""

    answers: Answers
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    """By operation and what is wrong with it, each once."""
    statuses: dict[str, set[int]] = field(default_factory=dict)
    _clients: dict[Caller, httpx2.Client] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    def send(
        self,
        operation: Operation,
        caller: Caller,
        request: Mapping[str, Any],
        further: Callable[[httpx2.Response], str | None] = lambda answer: None,
    ) -> httpx2.Response | None:
        """The answer, which is judged and counted; `further` finds more that may be wrong with it. None: there was
        none.
        """
        role = caller.role or "nobody"
        tally = self.tallies.setdefault((str(operation), role), Tally())
        tally.cases += 1
        answer = self._answer(operation, caller, request)
        if answer is None:
            tally.failed += 1
            self.tell(operation, caller, request, ["closes the connection without an answer"])
            return None
        self.statuses.setdefault(str(operation), set()).add(answer.status_code)
        wrong = list(self.answers.wrong(operation, answer))
        if not wrong and (said := further(answer)):
            wrong = [said]
        if wrong:
            tally.failed += 1
            self.tell(operation, caller, request, wrong)
        elif answer.status_code < 400:
            tally.accepted += 1
        else:
            tally.refused += 1
        return answer

    def tell(
        self, operation: Operation, caller: Caller, request: Mapping[str, Any], wrong: list[str]
    ) -> None:
        """Keeps what is wrong, with the command that shows it."""
        for what in wrong:
            fault = Fault(
                what, str(operation), f"as {caller.role or 'nobody'}; {WHY}", f"see it with: {curl(request)}"
            )
            self.faults.setdefault((str(operation), what), fault)

    def _answer(
        self, operation: Operation, caller: Caller, request: Mapping[str, Any]
    ) -> httpx2.Response | None:
        """Sent once more with a new token if the old one has ended, as it does after a logout."""
        client = self._clients.get(caller)
        if client is None:
            client = self._clients[caller] = self._open.enter_context(caller.client())
        answer = sent(client, request)
        if answer is None or answer.status_code != 401 or not operation.is_closed or caller.token is None:
            return answer
        with suppress(WorkbenchError):
            caller.token.renew()
            return sent(client, request)
        return answer

    def reached(self, operation: Operation) -> bool:
        """Whether anybody was ever answered with a success; a redirect is one where nothing else is declared."""
        declared = operation.described.get("responses", {})
        below = 300 if any(str(each).startswith("2") for each in declared) else 400
        return any(status < below for status in self.statuses.get(str(operation), ()))

    def close(self) -> None:
        """Close all connections."""
        self._open.close()


def sent(client: httpx2.Client, request: Mapping[str, Any]) -> httpx2.Response | None:
    """The answer. Sent once more over a new connection, because a server may close one that waits."""
    for _ in range(2):
        with suppress(httpx2.TransportError):
            return client.request(**request)
    return None


def curl(request: Mapping[str, Any]) -> str:
    """A command line that repeats a request, without credentials; `$URL` is where the backend is."""
    url = httpx2.URL(request["url"])
    parts = ["curl", "-i", "-X", str(request["method"]).upper()]
    for name, value in (request.get("headers") or {}).items():
        if name.lower() in ("content-type", "if-match", "idempotency-key"):
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    content = request.get("content")
    body = content if content is not None else request.get("json")
    if body is not None:
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else json.dumps(body)
        parts += [
            "--data-binary",
            shlex.quote(text if len(text) <= LONGEST_BODY else f"{text[:LONGEST_BODY]}…"),
        ]
    target = url.raw_path.decode("ascii", "replace")
    return " ".join((*parts, f'"$URL{target}"'))
