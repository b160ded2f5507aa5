"""What a list request asks for: from the query string to a typed query, everything checked and bounded.

What lives here: which parameters there are and what they mean. What must not: SQL. Unknown parameters and
fields are a 400 with what is allowed; wrong values a 422; both name every fault at once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlencode

from backwright import filters, paging, search
from backwright.errors import BadRequest, FieldError, Invalid

if TYPE_CHECKING:
    from backwright.views import View

MAX_PARAMETERS: Final = 40
MAX_SORTS: Final = 3
REMEMBERED: Final = 500
REMEMBERED_SIZE: Final = 300
"""Queries that one view remembers, and the characters that the values of one may have together."""

STANDARD_PARAMETERS: Final = ("limit", "cursor", "sort", "embed", "total", "q")


@dataclass(frozen=True)
class ListQuery:
    """A checked list request. `sort` holds (field, descending); `ranked` means by relevance."""

    conditions: tuple[filters.Condition, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    search: str | None = None
    ranked: bool = False
    embeds: tuple[str, ...] = ()
    limit: int = paging.DEFAULT_LIMIT
    cursor: paging.Cursor | None = None
    total: bool = False
    binding: str = ""
    address: str = ""
    """The query string that asks for the same, but for the cursor; ends so that `cursor=…` can follow."""

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What the SQL text of its conditions depends on."""
        return filters.shape(self.conditions)

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """The values of its conditions."""
        return filters.parameters(self.conditions)


def pairs(query_string: bytes) -> dict[str, str]:
    """The parameters of a query string, each at most once. Raises `BadRequest`."""
    if not query_string:
        return {}
    try:
        parts = query_string.decode("ascii").split("&")
        if len(parts) > MAX_PARAMETERS:
            raise ValueError("too many")
        found = [_pair(part) for part in parts if part]
    except ValueError:
        raise BadRequest(
            f"The query string is not valid UTF-8, or has more than {MAX_PARAMETERS} parameters."
        ) from None
    given = dict(found)
    if len(given) != len(found):
        twice = sorted({name for name, _ in found if sum(name == other for other, _ in found) > 1})
        raise BadRequest(
            "Each parameter may be given once.", errors=[_fault(name, "is given twice") for name in twice]
        )
    return given


def _pair(part: str) -> tuple[str, str]:
    """Name and value of a parameter, as `urllib.parse.parse_qsl` reads them, in a fraction of its time. Raises
    `ValueError`."""
    name, _, value = part.partition("=")
    if "+" in part:
        name, value = name.replace("+", " "), value.replace("+", " ")
    if "%" in part:
        name, value = unquote(name, errors="strict"), unquote(value, errors="strict")
    return name, value


def refuse_unknown(given: Mapping[str, str], allowed: Sequence[str]) -> None:
    """Raises `BadRequest` naming each parameter that is not in `allowed`, and what is."""
    unknown = [name for name in given if name not in allowed]
    if unknown:
        listed = ", ".join(allowed) or "none"
        raise BadRequest(
            "There are parameters that this operation does not take.",
            errors=[_fault(name[:64], f"is not a parameter here; allowed: {listed}") for name in unknown],
        )


def parse(
    view: "View", given: Mapping[str, str], open_cursor: Callable[[str, str], paging.Cursor]
) -> ListQuery:
    """The typed query for `given`, as this view allows it. Raises `BadRequest` or `Invalid` with all faults.

    What was asked in the same words before is not read again; a walk from page to page only differs in its cursor.
    """
    asked = tuple(pair for pair in given.items() if pair[0] != "cursor")
    query = view.queries.get(asked)
    if query is None:
        query = _read(view, given)
        if sum(len(value) for _, value in asked) <= REMEMBERED_SIZE:
            if len(view.queries) >= REMEMBERED:
                del view.queries[next(iter(view.queries))]
            view.queries[asked] = query
    if "cursor" not in given:
        return query
    return replace(query, cursor=open_cursor(given["cursor"], query.binding))


def _read(view: "View", given: Mapping[str, str]) -> ListQuery:
    """The query, its cursor still to be opened."""
    refuse_unknown(given, [*_standard(view), *view.filters])
    faults: list[FieldError] = []
    conditions: list[filters.Condition] = []
    for name in sorted(given):
        if name in view.filters:
            found = filters.convert(view.filters[name], given[name])
            faults.append(found) if isinstance(found, FieldError) else conditions.append(found)
    limit = _limit(given.get("limit"), faults)
    total = _flag(given.get("total"), faults)
    text = _search(view, given.get("q"), faults)
    if faults:
        raise Invalid("Some parameters are not valid.", errors=faults)
    sort = _sort(view, given.get("sort"))
    embeds = embeds_of(view, given.get("embed"))
    shaping = {name: given[name] for name in sorted(given) if name not in ("cursor", "limit", "total")}
    binding = json.dumps([view.bound.name, sorted(view.roles), shaping])
    ranked = text is not None and "sort" not in given
    address = urlencode({name: each for name, each in given.items() if name != "cursor"})
    address = f"?{address}&" if address else "?"
    return ListQuery(tuple(conditions), sort, text, ranked, embeds, limit, None, total, binding, address)


def embeds_of(view: "View", text: str | None) -> tuple[str, ...]:
    """The embeds named in `text`, in order. Raises `BadRequest` with what is allowed."""
    if text is None:
        return ()
    names = text.split(",")
    wrong = [name for name in names if name not in view.embeddable]
    if wrong or len(set(names)) != len(names):
        raise BadRequest(
            "embed names what cannot be embedded.", errors=[_fault("embed", _allowed(view.embeddable))]
        )
    return tuple(names)


def _standard(view: "View") -> tuple[str, ...]:
    """The parameters beside filters that make sense for this view."""
    empty = {"sort": not view.sorts, "embed": not view.embeddable, "q": not view.searched}
    return tuple(name for name in STANDARD_PARAMETERS if not empty.get(name))


def _sort(view: "View", text: str | None) -> tuple[tuple[str, bool], ...]:
    """(field, descending) of each term. Of a field that comes twice, the first one decides."""
    if text is None:
        return ()
    terms = text.split(",")
    names = [term.removeprefix("-") for term in terms]
    if not set(names) <= set(view.sorts) or len(terms) > MAX_SORTS:
        allowed = f"{_allowed(view.sorts)}; at most {MAX_SORTS}; - in front for descending"
        raise BadRequest("sort names what cannot be sorted by.", errors=[_fault("sort", allowed)])
    found: dict[str, bool] = {}
    for name, term in zip(names, terms, strict=True):
        found.setdefault(name, term.startswith("-"))
    return tuple(found.items())


def _allowed(names: Sequence[str]) -> str:
    return f"allowed: {', '.join(names) or 'none'}"


def _limit(text: str | None, faults: list[FieldError]) -> int:
    if text is None:
        return paging.DEFAULT_LIMIT
    if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= paging.MAX_LIMIT:
        return int(text)
    faults.append(_fault("limit", f"must be a whole number from 1 to {paging.MAX_LIMIT}"))
    return paging.DEFAULT_LIMIT


def _flag(text: str | None, faults: list[FieldError]) -> bool:
    if text not in (None, "true", "false"):
        faults.append(_fault("total", "must be true or false"))
    return text == "true"


def _search(view: "View", text: str | None, faults: list[FieldError]) -> str | None:
    if text is None:
        return None
    if "\x00" in text or len(text) > search.MAX_QUERY:
        faults.append(_fault("q", f"must have at most {search.MAX_QUERY} characters and no NUL"))
        return None
    every, seen = view.bound.resource.search, view.searched
    dialect = view.bound.database.dialect.name
    return search.query(text, seen if seen != every else (), among=every, dialect=dialect)


def _fault(parameter: str, detail: str) -> FieldError:
    return FieldError(detail, parameter=parameter)
