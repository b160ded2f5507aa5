"""Made-up requests, right and wrong ones, sent by every role to every operation of a running backend.

What lives here: who sends what, in which order, aimed at which rows. What must not: how an answer is judged
(`answers.py`) and how requests are made up (`backwright.testing_cases`).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import httpx2
from backwright.sample_files import MAKERS, sample_file
from backwright.testing_cases import Operation as Made
from backwright.testing_cases import fault as broken
from backwright.testing_cases import operations as made_up
from backwright.testing_cases import request as as_sent

from backwright_workbench.verify.attacks.operations import resolved
from backwright_workbench.verify.attacks.samples import body
from backwright_workbench.verify.openapi.asking import WHY, Asking
from backwright_workbench.verify.openapi.documents import Document, Operation, contents, operations
from backwright_workbench.verify.openapi.lifecycle import Lives
from backwright_workbench.verify.openapi.rows import Rows, as_json, identity
from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand

SEED = 20_260_101
"""Each run makes up the same requests."""

ROUNDS = 3
"""How often an operation is tried that has not accepted anything: others may have moved rows into the right state."""

WRONG_STATE = (404, 409, 412)
"""Another row may be accepted where these are answered."""

KEY = "Idempotency-Key"
FILES = "multipart/form-data"
ENDS_SESSIONS = ("logout", "log-out", "signout", "sign-out")


class Fuzz:
    """One run. `callers`: one of each role, the one first who may do most."""

    def __init__(
        self,
        stand: Stand,
        asking: Asking,
        callers: Sequence[Caller],
        *,
        ours: bool,
        only_reads: bool = False,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._stand = stand
        self._asking = asking
        self._callers = callers or (stand.anonymous,)
        self._ours = ours
        self._say = say
        self._document = stand.document
        self._found = {(each.method, each.path): each for each in operations(self._document)}
        spared = [each.account[0] for each in callers if each.account]
        self.rows = Rows(self._document, self._callers, spared)
        self._only_reads = only_reads
        self._keys = 0
        self._removable = {
            each.path.rpartition("/{")[0] for each in self._found.values() if each.method == "delete"
        }
        self._lives = Lives(self._document, asking, tuple(self._callers), stand.url)
        self._lived: set[str] = set()
        """Paths below which rows can be deleted, where the first row that was created has been walked to its end."""

    def run(self, examples: int, edges: int, wrong_edges: int = 0) -> None:
        """First one request to each operation, so that each is reached; then everything."""
        generated = made_up(dict(self._document), examples, seed=SEED, edges=edges, wrong_edges=wrong_edges)
        made = [each for each in generated if self._may(each)]
        made.sort(key=order)
        self._reach(made, most=1)
        for number, each in enumerate(made, 1):
            self._say(f"{number} of {len(made)}: {each}")
            self._try_out(each)
        self._reach(made, most=examples + edges)

    def _reach(self, made: Sequence[Made], most: int) -> None:
        """The first requests for whatever has not accepted anything yet, while rows are in all states."""
        for _ in range(ROUNDS):
            self.rows.forget()
            for each in made:
                operation = self._found[each.method, each.path]
                for case in each.right[:most]:
                    if not self._asking.reached(operation):
                        self._aimed(operation, case, self._callers[0])

    def _may(self, made: Made) -> bool:
        return (made.method, made.path) in self._found and (
            not self._only_reads or made.method in ("get", "head")
        )

    def _try_out(self, made: Made) -> None:
        operation = self._found[made.method, made.path]
        first, *others = self._callers
        for number, case in enumerate(made.right):
            again = () if number == 0 else (first,)  # that one was sent to reach it
            for caller in (*again, *others[number :: len(made.right)]):
                self._aimed(operation, case, caller)
        for number, case in enumerate(made.wrong):
            caller = self._callers[number % len(self._callers)]
            self._sent(operation, case, caller, is_right=False)
        if operation.is_closed:
            for case in made.right[:1]:
                self._turned_away(operation, case)

    def _aimed(self, operation: Operation, case: Any, caller: Caller) -> None:
        """A right request, at one row after the other until one is in the right state."""
        may_most = caller is self._callers[0]
        original = case.body
        if KEY in (case.headers or {}):  # the same key with another body is refused
            self._keys += 1
            case.headers[KEY] = f"key-{self._keys}"
        case.body = self._referring(original)
        fresh = operation.method == "delete"
        for number, parameters in enumerate(self.rows.parameters(operation, fresh=fresh)):
            case.path_parameters = {**case.path_parameters, **parameters}
            answer = self._sent(operation, case, caller, is_right=True)
            if answer is None or answer.status_code not in WRONG_STATE or (number and not may_most):
                break
        case.body = original

    def _sent(
        self, operation: Operation, case: Any, caller: Caller, *, is_right: bool
    ) -> httpx2.Response | None:
        answer: httpx2.Response | None = None
        for request, is_generated in self._requests(operation, case, is_right=is_right):
            judges = self._ours and is_generated
            further = partial(self._further, case, is_right=is_right) if judges else nothing
            answer = self._asking.send(operation, caller, request, further)
            if answer is not None and answer.status_code < 300:
                self._remember(operation, answer)
                break
        return answer

    def _further(self, case: Any, answer: httpx2.Response, *, is_right: bool) -> str | None:
        """What Schemathesis finds beyond: headers, wrong data that is accepted."""
        said = broken(case, answer, is_right=is_right)
        return None if said is None else in_short(said)

    def _requests(
        self, operation: Operation, case: Any, *, is_right: bool
    ) -> Iterator[tuple[dict[str, Any], bool]]:
        """The request, and whether it is as it was made up; where a file is asked for, true ones take its place."""
        taken = contents(self._document, operation).get(FILES)
        if taken is None or not is_right:
            made = as_sent(case, self._stand.url)
            yield made, True
            if is_right and not self._ours:
                yield from self._in_words(operation, made)
            return
        properties = taken.get("schema", {}).get("properties") or {"file": {}}
        name = next((each for each, said in properties.items() if said.get("format") == "binary"), "file")
        told = ((taken.get("encoding") or {}).get(name) or {}).get("contentType", "")
        wanted = [each.strip() for each in told.split(",") if each.strip() in MAKERS] or list(MAKERS)
        sent = as_sent(case, self._stand.url)
        for media_type in wanted[:3]:
            plain = httpx2.Request("POST", sent["url"], files={name: sample_file(media_type)})
            headers = {"Content-Type": plain.headers["Content-Type"]}
            yield {**sent, "headers": headers, "content": plain.read()}, False

    def _in_words(self, operation: Operation, made: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
        """What a person would send: many documents do not say that a text must not be empty."""
        taken = contents(self._document, operation).get("application/json")
        if taken is None:
            return
        schema = resolved(taken.get("schema", {}), self._document)
        content = json.dumps(self._referring(body(schema, "words", self._document, whole=True)))
        yield {**made, "content": content.encode()}, False

    def _referring(self, body: Any) -> Any:
        """The same body, its references leading to rows that are there."""
        if isinstance(body, list):
            return [self._referring(each) for each in body]
        if not isinstance(body, dict):
            return body
        found = {name: self._referring(each) for name, each in body.items()}
        for name, value in body.items():
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                found[name] = next(iter(self.rows.referred(name)), value)
        return found

    def _remember(self, operation: Operation, answer: httpx2.Response) -> None:
        row = as_json(answer)
        if operation.method == "post" and isinstance(row, dict) and identity(row, "id") is not None:
            path = httpx2.URL(str(answer.request.url)).path.rstrip("/")
            if path in self._lived or path not in self._removable:
                self.rows.created.setdefault(path, []).append(row)
            else:
                self._lived.add(path)
                for blamed, what in self._lives.of(path, row):
                    fault = Fault(what, str(blamed), WHY)
                    self._asking.faults.setdefault((fault.place, what), fault)

    def _turned_away(self, operation: Operation, case: Any) -> None:
        """Somebody who is not signed in gets nowhere."""
        anonymous = self._stand.anonymous
        request = as_sent(case, self._stand.url)

        def further(answer: httpx2.Response) -> str | None:
            if answer.status_code >= 300:
                return None
            return f"answers {answer.status_code} to somebody who is not signed in"

        self._asking.send(operation, anonymous, request, further)


def order(made: Made) -> tuple[int, int, bool]:
    """Rows are made first and taken away last; sessions end after that."""
    ends = any(each in made.path.lower() for each in ENDS_SESSIONS)
    depth = made.path.count("{")
    if made.method == "delete" and not ends:  # what is inside goes before what it is in
        return 1, -depth, False
    return 2 if ends else 0, depth, made.method != "post"


def nothing(_: httpx2.Response) -> str | None:
    """Nothing further is wrong."""
    return None


def in_short(said: str) -> str:
    """What Schemathesis says, without the command and the numbers of its own."""
    lines = [line.strip(" -") for line in said.partition("Reproduce with")[0].splitlines()]
    told = [line for line in lines if line and not line.startswith(("Schemathesis", "[", "`{"))]
    return ": ".join(told[1:4] or told)[:300]


def unreached(document: Document, asking: Asking) -> list[Operation]:
    """Operations that were tried and never answered with a success."""
    tried = {operation for operation, _ in asking.tallies}
    return [each for each in operations(document) if str(each) in tried and not asking.reached(each)]
