"""The life of one row: created, read, changed, read again, deleted, gone.

What lives here: walking that way, and what does not hold on it. What must not: making the row (`fuzzing.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backwright_workbench.verify.openapi.asking import Asking
from backwright_workbench.verify.openapi.documents import Document, Operation, contents, followed, operations
from backwright_workbench.verify.openapi.rows import Row, as_json, identity
from backwright_workbench.verify.stand.callers import Caller

JSON = "application/json"
CHANGED = "Changed"


@dataclass(slots=True)
class Lives:
    """The lives of rows. `callers`: the one first who may do most."""

    document: Document
    asking: Asking
    callers: tuple[Caller, ...]
    url: str

    def of(self, path: str, row: Row) -> Iterator[tuple[Operation, str]]:
        """Each thing that does not hold of a row that was just created at a path: the operation to blame, and what."""
        of_one = {
            each.method: each
            for each in operations(self.document)
            if each.path.startswith(f"{path}/{{") and each.path.count("/") == path.count("/") + 1
        }
        if "get" in of_one and "delete" in of_one:
            yield from self._life(of_one, row)

    def _life(self, of_one: Mapping[str, Operation], row: Row) -> Iterator[tuple[Operation, str]]:
        name = of_one["get"].path.rpartition("{")[2].rstrip("}")
        key = identity(row, name) or ""
        seen, status = self._ask(of_one["get"], key)
        if status == 404:
            yield of_one["get"], "answers 404 for a row that was just created"
        if not isinstance(seen, Mapping):
            return
        if "patch" in of_one and (change := self._change(of_one["patch"], seen)):
            _, status = self._ask(of_one["patch"], key, change)
            read, _ = self._ask(of_one["get"], key)
            for field, value in change.items():
                if status < 300 and isinstance(read, Mapping) and read.get(field) != value:
                    yield (
                        of_one["patch"],
                        f"answers {status}, but {field} has not changed when it is read again",
                    )
        _, status = self._ask(of_one["delete"], key)
        if status < 300:
            _, after = self._ask(of_one["get"], key)
            if after < 300:
                yield of_one["delete"], f"answers {status}, but the row can still be read ({after})"

    def _change(self, operation: Operation, row: Row) -> dict[str, Any]:
        """Another text for the first field that may be changed so."""
        schema = (contents(self.document, operation).get(JSON) or {}).get("schema")
        properties = followed(self.document, schema or {}).get("properties") or {}
        for name, part in properties.items():
            kinds = part.get("type"), *(each.get("type") for each in part.get("anyOf", ()))
            is_free = "string" in str(kinds) and not {"enum", "format"} & {
                *part,
                *(k for e in part.get("anyOf", ()) for k in e),
            }
            longest = min(
                [part.get("maxLength", 99), *(each.get("maxLength", 99) for each in part.get("anyOf", ()))]
            )
            if (
                is_free
                and isinstance(row.get(name), str)
                and longest >= len(CHANGED)
                and row[name] != CHANGED
            ):
                return {name: CHANGED}
        return {}

    def _ask(self, operation: Operation, key: str, body: Any = None) -> tuple[Any, int]:
        """What is answered to the first caller who may, and the status."""
        path = operation.path.rpartition("/{")[0]
        request = {"method": operation.method.upper(), "url": f"{self.url}{path}/{key}"}
        status = 599
        for caller in self.callers:
            answer = self.asking.send(
                operation, caller, {**request, **({} if body is None else {"json": body})}
            )
            status = 599 if answer is None else answer.status_code
            if answer is not None and status not in (401, 403):
                return as_json(answer), status
        return None, status
