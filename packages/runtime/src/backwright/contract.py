"""What a resource says about itself in the OpenAPI document.

What lives here: schemas, parameters, bodies, answers and examples of the routes in `routes.py`. What must not: what all
operations have in common (`openapi.py`).
"""

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, Field, create_model
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, String

from backwright import filters, paging, search
from backwright.access import Operation
from backwright.columns import FixedPoint, Id, Timestamp, integer_range, rules_of
from backwright.fields import STANDARD, STRICT, ResourceField, field_of, label
from backwright.listing import MAX_SORTS

if TYPE_CHECKING:
    from backwright.resource import BoundResource

Document = dict[str, Any]
REFS: Final = "#/components/schemas/{model}"
EXAMPLE_ID: Final = "01935b2e-7c00-7000-8000-000000000001"
EXAMPLE_TIME: Final = "2026-01-15T09:30:00.000000Z"
_MERGE: Final = "application/merge-patch+json"


def singular(bound: "BoundResource") -> str:
    """The resource's name for one row, as it stands in operation ids: `work_order`."""
    return bound.title.replace(" ", "_")


def bulk_model(bound: "BoundResource") -> type[BaseModel]:
    """The body of a bulk create: `{"items": […]}`."""
    kind = list[bound.create_model]  # type: ignore[name-defined]
    name = f"{bound.resource.entity.__name__}Bulk"
    return create_model(name, __config__=STRICT, items=(kind, Field(min_length=1, max_length=10_000)))


def components(bound: "BoundResource") -> Document:
    """The schemas of a resource: what is read, listed, created, changed, and the bodies of actions."""
    name = bound.resource.entity.__name__
    schemas: Document = {name: read_schema(bound), f"{name}List": list_schema(bound)}
    models = [bound.create_model, bound.update_model, *(a.body for a in bound.actions.values() if a.body)]
    for model in models:
        schema = model.model_json_schema(ref_template=REFS)
        schemas.update(schema.pop("$defs", {}))
        schema["examples"] = [example_body(bound, schema)]
        for key, part in schema.get("properties", {}).items():
            _tidy(bound, key, part)
        schemas[model.__name__] = schema
    if bound.resource.bulk:
        items = {
            "type": "array",
            "minItems": 1,
            "maxItems": bound.resource.bulk,
            "items": _ref(f"{name}Create"),
        }
        schemas[f"{name}Bulk"] = {
            "type": "object", "required": ["items"], "additionalProperties": False, "properties": {"items": items},
        }  # fmt: skip
        rows = {"type": "array", "maxItems": bound.resource.bulk, "items": _ref(name)}
        schemas[f"{name}BulkResult"] = {
            "type": "object",
            "required": ["items"],
            "properties": {"items": rows},
        }
    return {"schemas": schemas}


def _tidy(bound: "BoundResource", key: str, part: Document) -> None:
    """Pydantic's property as we publish it: described, without its Python-side default."""
    part.pop("default", None)
    part.pop("title", None)
    column = bound.table.c.get(key)
    part.setdefault(
        "description", (column.doc if column is not None and column.doc else label(key).capitalize()) + "."
    )


def read_schema(bound: "BoundResource") -> Document:
    """A row as it is shown. Only what every reading role sees is required."""
    grants = bound.policy.grants(bound.policy.access, Operation.READ)
    everyone = [name for name in bound.fields if all(grant.covers(name) for grant in grants)]
    properties: Document = {}
    for name in (STANDARD[0], *bound.fields, *STANDARD[1:]):
        found = field_of(bound.table.c[name])
        properties[name] = _shown(found, maybe_hidden=name not in everyone and name not in STANDARD)
        properties[name].setdefault("description", (found.column.doc or label(name).capitalize()) + ".")
    for name in bound.resource.embeds:
        target = bound.embeds[name].target.__name__
        properties[name] = {
            "anyOf": [_ref(target), {"type": "null"}],
            "description": f"The {label(name)}, if it was asked for with embed and may be seen.",
        }
    return {
        "type": "object",
        "description": (bound.resource.entity.__doc__ or bound.title).strip().splitlines()[0],
        "required": [STANDARD[0], *everyone, *STANDARD[1:]],
        "properties": properties,
    }


def _shown(field: ResourceField, *, maybe_hidden: bool) -> Document:
    kind, rules = field.column.type, rules_of(field.column.info)
    found: Document
    if isinstance(kind, Id):
        found = {"type": "string", "format": "uuid", "examples": [EXAMPLE_ID]}
    elif isinstance(kind, Timestamp):
        found = {"type": "string", "format": "date-time", "maxLength": 32, "examples": [EXAMPLE_TIME]}
    elif isinstance(kind, Date):
        found = {"type": "string", "format": "date", "maxLength": 10}
    elif isinstance(kind, Enum):
        found = {"type": "string", "enum": list(kind.enums)}
    elif isinstance(kind, Boolean):
        found = {"type": "boolean"}
    elif isinstance(kind, FixedPoint):
        found = {
            "type": "string",
            "pattern": rf"^-?[0-9]{{1,{kind.precision}}}(\.[0-9]{{{kind.places}}})?$",
            "maxLength": kind.precision + 2,
        }
    elif isinstance(kind, Integer):
        low, high = integer_range(kind)
        found = {
            "type": "integer", "format": "int64" if high > 2**31 else "int32",
            "minimum": low if rules.minimum is None else int(rules.minimum),
            "maximum": high if rules.maximum is None else int(rules.maximum),
        }  # fmt: skip
    elif isinstance(kind, String):
        found = {"type": "string", "maxLength": kind.length}
    else:
        found = {}
    if (field.nullable or maybe_hidden) and "type" in found:
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
        found["type"] = [found["type"], "null"]
    return found


def list_schema(bound: "BoundResource") -> Document:
    """One page."""
    cursor = {"type": ["string", "null"], "maxLength": 4096}
    return {
        "type": "object",
        "description": f"One page of {bound.title_plural}.",
        "required": ["items", "next", "prev"],
        "properties": {
            "items": {
                "type": "array",
                "maxItems": paging.MAX_LIMIT,
                "items": _ref(bound.resource.entity.__name__),
            },
            "next": {**cursor, "description": "Send it as cursor to get the next page; null on the last."},
            "prev": {**cursor, "description": "Send it as cursor to get the page before; null on the first."},
            "total": {
                "type": "object",
                "description": "Only with total=true.",
                "required": ["count", "exact"],
                "properties": {
                    "count": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 10_000},
                    "exact": {"type": "boolean", "description": "False if there are more than were counted."},
                },
            },
        },
    }


def operation(bound: "BoundResource", operation_id: str) -> Document:
    """The OpenAPI part of one operation."""
    single, name = singular(bound), bound.resource.entity.__name__
    action = {f"{each.name}_{single}": each for each in bound.actions.values()}.get(operation_id)
    row = _answer(f"The {bound.title}.", _ref(name), etag=True)
    id_ = _path_id(bound)
    if operation_id == f"list_{bound.name}":
        page = _answer(f"One page of {bound.title_plural}.", _ref(f"{name}List"))
        page["headers"] = {"Link": _header("The neighbouring pages (RFC 8288).")}
        found = _operation(
            f"List {bound.title_plural}", list_parameters(bound), {"200": page, **_not_modified()}
        )
    elif operation_id == f"create_{single}":
        created = _answer(f"The new {bound.title}.", _ref(name), etag=True)
        created["headers"]["Location"] = _header("Where the row is.")
        created["links"] = _row_links(bound)
        found = _operation(
            f"Create a {bound.title}", [], {"201": created, **_refs("Conflict")}, _ref(f"{name}Create")
        )
    elif operation_id == f"create_{bound.name}_in_bulk":
        done = _answer(
            "The new rows, in the order of the request. All of them or none.", _ref(f"{name}BulkResult")
        )
        found = _operation(
            f"Create several {bound.title_plural}",
            [],
            {"201": done, **_refs("Conflict")},
            _ref(f"{name}Bulk"),
        )
    elif operation_id == f"get_{single}":
        parameters = [id_, *([_embed_parameter(bound)] if bound.resource.embeds else [])]
        found = _operation(f"Get a {bound.title}", parameters, {"200": row, **_not_modified()})
    elif operation_id == f"update_{single}":
        found = _operation(
            f"Change a {bound.title}",
            [id_, _if_match()],
            {"200": row, **_write_refusals()},
            _ref(f"{name}Update"),
        )
        content = found["requestBody"]["content"]
        content[_MERGE] = content["application/json"]
    elif operation_id == f"delete_{single}":
        gone: Document = {"204": {"description": "It is gone."}, **_write_refusals()}
        found = _operation(f"Delete a {bound.title}", [id_, _if_match()], gone)
    else:
        assert action is not None, operation_id
        body = _ref(action.body.__name__) if action.body else None
        found = _operation(action.summary, [id_, _if_match()], {"200": row, **_write_refusals()}, body)
    readers = bound.policy.access
    found["security"] = [{"bearer": []}] if "public" not in readers else [{"bearer": []}, {}]
    return found


def _operation(
    summary: str, parameters: list[Document], responses: Document, body: Document | None = None
) -> Document:
    found: Document = {"summary": summary.rstrip("."), "responses": responses}
    if parameters:
        found["parameters"] = parameters
    if body:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return found


def list_parameters(bound: "BoundResource") -> list[Document]:
    """Every parameter of a list."""
    resource = bound.resource
    found = [
        _parameter("limit", {"type": "integer", "format": "int32", "minimum": 1, "maximum": paging.MAX_LIMIT, "default": paging.DEFAULT_LIMIT}, "Rows in a page."),
        _parameter("cursor", {"type": "string", "maxLength": 4096}, "The next or prev of another page of the same list."),
        _parameter("total", {"type": "boolean", "default": False}, "Count the rows, up to 10,000."),
    ]  # fmt: skip
    if resource.sorts:
        terms = "|".join(resource.sorts)
        pattern = f"^-?({terms})(,-?({terms})){{0,{MAX_SORTS - 1}}}$"
        found.append(_parameter("sort", {"type": "string", "pattern": pattern, "maxLength": 200}, f"Up to {MAX_SORTS} of {', '.join(resource.sorts)}; - in front for descending. Without it, newest first."))  # fmt: skip
    if resource.search:
        found.append(_parameter("q", {"type": "string", "maxLength": search.MAX_QUERY}, f"Words to find in {', '.join(resource.search)}; best match first. \"phrase\", -not, or."))  # fmt: skip
    if resource.embeds:
        found.append(_embed_parameter(bound))
    found += [_filter_parameter(each) for each in bound.filters.values()]
    return found


def _filter_parameter(each: filters.Filter) -> Document:
    says = {
        "": "equals", "not": "is not", "in": "is one of these, separated by commas", "gt": "is greater than",
        "gte": "is at least", "lt": "is less than", "lte": "is at most", "contains": "contains (A–Z without case)",
        "null": "is missing (true) or present (false)",
    }  # fmt: skip
    if each.operator == "null":
        schema: Document = {"type": "boolean"}
    elif each.operator in ("in", "contains"):
        schema = {
            "type": "string",
            "minLength": 1,
            "maxLength": filters.MAX_TEXT if each.operator == "contains" else 4096,
        }
    else:
        schema = each.adapter.json_schema(ref_template=REFS)
        schema.pop("$defs", None)
        for part in (schema, *schema.get("anyOf", ())):
            part.pop("title", None)
            part.pop("description", None)
    return _parameter(each.parameter, schema, f"Rows whose {label(each.field)} {says[each.operator]}.")


def _embed_parameter(bound: "BoundResource") -> Document:
    names = bound.resource.embeds
    schema = {
        "type": "array",
        "items": {"type": "string", "enum": list(names)},
        "minItems": 1,
        "maxItems": len(names),
        "uniqueItems": True,
    }
    return {**_parameter("embed", schema, "Rows to show inside."), "style": "form", "explode": False}


def _parameter(name: str, schema: Document, description: str) -> Document:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _path_id(bound: "BoundResource") -> Document:
    schema = {"type": "string", "format": "uuid", "examples": [EXAMPLE_ID]}
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": f"The {bound.title}'s id.",
        "schema": schema,
    }


def _if_match() -> Document:
    schema = {"type": "string", "maxLength": 200, "pattern": r'^(\*|"[0-9]{1,9}-[0-9a-f]{16}")$'}
    description = (
        "The ETag of the version that you have seen; the change happens only if it is still the stored one."
    )
    return {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
    }


def _answer(description: str, schema: Document, *, etag: bool = False) -> Document:
    found: Document = {"description": description, "content": {"application/json": {"schema": schema}}}
    if etag:
        found["headers"] = {"ETag": _header("The version; send it as If-Match or If-None-Match.")}
    return found


def _header(description: str) -> Document:
    return {"description": description, "schema": {"type": "string", "maxLength": 16_384}}


def _row_links(bound: "BoundResource") -> Document:
    single = singular(bound)
    follow = {"get": "Get", "update": "Update", "delete": "Delete"}
    return {
        f"{title}{bound.resource.entity.__name__}": {
            "operationId": f"{verb}_{single}", "parameters": {"id": "$response.body#/id"},
        }
        for verb, title in follow.items()
    }  # fmt: skip


def _not_modified() -> Document:
    return {"304": {"description": "What you have is still current."}}


def _write_refusals() -> Document:
    return _refs("Conflict", "PreconditionFailed")


def _refs(*names: str) -> Document:
    status = {"Conflict": "409", "PreconditionFailed": "412"}
    return {status[name]: {"$ref": f"#/components/responses/{name}"} for name in names}


def _ref(name: str) -> Document:
    return {"$ref": REFS.format(model=name)}


def example_body(bound: "BoundResource", schema: Document) -> Document:
    """A body that is valid for the schema: its required fields, or the first two."""
    names = schema.get("required") or list(schema.get("properties", {}))[:2]
    return {name: example(bound.table.c[name]) for name in names if name in bound.table.c}


def example(column: Column[Any]) -> Any:
    """A valid value of a column."""
    kind, rules = column.type, rules_of(column.info)
    formats = {"email": "ada@example.com", "phone": "+44 20 7946 0000", "url": "https://example.com/"}
    if rules.format in formats:
        return formats[str(rules.format)]
    if isinstance(kind, Enum):
        return kind.enums[0]
    if isinstance(kind, Id):
        return EXAMPLE_ID
    if isinstance(kind, Timestamp):
        return EXAMPLE_TIME
    if isinstance(kind, Date):
        return EXAMPLE_TIME[:10]
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, FixedPoint):
        return f"{max(rules.minimum or 0, min(1, rules.maximum if rules.maximum is not None else 1)):.{kind.places}f}"
    if isinstance(kind, Integer):
        return int(max(rules.minimum if rules.minimum is not None else 1, min(1, rules.maximum or 1)))
    if isinstance(kind, JSON):
        return {"key": "value"}
    assert isinstance(kind, String)
    return (label(column.key).capitalize() or "Text")[: kind.length]
