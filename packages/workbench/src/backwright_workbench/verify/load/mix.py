"""What is asked of a backend under load: from its document, its rows, and what is declared of it.

What lives here: choosing operations, roles, shares and variants. What must not: sending them as load. Reads come from
the document alone; what is written needs a blueprint, which says who may, and which moves a row can make.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.verify.load.plan import Operation
from backwright_workbench.verify.load.writes import writes
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand

VARIANTS = 24
"""Different requests of one list; some repeat soon, as people's do, and some come from no cache."""

LISTS, GETS, REST = 40.0, 35.0, 5.0
"""Shares of lists, of single rows and of other reads; what is written has `writes.SHARES`."""

LOGIN = 0.003
"""The part of logins."""

ADDRESSES = 4

FETCHED = 100
"""Rows of each list that ids and values are taken from."""

PLUMBING = ("/auth/", "/health", "/metrics", "/.well-known/", "/docs", "/openapi", "/users/")
"""What a service of ours has beside what is declared; people ask for it rarely."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one caller sees of a list: some rows, and where its next page is."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    cursor: str = ""


Seeing = list[tuple[Caller, dict[str, Seen]]]
"""Each caller, and the lists that he may read."""


def mix(
    stand: Stand, blueprint: Blueprint | None, *, login: tuple[str, str] | None = None
) -> tuple[Operation, ...]:
    """Everything that is asked, by each role that may. `login` is who signs in now and then."""
    chance = random.Random(7)  # noqa: S311 no secret: the same service is asked the same
    paths = stand.document.get("paths", {})
    wanted = lists(paths, ours=blueprint is not None)
    callers = [each[0] for each in stand.callers.values()] or [stand.anonymous]
    seeing: Seeing = [(caller, look(caller, wanted)) for caller in callers]
    found = [*_reads(paths, seeing, chance, ours=blueprint is not None)]
    if blueprint is not None:
        rows: dict[str, list[dict[str, Any]]] = {}
        for _, seen in seeing:
            rows |= {path: of.rows for path, of in seen.items() if len(of.rows) > len(rows.get(path, ()))}
        found += writes(blueprint, stand, rows, first=len(found))
    if login is not None:
        found += _logins(*login, share=sum(each.share for each in found) * LOGIN)
    return tuple(found)


def _logins(email: str, password: str, share: float) -> Iterator[Operation]:
    """From different addresses, because one address may try few times in a minute."""
    body = json.dumps({"email": email, "password": password})
    for number in range(1, ADDRESSES + 1):
        headers = {"Content-Type": "application/json", "X-Forwarded-For": f"10.0.0.{number}"}
        yield Operation(
            "POST /auth/login", "anonymous", "POST", (("/auth/login", body),), headers, share / ADDRESSES
        )


def lists(paths: Mapping[str, Any], *, ours: bool) -> list[str]:
    """Paths that can be read without knowing anything."""
    return [
        path
        for path, item in paths.items()
        if "{" not in path and _is_plain(item.get("get")) and not (ours and path.startswith(PLUMBING))
    ]


def _is_plain(operation: Mapping[str, Any] | None) -> bool:
    if operation is None:
        return False
    content = [
        media for answer in operation.get("responses", {}).values() for media in answer.get("content", {})
    ]
    if any(media.startswith("text/event-stream") for media in content):
        return False
    return not any(each.get("required") for each in operation.get("parameters", ()))


def look(caller: Caller, paths: list[str]) -> dict[str, Seen]:
    """What a caller sees of each list. What he may not read is not among them; what fails is."""
    found = {}
    with caller.client() as client:
        for path in paths:
            try:
                answer = client.get(path)
                data = answer.json() if answer.status_code < 300 else None
            except (httpx2.HTTPError, ValueError):
                found[path] = Seen()
                continue
            if 300 <= answer.status_code < 500:
                continue
            rows = [row for row in _rows(data)[:FETCHED] if isinstance(row, dict)]
            found[path] = Seen(rows, str(data.get("next") or "") if isinstance(data, dict) else "")
    return found


def _rows(data: Any) -> list[Any]:
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        return []
    return next((data[key] for key in ("items", "results", "data") if isinstance(data.get(key), list)), [])


def _reads(
    paths: Mapping[str, Any], seeing: Seeing, chance: random.Random, *, ours: bool
) -> Iterator[Operation]:
    readers = Counter(path for _, seen in seeing for path in seen)
    filled = {path for _, seen in seeing for path, of in seen.items() if of.rows}
    for path in readers:
        share = LISTS / len(filled) if path in filled else REST / (len(readers) - len(filled))
        below = [each for each in paths if _below(path, each) and _is_plain_but_path(paths[each].get("get"))]
        declared = paths[path]["get"].get("parameters", ()) if ours else ()
        for caller, seen in seeing:
            if path not in seen:
                continue
            asked = dict.fromkeys(_spelled(path, query) for query in queries(declared, seen[path], chance))
            yield _read(path, caller, asked, share / readers[path])
            ids = [row["id"] for row in seen[path].rows if isinstance(row.get("id"), str | int)][:VARIANTS]
            for single in below if ids else ():
                asked = dict.fromkeys(re.sub(r"\{\w+\}", quote(str(each)), single) for each in ids)
                yield _read(single, caller, asked, GETS / len(filled) / len(below) / readers[path])


def _below(path: str, other: str) -> bool:
    return re.fullmatch(re.escape(path.rstrip("/")) + r"/\{\w+\}/?", other) is not None


def _read(name: str, caller: Caller, paths: Iterable[str], share: float) -> Operation:
    variants = tuple((path, "") for path in paths)
    return Operation(f"GET {name}", caller.role, "GET", variants, caller.header(), share)


def _is_plain_but_path(operation: Mapping[str, Any] | None) -> bool:
    if operation is None:
        return False
    rest = [each for each in operation.get("parameters", ()) if each.get("in") != "path"]
    return _is_plain({**operation, "parameters": rest})


def _spelled(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def queries(
    declared: Any, of: Seen, chance: random.Random, count: int = VARIANTS
) -> Iterator[dict[str, str]]:
    """Ways to ask for one list: as it is, its next page, filtered, sorted, searched, by what its rows hold."""
    yield {}
    named = {each["name"]: each.get("schema", {}) for each in declared if each.get("in") == "query"}
    if "cursor" in named and of.cursor:
        yield {"cursor": of.cursor}
    filters = [
        name for name in named if "__" not in name and any(row.get(name) is not None for row in of.rows)
    ]
    sorts = named.get("sort", {}).get("items", {}).get("enum", [])
    embeds = named.get("embed", {}).get("items", {}).get("enum", [])
    words = [
        word
        for row in of.rows
        for value in row.values()
        if isinstance(value, str) and " " in value
        for word in re.findall(r"[A-Za-z]{4,12}", value)
    ]
    for _ in range(count if named else 0):
        query: dict[str, str] = {}
        for name in chance.sample(filters, min(len(filters), chance.choice((0, 1, 1, 2)))):
            query[name] = _text(chance.choice([row[name] for row in of.rows if row.get(name) is not None]))
        if "q" in named and words and chance.random() < 0.2:
            query["q"] = chance.choice(words)
        elif sorts and chance.random() < 0.5:
            query["sort"] = chance.choice(sorts)
        if embeds and chance.random() < 0.3:
            query["embed"] = chance.choice(embeds)
        yield query


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
