"""The OpenAPI part of attachments.

What lives here: schemas, parameters and answers of their operations. What must not: behaviour.
"""

from typing import TYPE_CHECKING, Any, Final

from backwright import paging
from backwright.contract import EXAMPLE_ID, singular
from backwright.contract_parameters import idempotency_key

if TYPE_CHECKING:
    from backwright.resource import BoundResource

Document = dict[str, Any]

_ID: Final[Document] = {"type": "string", "format": "uuid", "examples": [EXAMPLE_ID]}
_TIME: Final[Document] = {"type": "string", "format": "date-time", "maxLength": 32}

ATTACHMENT: Final[Document] = {
    "type": "object",
    "description": "What is known about a file.",
    "required": [
        "id",
        "name",
        "media_type",
        "size",
        "sha256",
        "state",
        "created_by",
        "created_at",
        "version",
    ],
    "properties": {
        "id": {**_ID, "description": "The attachment's id."},
        "name": {"type": "string", "maxLength": 255, "description": "The name it was sent with, made safe."},
        "media_type": {
            "type": "string",
            "maxLength": 127,
            "description": "Its type, verified by its content.",
        },
        "size": {"type": "integer", "format": "int64", "minimum": 0, "description": "Bytes."},
        "sha256": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "SHA-256 of its content, in hex.",
        },
        "state": {
            "type": "string",
            "enum": ["ready", "quarantined"],
            "description": "A quarantined file waits to be examined and cannot be downloaded.",
        },
        "created_by": {
            "type": ["string", "null"],
            "format": "uuid",
            "description": "The account that sent it.",
        },
        "created_at": {**_TIME, "description": "When it was sent."},
        "version": {
            "type": "integer",
            "format": "int32",
            "minimum": 1,
            "description": "Grows with each change.",
        },
    },
}
PAGE: Final[Document] = {
    "type": "object",
    "required": ["items", "next"],
    "properties": {
        "items": {"type": "array", "maxItems": paging.MAX_LIMIT, "items": ATTACHMENT},
        "next": {
            "type": ["string", "null"],
            "maxLength": 36,
            "description": "Send it as cursor for the next page.",
        },
    },
}
LINK: Final[Document] = {
    "type": "object",
    "required": ["url", "expires_at"],
    "properties": {
        "url": {"type": "string", "format": "uri-reference", "maxLength": 2000},
        "expires_at": _TIME,
    },
}
UPLOAD: Final[Document] = {
    "type": "object",
    "required": ["id", "url", "fields", "finish", "expires_at"],
    "properties": {
        "id": {**_ID, "description": "The id that the attachment will have."},
        "url": {"type": "string", "format": "uri", "maxLength": 2000, "description": "Where the form goes."},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Fields of the multipart form, to be sent before the field `file`.",
        },
        "finish": {"type": "string", "maxLength": 300, "description": "Call it when the file was sent."},
        "expires_at": {**_TIME, "description": "Until when the form is taken."},
    },
}
ANNOUNCED: Final[Document] = {
    "type": "object",
    "required": ["name", "media_type", "size"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 1000, "description": "The file's name."},
        "media_type": {"type": "string", "minLength": 1, "maxLength": 127, "description": "Its type."},
        "size": {"type": "integer", "format": "int64", "minimum": 1, "description": "Its exact bytes."},
    },
}
SENT: Final[Document] = {
    "type": "object",
    "required": ["sha256"],
    "additionalProperties": False,
    "properties": {
        "sha256": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "SHA-256 of the file that was sent.",
        }
    },
}


def operation_id(bound: "BoundResource", verb: str) -> str:
    """The name of an operation: `add_work_order_attachment`."""
    noun = "attachments" if verb == "list" else "attachment"
    return f"{verb}_{singular(bound)}_{noun}"


def operation(bound: "BoundResource", verb: str) -> Document:
    """The OpenAPI part of the operation `verb`."""
    found: Document = {
        "list": lambda: _listed(bound),
        "add": lambda: _added(bound),
        "get": lambda: _said(
            f"Get an attachment of a {bound.title}", {"200": _json("The attachment.", ATTACHMENT)}
        ),
        "remove": lambda: _said(
            f"Remove an attachment of a {bound.title}", {"204": {"description": "It is gone."}}
        ),
        "download": lambda: _downloaded(bound),
        "link": lambda: _said(
            f"Make a link to an attachment of a {bound.title}",
            {"200": _json("An address that opens the file for five minutes, without signing in.", LINK)},
        ),
        "begin": lambda: _begun(bound),
        "finish": lambda: _finished(bound),
    }[verb]()
    parameters = [_path("id", f"The {bound.title}'s id.")]
    if verb not in ("list", "add", "begin"):
        parameters.append(_path("attachment_id", "The attachment's id."))
    found["parameters"] = parameters + found.get("parameters", [])
    is_open = "public" in {str(role) for role in bound.policy.access} or verb == "download"
    found["security"] = [{"bearer": []}, {}] if is_open else [{"bearer": []}]
    return found


def _listed(bound: "BoundResource") -> Document:
    limit = {"type": "integer", "minimum": 1, "maximum": paging.MAX_LIMIT, "default": paging.DEFAULT_LIMIT}
    return {
        **_said(f"List the attachments of a {bound.title}", {"200": _json("One page, oldest first.", PAGE)}),
        "parameters": [
            _query("limit", limit, "Attachments in a page."),
            _query("cursor", {"type": "string", "format": "uuid"}, "The next of another page."),
        ],
    }


def _added(bound: "BoundResource") -> Document:
    declared = bound.resource.attachments
    assert declared is not None
    created = _json("The new attachment.", ATTACHMENT)
    created["headers"] = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}
    form = {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {
                    "type": "string",
                    "format": "binary",
                    "description": f"At most {declared.max_mb} MiB; name, type and content must agree.",
                }
            },
            "additionalProperties": False,
        },
        "encoding": {"file": {"contentType": ", ".join(declared.types)}},
    }
    return {
        **_said(
            f"Add an attachment to a {bound.title}",
            {"201": created, "409": {"$ref": "#/components/responses/Conflict"}},
        ),
        "parameters": [idempotency_key(bound)],
        "requestBody": {"required": True, "content": {"multipart/form-data": form}},
    }


def _begun(bound: "BoundResource") -> Document:
    answers = {
        "201": _json("The form that takes the file, for fifteen minutes.", UPLOAD),
        "409": {"$ref": "#/components/responses/Conflict"},
    }
    body = {"required": True, "content": {"application/json": {"schema": ANNOUNCED}}}
    said = _said(f"Begin to send an attachment of a {bound.title} straight to the storage", answers)
    return {**said, "requestBody": body}


def _finished(bound: "BoundResource") -> Document:
    answers = {
        "200": _json("The attachment, verified.", ATTACHMENT),
        "409": {"$ref": "#/components/responses/Conflict"},
    }
    body = {"required": True, "content": {"application/json": {"schema": SENT}}}
    said = _said(f"Finish an attachment of a {bound.title} that was sent to the storage", answers)
    return {**said, "requestBody": body}


def _downloaded(bound: "BoundResource") -> Document:
    declared = bound.resource.attachments
    assert declared is not None
    content = {
        media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in declared.types
    }
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers = {
        "200": {"description": "The file, to be saved.", "content": content},
        "206": {"description": "The part of the file that Range names.", "content": content},
        "304": {"description": "What you have is still current."},
        "409": {"$ref": "#/components/responses/Conflict"},
        "416": {"description": "The range lies outside the file.", "content": problem},
    }
    return {
        **_said(f"Download an attachment of a {bound.title}", answers),
        "parameters": [
            _query("expires", {"type": "string", "pattern": "^[0-9]{1,12}$"}, "From a link."),
            _query("signature", {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}, "From a link."),
        ],
    }


def _said(summary: str, responses: Document) -> Document:
    return {"summary": summary, "responses": responses}


def _json(description: str, schema: Document) -> Document:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path(name: str, description: str) -> Document:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": _ID}


def _query(name: str, schema: Document, description: str) -> Document:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
