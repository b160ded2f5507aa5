"""The number of statements that a request sends does not grow with the number of rows that it shows.

Every list is asked for pages of 1 and of 100 rows, alone and with everything embedded; every other operation is called
once, and may not repeat itself either.

Red: a page of 100 rows that needs more statements than a page of 1, and a request that sends one statement again and
again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.database.requests import Exercise
from backwright_workbench.verify.checks.database.traffic import SUCCESS, Heard, Traffic
from backwright_workbench.verify.openapi.documents import followed
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.statements import Ear, Statement, listening
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="A request sends as many statements for 100 rows as for one",
    needs=frozenset({Need.SERVICE, Need.DATABASE, Need.CALLERS, Need.CONTRACT}),
    proves=("CWE-1073", "CWE-1050"),
)

ROWS: Final = 130
"""Rows in each table: enough for a page of 100 with different rows to refer to."""

SMALL: Final = (1, 2)
LARGE: Final = (100, 99)
"""Sizes of pages. Each is asked for once, so that no cache answers; the lesser number of statements counts."""

REPEATED: Final = 5
"""How often one request may send the same statement."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a list sent for a page of few rows, and for one of many."""

    operation: str
    small: list[Statement]
    large: list[Statement]


def run(subject: Subject) -> Outcome:
    """Ask for pages of both sizes, then do everything once."""
    with listening(subject, rows=ROWS) as (stand, ear):
        pages: list[Page] = []
        for callers in stand.callers.values():
            subject.say(f"pages as {callers[0].role or 'somebody without a role'}")
            with Exercise(stand, callers[0]) as exercise:
                for path in exercise.lists():
                    for query in _ways(exercise, path):
                        page = _page(exercise, ear, path, query)
                        pages += [page] if page is not None else []
        heard = Traffic(stand, ear, say=subject.say).run()
    if not pages and not any(each.status in SUCCESS for each in heard):
        raise NotRun("no operation answered")
    faults = [fault for each in pages for fault in grown(each)] + [
        fault for each in heard for fault in repeated(each.request.operation, each.statements)
    ]
    found = list({each.place: each for each in reversed(faults)}.values())[::-1]
    data = list(_data(pages, heard))
    subject.record.keep(
        "statements.txt", "\n".join(_told(each) for each in data), command="statements that were heard"
    )
    most = max((each["statements_100"] or each["statements_1"] for each in data), default=0)
    return judged(
        f"{len(data)} operations, at most {most} statements each; {len(found)} grow or repeat themselves",
        [_placed(each, subject.files()) for each in found],
        figures=(Figure("most statements of one request", most),),
        data={"operations": data},
    )


def _ways(exercise: Exercise, path: str) -> list[dict[str, str]]:
    """A list alone, and with all that can be embedded."""
    parameters = {
        each["name"]: each for each in exercise.parameters(exercise.stand.document["paths"][path]["get"])
    }
    found: list[dict[str, str]] = [{}]
    if "embed" in parameters:
        schema = followed(exercise.stand.document, parameters["embed"].get("schema", {}))
        found.append(
            {"embed": ",".join(followed(exercise.stand.document, schema.get("items", {})).get("enum", ()))}
        )
    return found


def _page(exercise: Exercise, ear: Ear, path: str, query: dict[str, str]) -> Page | None:
    """Both sizes; `None` where the caller is refused, or there are too few rows to tell."""
    found: dict[int, list[Statement]] = {}
    for size in (*SMALL, *LARGE):
        with ear.during() as statements:
            answer = exercise.get(path, limit=size, **query)
        if answer.status_code not in SUCCESS:
            return None
        found[size] = statements
    about = "".join(f" {name}={value}" for name, value in query.items())
    return Page(f"GET {path}{about}", _least(found, SMALL), _least(found, LARGE))


def _least(found: dict[int, list[Statement]], sizes: tuple[int, ...]) -> list[Statement]:
    return min((found[size] for size in sizes), key=len)


def grown(page: Page) -> Iterator[Fault]:
    """Whether the page of many rows needs more statements."""
    if len(page.large) <= len(page.small):
        return
    more = Counter(each.shape for each in page.large) - Counter(each.shape for each in page.small)
    shape, times = more.most_common(1)[0]
    yield Fault(
        f"it sends {len(page.large)} statements for a page of 100 rows and {len(page.small)} for a page of 1; "
        f"{times} more times: {shape[:240]}",
        place=page.operation,
        why="each row costs a trip to the database: with more rows the answer takes that much longer",
        next_step="load what the rows refer to in one statement: a join, `selectinload`, or `WHERE id IN (…)`",
    )


def repeated(operation: str, statements: list[Statement]) -> Iterator[Fault]:
    """Whether a request sends one statement again and again."""
    for shape, times in Counter(each.shape for each in statements).most_common(1):
        if times > REPEATED:
            yield Fault(
                f"it sends the same statement {times} times: {shape[:240]}",
                place=operation,
                why="each row costs a trip to the database: with more rows the answer takes that much longer",
                next_step="do it in one statement: a join, `selectinload`, or `WHERE id IN (…)`",
            )


def _placed(fault: Fault, root: Path) -> Fault:
    """The fault with the line that declares the route, where it can be seen."""
    path = fault.place.split(" ")[1] if " " in fault.place else fault.place
    for file in sorted(root.glob("src/**/*.py")):
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            if f'"{path}"' in line:
                seen = f"declared in {file.relative_to(root)}:{number}; {fault.next_step}"
                return Fault(fault.what, fault.place, fault.why, seen)
    return fault


def _data(pages: list[Page], heard: list[Heard]) -> Iterator[dict[str, Any]]:
    """For each operation the most that it has sent; `statements_100` where it shows pages."""
    most: dict[str, dict[str, Any]] = {}
    for page in pages:
        each = most.setdefault(page.operation, {"statements_1": 0, "statements_100": 0})
        each["statements_1"] = max(each["statements_1"], len(page.small))
        each["statements_100"] = max(each["statements_100"], len(page.large))
    for request in heard:
        each = most.setdefault(request.request.operation, {"statements_1": 0, "statements_100": None})
        if each["statements_100"] is None and request.status in SUCCESS:
            each["statements_1"] = max(each["statements_1"], len(request.statements))
    for operation, counts in most.items():
        yield {"operation": operation, **counts}


def _told(each: dict[str, Any]) -> str:
    larger = "" if each["statements_100"] is None else f", {each['statements_100']} for 100 rows"
    return f"{each['operation']}: {each['statements_1']}{larger}"
