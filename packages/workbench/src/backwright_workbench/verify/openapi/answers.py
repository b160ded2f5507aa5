"""Holding answers against what the document promises: status, media type, every field of the body.

What lives here: judging one answer. What must not: sending a request.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx2

from backwright_workbench.verify.openapi.documents import Document, Operation, followed, pointer
from backwright_workbench.verify.openapi.schemas import Schemas

NO_BODY = (204, 205, 304)


class Answers:
    """What a document promises of answers. `strict`: a field or a refusal that is not declared is a fault, too."""

    def __init__(self, document: Document, *, strict: bool) -> None:
        self._document = document
        self._schemas = Schemas(document)
        self._strict = strict
        self.undeclared: set[str] = set()
        """What is not declared and is no fault, because the document does not say that it is complete."""

    def wrong(self, operation: Operation, answer: httpx2.Response) -> Iterator[str]:
        """What an answer breaks."""
        status = answer.status_code
        if status >= 500:
            yield f"answers {status}"
        name = next(
            (each for each in names(status) if each in operation.described.get("responses", {})), None
        )
        if name is None:
            yield from self._told(operation, f"answers {status}, which is not declared", always=status < 300)
            return
        declared = followed(self._document, operation.described["responses"][name])
        contents = declared.get("content") or {}
        if not answer.content or status in NO_BODY or operation.method == "head":
            if contents and status < 300 and status not in NO_BODY and operation.method != "head":
                yield f"answers {status} without the body that is declared"
            return
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        key = next((each for each in contents if fits(media_type, each)), None)
        if key is None:
            wanted = " or ".join(contents) or "no body"
            said = f"answers {status} as {media_type or 'nothing'} where {wanted} is declared"
            yield from self._told(operation, said, always=bool(contents) and status < 300)
        elif media_type.endswith("json") and "schema" in contents[key]:
            reference = operation.described["responses"][name].get("$ref")
            at = reference or f"{operation.pointer}/responses/{name}"
            yield from self._body(operation, answer, f"{at}/content{pointer(key)[1:]}/schema")

    def _body(self, operation: Operation, answer: httpx2.Response, at: str) -> Iterator[str]:
        try:
            body: Any = json.loads(answer.content)
        except ValueError:
            yield f"answers {answer.status_code} with what is not JSON"
            return
        status = answer.status_code
        for place, what in self._schemas.faults(at, body)[:3]:
            within = f" at {without_numbers(place)}" if place else ""
            yield f"answers {status} with a body that breaks its schema{within}: {what}"
        for place in list(self._schemas.undeclared({"$ref": at}, body))[:3]:
            said = f"answers {status} with {without_numbers(place)}, which is not declared"
            yield from self._told(operation, said)

    def _told(self, operation: Operation, said: str, *, always: bool = False) -> Iterator[str]:
        if self._strict or always:
            yield said
        else:
            self.undeclared.add(f"{operation} {said}")


def names(status: int) -> tuple[str, ...]:
    """What a status may be declared as."""
    return str(status), f"{status // 100}XX", f"{status // 100}xx", "default"


def fits(media_type: str, declared: str) -> bool:
    """Whether a media type is the declared one, or one of the kind that is declared: `image/*`."""
    declared = declared.partition(";")[0].strip().lower()
    if declared.endswith("/*"):
        return declared == "*/*" or media_type.startswith(declared[:-1])
    return media_type == declared


def without_numbers(place: str) -> str:
    """The same place in every row: `/items/0/secret` is `/items/*/secret`."""
    return "/".join("*" if part.isdigit() else part for part in place.split("/"))
