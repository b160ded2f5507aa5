"""The parameters of a resource in the OpenAPI document.

What lives here: what may stand in the query, the path and the headers. What must not: operations
(`contract.py`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from backwright import filters, paging, search
from backwright.conditional import TAG
from backwright.contract_schemas import REFS, Document
from backwright.examples import EXAMPLE_ID
from backwright.fields import label
from backwright.idempotency import CHARACTERS, HEADER
from backwright.listing import MAX_SORTS
from backwright.scalars import NO_NUL

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

_SAYS: Final = {
    "": "equals", "not": "is not, or is missing", "in": "is one of these", "gt": "is greater than",
    "gte": "is at least", "lt": "is less than", "lte": "is at most",
    "contains": "contains (A to Z in either case, accents as they are)",
    "null": "is missing (true) or present (false)",
}  # fmt: skip


def list_parameters(bound: "BoundResource") -> list[Document]:
    """Every parameter of a list."""
    resource = bound.resource
    limit = {
        "type": "integer", "format": "int32", "minimum": 1, "maximum": paging.MAX_LIMIT,
        "default": paging.DEFAULT_LIMIT,
    }  # fmt: skip
    cursor = {"type": "string", "minLength": 1, "maxLength": 4096}
    found = [
        query("limit", limit, "Rows in a page."),
        query("cursor", cursor, "The next or prev of another page of the same list."),
        query("total", {"type": "boolean", "default": False}, "Count the rows, up to 10,000."),
    ]
    if resource.sorts:
        terms = [sign + name for name in resource.sorts for sign in ("", "-")]
        says = (
            "Fields to sort by; - in front for descending. Rows without a value come last. "
            "Without sort, newest first."
        )
        found.append(listed("sort", {"type": "string", "enum": terms}, MAX_SORTS, says))
    if resource.search:
        words = {"type": "string", "maxLength": search.MAX_QUERY, "pattern": NO_NUL}
        says = f'Words to find in {", ".join(resource.search)}; best match first. "a phrase", -not, or.'
        found.append(query("q", words, says))
    if resource.embeds:
        found.append(embed(bound))
    return [*found, *_filters(bound)]


def embed(bound: "BoundResource") -> Document:
    """What to show inside a row."""
    names = bound.resource.embeds
    found = listed("embed", {"type": "string", "enum": list(names)}, len(names), "Rows to show inside.")
    found["schema"]["uniqueItems"] = True
    return found


def _filters(bound: "BoundResource") -> Iterator[Document]:
    """A parameter for each filter. The filters of one field take the same values."""
    values: dict[int, Document] = {}
    for each in bound.filters.values():
        says = f"Rows whose {label(each.field)} {_SAYS[each.operator]}."
        if each.operator == "contains":
            text = {"type": "string", "minLength": 1, "maxLength": filters.MAX_TEXT, "pattern": NO_NUL}
            yield query(each.parameter, text, says)
            continue
        if id(each.adapter) not in values:
            values[id(each.adapter)] = _value(each)
        schema = dict(values[id(each.adapter)])
        if each.operator == "in":
            yield listed(each.parameter, schema, filters.MAX_IN, says)
        else:
            yield query(each.parameter, schema, says)


def _value(each: filters.Filter) -> Document:
    """The schema of one value of a filter."""
    schema: Document = each.adapter.json_schema(ref_template=REFS)
    return {key: part for key, part in schema.items() if key not in ("$defs", "title", "description")}


def query(name: str, schema: Document, description: str) -> Document:
    """A parameter of the query string."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def listed(name: str, items: Document, most: int, description: str) -> Document:
    """A parameter of the query string that takes several values, separated by commas."""
    schema = {"type": "array", "items": items, "minItems": 1, "maxItems": most}
    return {**query(name, schema, description), "style": "form", "explode": False}


def path_id(bound: "BoundResource") -> Document:
    """The id in the path."""
    schema: dict[str, Any] = {"type": "string", "format": "uuid", "examples": [EXAMPLE_ID]}
    says = f"The {bound.title}'s id."
    return {"name": "id", "in": "path", "required": True, "description": says, "schema": schema}


def if_match(bound: "BoundResource") -> Document:
    """The precondition of a change."""
    says = "The ETag of the version that you have seen; nothing changes unless it is still the stored one."
    schema = {"type": "string", "maxLength": 200, "pattern": rf"^(\*|{TAG})$"}
    required = bound.resource.require_match
    return {"name": "If-Match", "in": "header", "required": required, "description": says, "schema": schema}


def idempotency_key(bound: "BoundResource") -> Document:
    """What names a request, so that it may be sent again."""
    says = (
        "New for each request, such as a UUID. The same request with the same key has one effect and gets the same "
        "answer for 24 hours."
    )
    schema = {"type": "string", "maxLength": 130, "pattern": f'^({CHARACTERS}|"{CHARACTERS}")$'}
    required = bound.resource.require_idempotency_key
    return {"name": HEADER, "in": "header", "required": required, "description": says, "schema": schema}
