"""Request bodies: from bytes to checked values.

What lives here: media types, strict reading, and every fault in words. What must not: what is done with the
values. Nothing that was sent is repeated in an answer. A name that comes twice in one JSON object is
refused, because two readers could take different values for it (RFC 8259 §4).
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from backwright.conditional import JSON, header
from backwright.error_handlers import pointer, sentence
from backwright.errors import FieldError, Invalid, TooLarge, UnsupportedMediaType

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

MERGE_PATCH: Final = "application/merge-patch+json"
MAX_FAULTS: Final = 100
"""Faults that one answer lists; a body of nothing but faults must not make an answer larger than itself."""

_NAMES: Final = re.compile(rb'"\s*:').findall
"""What follows each name in JSON, and may stand in texts too: as many as there are fields means that none came twice.
Anything else is looked at properly, which takes longer."""

_SAYS: Final = {
    "extra_forbidden": "is not a field that can be set here",
    "missing": "is required",
    "string_pattern_mismatch": "has characters or a form that this field does not take",
}


async def body(request: Request, model: type[BaseModel], *also: str) -> BaseModel:
    """The strict reading of a JSON body. Raises `UnsupportedMediaType`, or `Invalid` with every fault."""
    media = (header(request, b"content-type") or "").partition(";")[0].strip().lower()
    if media not in (JSON, *also):
        raise UnsupportedMediaType(f"Send {' or '.join((JSON, *also))}.")
    raw = await request.body()
    try:
        found = model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error) from None
    if len(_NAMES(raw)) != len(found.model_fields_set):
        _refuse_repeated_names(raw)
    return found


async def no_body(request: Request) -> None:
    """Raise `Invalid` if something was sent where nothing is taken."""
    if (await request.body()).strip() not in (b"", b"{}"):
        raise Invalid("This action takes no body.")


async def items(request: Request, bound: "BoundResource") -> list[dict[str, Any]]:
    """The items of a bulk request. Raises as `body`, and `TooLarge` above the resource's limit."""
    model = await body(request, bound.bulk_model)
    found: list[BaseModel] = model.items  # type: ignore[attr-defined]
    if len(found) > bound.resource.bulk:
        raise TooLarge(f"At most {bound.resource.bulk} items in one request.")
    return [sent(item) for item in found]


def sent(model: BaseModel) -> dict[str, Any]:
    """The fields that the client sent: absent is not null."""
    values = model.__dict__
    return {name: values[name] for name in model.model_fields_set}


def invalid(error: ValidationError) -> Invalid:
    """Every fault of a body as a JSON Pointer and a sentence; nothing that was sent."""
    found = error.errors(include_url=False, include_context=False)
    if found and found[0]["type"] == "json_invalid":
        return Invalid("The body is not valid JSON.")
    faults = [
        FieldError(_SAYS.get(each["type"]) or sentence(each), pointer=pointer(_place(each["loc"])))
        for each in found[:MAX_FAULTS]
    ]
    return Invalid("Some fields are not valid.", errors=faults)


def _place(loc: Iterable[str | int]) -> list[str | int]:
    """Where the fault is."""
    return [_name(step) if isinstance(step, str) else step for step in loc]


def _name(text: str) -> str:
    """A name that was sent, fit to be shown: it may be as long as the body, and hold any character."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:64])


def _refuse_repeated_names(raw: bytes) -> None:
    repeated: set[str] = set()

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            repeated.update(name for name in found if names.count(name) > 1)
        return found

    json.loads(raw, object_pairs_hook=once)
    if repeated:
        faults = [
            FieldError("comes twice in one object", pointer=pointer([_name(name)])) for name in repeated
        ]
        raise Invalid("A name comes twice in one object.", errors=faults[:MAX_FAULTS])
