"""Rows that are there, found by asking: lists are read, and what was created is remembered.

What lives here: ids for the paths and bodies of requests, on any backend. What must not: judging an answer. A made-up
id leads nowhere, so without this most operations would only ever be seen to refuse.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx2

from backwright_workbench.verify.openapi.documents import Document, Operation, operations
from backwright_workbench.verify.stand.callers import Caller

Row = Mapping[str, Any]

NOBODYS_ID = "00000000-0000-7000-8000-000000000000"
"""An id that no row has."""

SEVERAL = 12
"""Rows that one operation is tried on, each in another state if there are such."""

LIMITS = ("limit", "page_size", "per_page", "size")
MANY = 100

_BRACES = re.compile(r"\{([^{}]+)\}")
_ID = re.compile(r"(?:^|_|-|(?<=[a-z0-9])(?=I))(?:id|uuid|Id|ID)$")


class Rows:
    """What callers see in the lists of a backend, and what has been created there."""

    def __init__(self, document: Document, callers: Sequence[Caller], spared: Collection[str] = ()) -> None:
        """`spared`: rows with one of these values are left alone; the callers' own accounts, say."""
        self._lists = {each.path: each for each in operations(document) if each.method == "get"}
        self._callers = callers
        self.spared = set(spared)
        self._seen: dict[str, list[Row]] = {}
        self.created: dict[str, list[Row]] = {}
        """By the path that they were created at."""

    def under(self, path: str) -> list[Row]:
        """The rows of a collection as they are listed to the first caller who gets any."""
        if path not in self._seen:
            self._seen[path] = next(
                filter(None, (_listed(each, path, self._most(path)) for each in self._callers)), []
            )
        return self._seen[path]

    def _most(self, path: str) -> dict[str, int]:
        """The parameter that asks for many rows at once, where the list has one."""
        for each in self._lists[path].parameters if path in self._lists else ():
            if each.get("name") in LIMITS and each.get("in") == "query":
                return {each["name"]: min(int((each.get("schema") or {}).get("maximum", MANY)), MANY)}
        return {}

    def forget(self) -> None:
        """Ask again for lists: requests have changed what is in them."""
        self._seen.clear()

    def parameters(self, operation: Operation, *, fresh: bool = False) -> Iterator[dict[str, str]]:
        """Values for the parameters in a path, to be tried in turn: what was created first, then rows in other
        states. `fresh`: what was created and not been given away, because the operation may take the row away. A
        parameter that no row is known for is left out.
        """
        yield from self._filled(operation.path, _BRACES.findall(operation.path), {}, fresh)

    def _filled(
        self, path: str, names: list[str], given: dict[str, str], fresh: bool
    ) -> Iterator[dict[str, str]]:
        if not names:
            yield given
            return
        name, *rest = names
        above = path.partition(f"{{{name}}}")[0].rstrip("/")
        for key, value in given.items():
            above = above.replace(f"{{{key}}}", value)
        values = self._values(above, name, fresh and not rest)[:SEVERAL]
        for value in values:
            yield from self._filled(path, rest, {**given, name: value}, fresh)
        if not values:
            yield from self._filled(path, rest, given, fresh)

    def _values(self, collection: str, name: str, fresh: bool) -> list[str]:
        made = self.created.get(collection, [])
        if fresh and made:
            rows: list[Row] = [made.pop()]
        else:
            rows = [*made[-1:], *in_other_states(self.under(collection)), *reversed(made)]
        rows = [
            row
            for row in rows
            if not any(str(each) in self.spared for each in row.values() if isinstance(each, (str, int)))
        ]
        found = [value for row in rows if (value := identity(row, name)) is not None]
        begins = f"{collection}/"
        parents = [each[len(begins) :].partition("/")[0] for each in self.created if each.startswith(begins)]
        return list(dict.fromkeys((*parents, *found)))

    def referred(self, name: str) -> list[Any]:
        """Values that rows have in a field of this name, or ids of rows that it seems to be named after."""
        if not _ID.search(name):
            return []
        rows = [
            row
            for each in self._paths()
            for row in (*reversed(self.created.get(each, [])), *self.under(each))
        ]
        found = [row[name] for row in rows if isinstance(row.get(name), (str, int))]
        path = self._named_after(plain(_ID.sub("", name)))
        if path is not None:
            rows = [*reversed(self.created.get(path, [])), *self.under(path)]
            found = [row["id"] for row in rows if "id" in row] + found
        return list(dict.fromkeys(found))

    def _named_after(self, stem: str) -> str | None:
        """The list whose name is the plural of a word, or begins with it as no shorter one does."""
        named = {plain(path.rpartition("/")[2]): path for path in self._paths()}
        plurals = (f"{stem}s", f"{stem}es", f"{stem[:-1]}ies", stem)
        begin = sorted((each for each in named if stem and each.startswith(stem)), key=len)
        return next((named[each] for each in (*plurals, *begin) if each in named), None)

    def _paths(self) -> list[str]:
        return [path for path in self._lists if "{" not in path]


def identity(row: Row, name: str) -> str | None:
    """What names a row in a path: a field of the parameter's name, else its id."""
    for key in (name, "id", "uuid", "pk", "_id", name.partition("_")[2]):
        if isinstance(row.get(key), (str, int)) and row[key] != "":
            return str(row[key])
    return None


def in_other_states(rows: Sequence[Row]) -> list[Row]:
    """The rows, those first that differ in a field that looks like a state."""
    first: dict[tuple[object, ...], Row] = {}
    for row in rows:
        first.setdefault(tuple(row.get(key) for key in ("status", "state", "is_active", "active")), row)
    others = [row for row in rows if not any(row is each for each in first.values())]
    return [*first.values(), *others]


def listed_rows(body: Any) -> list[Row]:
    """The rows of a list, wherever in its answer they are."""
    if isinstance(body, Mapping):
        body = next((each for each in body.values() if isinstance(each, list)), [])
    return [each for each in body if isinstance(each, Mapping)] if isinstance(body, list) else []


def plain(name: str) -> str:
    """`work-orders` and `workOrder` as one may compare them."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def as_json(answer: httpx2.Response) -> Any:
    """The body as JSON; none if it is not."""
    with suppress(ValueError):
        return json.loads(answer.content)
    return None


def _listed(caller: Caller, path: str, most: Mapping[str, int]) -> list[Row]:
    with caller.client() as client, suppress(httpx2.HTTPError):
        answer = client.get(path or "/", params=dict(most), headers={"Accept": "application/json"})
        if answer.status_code == 200:
            return listed_rows(as_json(answer))
    return []
