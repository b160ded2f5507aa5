"""Requests that have to be refused, one for each way in which a request can be wrong.

What lives here: making them up from the document, and sending them. What must not: what an error has to look like
(`checks/contract/errors.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from backwright_workbench.verify.openapi.asking import sent
from backwright_workbench.verify.openapi.documents import (
    Document,
    Operation,
    contents,
    operations,
    paths,
    responses,
)
from backwright_workbench.verify.openapi.rows import NOBODYS_ID, Rows, as_json, listed_rows
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand

JSON = "application/json"
OTHERS = ("put", "delete", "patch", "post", "get")
"""Methods that are tried where they are not declared."""

REFUSED = (400, 401, 403, 415, 422, 428, 429)
"""What a wrong body may be answered with: who it comes from, and how often, may be looked at before."""

TOO_LARGE = "a body that is too large"
ROWLESS = 999_999_937
"""An id that no row has, where ids are numbers."""

HUGE = 3_000_000
"""Bytes of a body that no JSON operation takes."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that has to be refused. `expected` is what the standard or the document says of it."""

    kind: str
    """Completes "a request with …"."""
    method: str
    path: str
    expected: tuple[int, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    declared: str = ""
    """The path as the document has it."""

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.method.upper()} {self.declared or self.path}"

    @property
    def curl(self) -> str:
        """A command line that repeats it, without credentials."""
        headers = "".join(f" -H '{name}: {value}'" for name, value in self.headers.items())
        body = (
            "" if self.content is None else f" --data-binary '{self.content[:80].decode(errors='replace')}'"
        )
        return f'curl -i -X {self.method.upper()}{headers}{body} "$URL{self.path}"'


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a probe, and who sent it. None: the connection was closed without one."""

    probe: Probe
    role: str
    answer: httpx2.Response | None


def provoked(stand: Stand) -> Iterator[Refusal]:
    """Sends every probe; who may do most sends what is not about access."""
    document = stand.document
    callers = strongest(stand)
    yield from _by(
        stand.anonymous, [Probe("an unknown path", "get", "/no-such-route-here", (404,)), *closed(document)]
    )
    nobody = stand.callers.get("", ())
    if nobody:
        yield from _by(nobody[0], forbidden(document))
    best = callers[0] if callers else stand.anonymous
    yield from _by(best, [*other_methods(document), *bad_bodies(document)])
    for probe in (*missing_rows(document), *stale(document, Rows(document, callers))):
        yield from _first(callers or (stand.anonymous,), probe)


def strongest(stand: Stand) -> list[Caller]:
    """One caller of each role, those first who may read most lists."""
    lists = [
        each.path for each in operations(stand.document) if each.method == "get" and "{" not in each.path
    ]
    counted = []
    for role, callers in stand.callers.items():
        with callers[0].client() as client:
            answers = [client.get(path) for path in lists]
        told = [each for each in answers if each.status_code == 200]
        rows = sum(len(listed_rows(as_json(each))) for each in told)
        counted.append((-len(told), -rows, role, callers[0]))
    return [caller for *_, caller in sorted(counted, key=lambda each: each[:3])]


def closed(document: Document) -> Iterator[Probe]:
    """Whatever asks for credentials, without any."""
    for each in operations(document):
        if each.is_closed:
            yield Probe("no credentials", each.method, _filled(each), (401,), declared=each.path)


def forbidden(document: Document) -> Iterator[Probe]:
    """Lists, asked for by somebody who is signed in and has no role."""
    for each in operations(document):
        if each.is_closed and each.method == "get" and "{" not in each.path:
            yield Probe("no role", each.method, each.path, (), declared=each.path)


def other_methods(document: Document) -> Iterator[Probe]:
    """A method that a path does not declare."""
    for path, item in paths(document):
        method = next((each for each in OTHERS if each not in item), None)
        others = [one for one, _ in paths(document) if one != path and _alike(one, path)]
        if method is not None and not others:
            yield Probe("a method that is not declared", method, _with_ids(path), (405,), declared=path)


def bad_bodies(document: Document) -> Iterator[Probe]:
    """Not JSON, JSON of the wrong kind, another media type, too large: to whatever takes JSON."""
    taken = [
        each for each in operations(document) if JSON in contents(document, each) and "{" not in each.path
    ]
    for each in taken:
        for kind, headers, content, expected in (
            ("a body that is not JSON", {"Content-Type": JSON}, b'{"a":', REFUSED),
            ("a body of the wrong kind", {"Content-Type": JSON}, b"[17]", REFUSED),
            ("another media type", {"Content-Type": "text/x-unknown"}, b"a=b", REFUSED),
        ):
            yield Probe(kind, each.method, each.path, expected, headers, content, each.path)
    for each in taken[:1]:
        if any(status == "413" for status, _ in responses(document, each)):
            big = b'"' + b"x" * HUGE + b'"'
            yield Probe(TOO_LARGE, each.method, each.path, (413,), {"Content-Type": JSON}, big, each.path)


def missing_rows(document: Document) -> Iterator[Probe]:
    """An id that no row has."""
    for each in operations(document):
        if each.method == "get" and each.path.count("{") == 1 and each.path.endswith("}"):
            yield Probe("an id that no row has", each.method, _filled(each), (404,), declared=each.path)
            if str(ROWLESS) in _filled(each):
                path = _filled(each).replace(str(ROWLESS), str(2**63))
                yield Probe(
                    "a number that no database holds", each.method, path, (404, 422), declared=each.path
                )


def stale(document: Document, rows: Rows) -> Iterator[Probe]:
    """A change of a version that is not the stored one, and one that does not say which, where that is asked."""
    for each in operations(document):
        declared = {status for status, _ in responses(document, each)}
        header = next((one for one in each.parameters if one.get("name") == "If-Match"), None)
        if header is None or each.method != "patch" or each.path.count("{") != 1:
            continue
        given = next(rows.parameters(each), None)
        if not given:
            continue
        path = each.path
        for name, value in given.items():
            path = path.replace(f"{{{name}}}", value)
        headers = {"Content-Type": JSON}
        if "412" in declared:
            old = {**headers, "If-Match": '"not-this-one"'}
            yield Probe("an old version", each.method, path, (412,), old, b"{}", each.path)
        if "428" in declared:
            yield Probe("no version", each.method, path, (428,), headers, b"{}", each.path)


def _by(caller: Caller, probes: Sequence[Probe] | Iterator[Probe]) -> Iterator[Refusal]:
    with caller.client() as client:
        for probe in probes:
            yield Refusal(probe, caller.role, _sent(client, probe))


def _first(callers: Sequence[Caller], probe: Probe) -> Iterator[Refusal]:
    """The answer to the first caller who may ask at all, else to the last."""
    for number, caller in enumerate(callers):
        with caller.client() as client:
            answer = _sent(client, probe)
        if answer is None or answer.status_code not in (401, 403) or number == len(callers) - 1:
            yield Refusal(probe, caller.role, answer)
            return


def _sent(client: httpx2.Client, probe: Probe) -> httpx2.Response | None:
    method, headers = probe.method.upper(), dict(probe.headers)
    return sent(client, {"method": method, "url": probe.path, "headers": headers, "content": probe.content})


def _filled(operation: Operation) -> str:
    return _with_ids(operation.path, {each.get("name"): each for each in operation.parameters})


def _with_ids(path: str, parameters: Mapping[Any, Any] | None = None) -> str:
    """A path with ids that no row has."""
    parts = []
    for part in path.split("/"):
        schema = ((parameters or {}).get(part.strip("{}")) or {}).get("schema") or {}
        is_number = "integer" in str(schema.get("type"))
        parts.append(part if "{" not in part else str(ROWLESS) if is_number else NOBODYS_ID)
    return "/".join(parts)


def _alike(one: str, other: str) -> bool:
    """Whether a request can be for either of two paths."""
    left, right = one.split("/"), other.split("/")
    return len(left) == len(right) and all(
        a == b or "{" in a or "{" in b for a, b in zip(left, right, strict=True)
    )
