"""What a resource says about itself in the OpenAPI document.

What lives here: the operations of the routes in `routes.py`. What must not: what all operations have in
common (`openapi.py`).
"""

from typing import TYPE_CHECKING, Final

from backwright.access import Operation
from backwright.actor import PUBLIC
from backwright.contract_parameters import embed, idempotency_key, if_match, list_parameters, path_id
from backwright.contract_schemas import Document, ref, schemas
from backwright.examples import EXAMPLE_ID
from backwright.idempotency import REPLAYED
from backwright.payloads import MERGE_PATCH

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource
    from backwright.service import Action

__all__ = ["EXAMPLE_ID", "components", "operation", "singular"]

_REFUSALS: Final = {
    "409": "Conflict", "412": "PreconditionFailed", "428": "PreconditionRequired",
}  # fmt: skip
_REPLAYED: Final[Document] = {
    REPLAYED: {
        "description": "Whether this is the answer to an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
_FOLLOWING: Final = {"get": Operation.READ, "update": Operation.UPDATE, "delete": Operation.DELETE}


def singular(bound: "BoundResource") -> str:
    """The resource's name for one row, as it stands in operation ids: `work_order`."""
    return bound.title.replace(" ", "_")


def components(bound: "BoundResource") -> Document:
    """The parts that the operations refer to."""
    return {"schemas": schemas(bound)}


def operation(bound: "BoundResource", operation_id: str) -> Document:
    """The OpenAPI part of one operation."""
    single = singular(bound)
    actions = {f"{each.name}_{single}": each for each in bound.actions.values()}
    if operation_id in actions:
        return _action(bound, actions[operation_id])
    return {
        f"list_{bound.name}": _list,
        f"create_{single}": _create,
        f"create_{bound.name}_in_bulk": _create_in_bulk,
        f"get_{single}": _get,
        f"update_{single}": _update,
        f"delete_{single}": _delete,
    }[operation_id](bound)


def _list(bound: "BoundResource") -> Document:
    page = _answer(f"One page of {bound.title_plural}.", f"{_name(bound)}List")
    page["headers"] = {
        "ETag": _header("Changes when the page does; send it as If-None-Match."),
        "Link": _header("The neighbouring pages (RFC 8288)."),
    }
    return {
        "summary": f"List {bound.title_plural}",
        "parameters": list_parameters(bound),
        "responses": {"200": page, **_not_modified()},
        "security": _security(bound, Operation.READ),
    }


def _create(bound: "BoundResource") -> Document:
    created = _row(bound, f"The new {bound.title}.")
    created["headers"] |= {"Location": _header("Where the row is."), **_REPLAYED}
    if links := _links(bound):
        created["links"] = links
    return {
        "summary": f"Create {_a(bound.title)}",
        "parameters": [idempotency_key(bound)],
        "requestBody": _body(f"{_name(bound)}Create"),
        "responses": {"201": created, **_refused("409")},
        "security": _security(bound, Operation.CREATE),
    }


def _create_in_bulk(bound: "BoundResource") -> Document:
    done = _answer("The new rows in the order of the request: all or none.", f"{_name(bound)}BulkResult")
    done["headers"] = dict(_REPLAYED)
    return {
        "summary": f"Create several {bound.title_plural}",
        "parameters": [idempotency_key(bound)],
        "requestBody": _body(f"{_name(bound)}Bulk"),
        "responses": {"201": done, **_refused("409")},
        "security": _security(bound, Operation.CREATE),
    }


def _get(bound: "BoundResource") -> Document:
    return {
        "summary": f"Get {_a(bound.title)}",
        "parameters": [path_id(bound), *([embed(bound)] if bound.resource.embeds else [])],
        "responses": {"200": _row(bound, f"The {bound.title}."), **_not_modified()},
        "security": _security(bound, Operation.READ),
    }


def _update(bound: "BoundResource") -> Document:
    body = _body(f"{_name(bound)}Update")
    body["content"][MERGE_PATCH] = body["content"]["application/json"]
    return {
        "summary": f"Change {_a(bound.title)}",
        "description": "A merge patch (RFC 7396): what is not sent stays, null empties a field.",
        "parameters": [path_id(bound), if_match(bound)],
        "requestBody": body,
        "responses": {"200": _row(bound, f"The {bound.title}."), **_changes_refused(bound)},
        "security": _security(bound, Operation.UPDATE),
    }


def _delete(bound: "BoundResource") -> Document:
    return {
        "summary": f"Delete {_a(bound.title)}",
        "parameters": [path_id(bound), if_match(bound)],
        "responses": {"204": {"description": "It is gone."}, **_changes_refused(bound)},
        "security": _security(bound, Operation.DELETE),
    }


def _action(bound: "BoundResource", action: "Action") -> Document:
    done = _row(bound, f"The {bound.title} afterwards.")
    done["headers"] |= _REPLAYED
    found: Document = {
        "summary": action.summary.rstrip("."),
        "parameters": [path_id(bound), if_match(bound), idempotency_key(bound)],
        "responses": {"200": done, **_changes_refused(bound)},
        "security": _security(bound, Operation.ACT, action.name),
    }
    if action.sources:
        states = " or ".join(sorted(map(str, action.sources)))
        found["description"] = (
            f"{found['summary']}. Only from {states}; a conflict (409) from any other state."
        )
    if action.body is not None:
        found["requestBody"] = _body(action.body.__name__)
    return found


def _security(bound: "BoundResource", operation: Operation, action: str | None = None) -> list[Document]:
    """A token; or none, where everybody may."""
    public = bound.policy.grants((PUBLIC,), operation)
    open_ = any(action is None or grant.covers(action) for grant in public)
    return [{"bearer": []}, {}] if open_ else [{"bearer": []}]


def _name(bound: "BoundResource") -> str:
    return bound.resource.entity.__name__


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"


def _row(bound: "BoundResource", description: str) -> Document:
    found = _answer(description, _name(bound))
    found["headers"] = {"ETag": _header("The version; send it as If-Match or If-None-Match.")}
    return found


def _answer(description: str, schema: str) -> Document:
    return {"description": description, "content": {"application/json": {"schema": ref(schema)}}}


def _body(schema: str) -> Document:
    return {"required": True, "content": {"application/json": {"schema": ref(schema)}}}


def _header(description: str) -> Document:
    return {"description": description, "schema": {"type": "string", "maxLength": 16_384}}


def _links(bound: "BoundResource") -> Document:
    """What may follow on a create, for clients and tools that walk through the API."""
    single = singular(bound)
    return {
        f"{verb.capitalize()}{_name(bound)}": {
            "operationId": f"{verb}_{single}", "parameters": {"id": "$response.body#/id"},
        }
        for verb, operation in _FOLLOWING.items()
        if bound.policy.allows(operation)
    }  # fmt: skip


def _not_modified() -> Document:
    return {"304": {"description": "What you have is still current."}}


def _changes_refused(bound: "BoundResource") -> Document:
    return _refused("409", "412", *(["428"] if bound.resource.require_match else []))


def _refused(*statuses: str) -> Document:
    return {status: {"$ref": f"#/components/responses/{_REFUSALS[status]}"} for status in statuses}
