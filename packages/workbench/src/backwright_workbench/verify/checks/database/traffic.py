"""Every operation of a document once, with what each request sent to the database.

What lives here: the order in which operations are called, so that each finds rows. What must not: judging.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import httpx2

from backwright_workbench.verify.checks.database.requests import Exercise, Request
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.statements import Ear, Statement

SUCCESS: Final = range(200, 300)


@dataclass(slots=True)
class Heard:
    """What one request sent."""

    request: Request
    status: int
    statements: list[Statement]


@dataclass(slots=True)
class Traffic:
    """All operations, as far as somebody may call them."""

    stand: Stand
    ear: Ear
    heard: list[Heard] = field(default_factory=list)
    say: Callable[[str], None] = lambda text: None

    def run(self) -> list[Heard]:
        """Read in every way, then write."""
        with ExitStack() as stack:
            callers = [each[0] for each in self.stand.callers.values()]
            self._all([stack.enter_context(Exercise(self.stand, each)) for each in callers])
        return self.heard

    def _all(self, everybody: list[Exercise]) -> None:
        """The one who may read most goes first; who is shown other rows reads in every way, too."""
        leader = max(everybody, key=_reach)
        lists = leader.lists()
        for path in lists:
            self.say(f"GET {path}")
            shapes = self._send_all(leader.of_list(path))
            for exercise in (each for each in everybody if each is not leader):
                first = self._send_all(exercise.of_list(path, ways=False))
                if first and first != shapes[: len(first)]:
                    self._send_all(exercise.of_list(path))
        self._send_all(leader.plain(path) for path in leader.plain_gets())
        self._sign_in()
        for path in lists:
            self._writes(leader, path)

    def _send_all(self, requests: Iterator[Request]) -> list[list[str]]:
        """Send each: the shapes that each sent."""
        return [[each.shape for each in self.send(request).statements] for request in requests]

    def send(self, request: Request) -> Heard:
        """Send one, and hear."""
        with self.ear.during() as statements:
            answer = request.send()
        found = Heard(request, answer.status_code, statements)
        self.heard.append(found)
        return found

    def _sign_in(self) -> None:
        """Sign in anew, as the shared way of signing in does it."""
        tokens = [
            caller.token for callers in self.stand.callers.values() for caller in callers[:1] if caller.token
        ]
        if not tokens or "/auth/login" not in self.stand.document.get("paths", {}):
            return

        def send() -> httpx2.Response:
            tokens[0].renew()
            return httpx2.Response(200)

        self.send(Request("POST /auth/login", "anonymous", send))

    def _writes(self, leader: Exercise, path: str) -> None:
        rows = leader.rows(path, limit=20)
        single = next((each for each in self.stand.document["paths"] if _is_row_of(each, path)), None)
        if single is None or not rows or "id" not in rows[0]:
            return
        self.send(leader.of_row(single, rows[0]))
        methods = self.stand.document["paths"][single]
        made = leader.create(path, rows[0])
        if made is not None:
            self.send(made)
        if "patch" in methods and (update := leader.update(single, rows[1 % len(rows)])) is not None:
            self.send(update)
        for action in [each for each in self.stand.document["paths"] if _is_action_of(each, single)]:
            if "post" in self.stand.document["paths"][action]:
                self._act(leader, action, path)
        for each in [each for each in self.stand.document["paths"] if _is_action_of(each, single)]:
            if "get" in self.stand.document["paths"][each]:
                self.send(leader.of_row(each, rows[0]))
        if "delete" in methods:
            self.send(leader.delete(single, rows[-1]))

    def _act(self, leader: Exercise, action: str, path: str) -> None:
        """Try an action on rows in different states until one allows it."""
        known = {}
        rows = leader.rows(path, limit=100)
        for name in {key for row in rows for key in row if key.endswith("_id")}:
            known[name] = next((row[name] for row in rows if row.get(name)), None)
        by_state = {str(row.get("status", row.get("state", ""))): row for row in rows}
        for row in islice(by_state.values(), 8):
            if self.send(leader.action(action, row, known)).status in SUCCESS:
                return


def _reach(exercise: Exercise) -> int:
    """How many lists somebody may read."""
    return sum(exercise.get(path).status_code in SUCCESS for path in exercise.lists())


def _is_row_of(path: str, of: str) -> bool:
    rest = path.removeprefix(of + "/")
    return rest != path and rest.startswith("{") and rest.endswith("}") and "/" not in rest


def _is_action_of(path: str, single: str) -> bool:
    rest = path.removeprefix(single + "/")
    return rest != path and "/" not in rest and "{" not in rest
