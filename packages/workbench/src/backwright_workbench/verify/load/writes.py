"""What is written under load: rows that are made, changed and moved on, with files, by those who may.

What lives here: from a blueprint to operations. What must not: reads (`mix.py`). Rows go from pool to pool as they go
from state to state, so that no request is wrong, and no two of them take the same row at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backwright_workbench.blueprint.model import Action, Blueprint, Entity, FieldModel
from backwright_workbench.verify.load.plan import ETAG, ID, NUMBER, Operation
from backwright_workbench.verify.openapi.documents import followed
from backwright_workbench.verify.stand.stand import Stand

SHARES = {"create": 7.0, "update": 9.0, "act": 3.0, "attach": 1.0}
"""Of a whole of about 100, over all entities; actions over all actions."""

BOUNDARY = "backwright-load"

Rows = Mapping[str, list[dict[str, Any]]]


def writes(blueprint: Blueprint, stand: Stand, rows: Rows, *, first: int) -> list[Operation]:
    """The operations that write; the first of them will be number `first`."""
    found: list[Operation] = []
    for name in blueprint.entities:
        of = Writing(blueprint, name, stand, rows, first + len(found))
        found += of.operations()
    return found


@dataclass(slots=True)
class Writing:
    """What is written of one entity."""

    blueprint: Blueprint
    name: str
    stand: Stand
    rows: Rows
    first: int
    _found: list[Operation] = field(default_factory=list)

    @property
    def entity(self) -> Entity:
        """Its declaration."""
        return self.blueprint.entities[self.name]

    @property
    def path(self) -> str:
        """Where its rows are: the document may put it below a prefix."""
        path = self.blueprint.path(self.name)
        return next((each for each in self.stand.document.get("paths", {}) if each.endswith(path)), path)

    def operations(self) -> list[Operation]:
        """Create, update, act and attach, as far as somebody may."""
        body = self._body()
        if body is None or not self._may("create"):
            return []
        new = f"{self.name}:new"
        for role in self._may("create"):
            self._add("create", role, "POST", self.path, [body], gives=new, of=len(self._may("create")))
        for role in self._may("update"):
            if changed := self._change():
                self._add(
                    "update", role, "PATCH", f"{self.path}/{ID}", [changed], takes=new, gives=new,
                    of=len(self._may("update")),
                )  # fmt: skip
        self._actions(new)
        if self.entity.attachments is not None and "text/plain" in self.entity.attachments.types:
            self._attach(f"{self.name}:files")
        return self._found

    def _actions(self, new: str) -> None:
        states = self.entity.states
        made = {self.entity.fields[states.field].default if states else "": (new, self.first)}
        left = dict(self.entity.actions)
        while left:
            ready = [name for name, action in left.items() if self._start(action, made) is not None]
            if not ready:
                return
            action = left.pop(ready[0])
            start = self._start(action, made)
            takes, otherwise = made[start]
            roles = self._may("act", ready[0])[:1]
            body = self._taken(action)
            if not roles or body is None:
                continue
            gives = f"{self.name}:{action.to}" if action.to else takes
            number = self._add(
                "act", roles[0], "POST", f"{self.path}/{ID}/{ready[0].replace('_', '-')}", [body] if body else [""],
                takes=takes, gives=gives, otherwise=otherwise, of=len(self.entity.actions) * self._acting,
            )  # fmt: skip
            if action.to:
                made.setdefault(action.to, (gives, number))

    @property
    def _acting(self) -> int:
        return sum(bool(each.actions) for each in self.blueprint.entities.values())

    def _start(self, action: Action, made: Mapping[Any, tuple[str, int]]) -> Any:
        """A state that rows come to in which it may be called; none if there is no such state."""
        moves = self.entity.states.moves if self.entity.states else {}
        states = action.from_ or tuple(
            state for state in made if action.to is None or action.to in moves.get(state, ())
        )
        return next((state for state in states if state in made), None)

    def _attach(self, pool: str) -> None:
        for role in self._may("update")[:1]:
            made = self._add("attach", role, "POST", self.path, [self._body() or {}], gives=pool, of=1e9)
            content = "\r\n".join(
                (
                    f"--{BOUNDARY}",
                    'Content-Disposition: form-data; name="file"; filename="note.txt"',
                    "Content-Type: text/plain",
                    "",
                    "A short note that somebody has left. " * 20,
                    f"--{BOUNDARY}--",
                    "",
                )
            )
            headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
            path = f"{self.path}/{ID}/attachments"
            self._add(
                "attach", role, "POST", path, [content], takes=pool, otherwise=made, headers=headers,
                of=sum(each.attachments is not None for each in self.blueprint.entities.values()),
            )  # fmt: skip

    def _add(
        self,
        kind: str,
        role: str,
        method: str,
        path: str,
        bodies: list[Any],
        *,
        takes: str = "",
        gives: str = "",
        otherwise: int | None = None,
        headers: Mapping[str, str] | None = None,
        of: float = 1.0,
    ) -> int:
        """Add an operation: its number."""
        sent = {"Content-Type": "application/json", **(headers or {}), **self.stand.first(role).header()}
        if takes and kind != "attach":
            sent["If-Match"] = ETAG
        entities = len(self.blueprint.entities) if kind in ("create", "update") else 1
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        self._found.append(
            Operation(
                f"{method} {path.replace(ID, '{id}')}",
                role,
                method,
                tuple((path, text) for text in texts),
                sent,
                SHARES[kind] / entities / of,
                takes=takes,
                gives=gives,
                otherwise=self.first if otherwise is None else otherwise,
            )
        )
        return self.first + len(self._found) - 1

    def _may(self, verb: str, action: str = "") -> list[str]:
        """Roles that may do it with any row and any field, two at most."""
        found = []
        for role, granted in self.entity.access.items():
            if role not in self.stand.callers:
                continue
            if granted == "everything":
                found.append(role)
            elif (grant := getattr(granted, verb)) is not None:
                named = getattr(grant, "actions", None) if action else getattr(grant, "fields", None)
                if grant.rows == "all" and (named is None or action in named):
                    found.append(role)
        return found[:2]

    def _body(self) -> dict[str, Any] | None:
        """What a new row needs, each time another; none if a row that it refers to is not there."""
        schema = self._schema(self.path)
        examples = schema.get("examples") or [{}]
        body = dict(examples[0])
        for name, declared in self.entity.fields.items():
            key = f"{name}_id" if declared.type == "reference" else name
            if key not in body:
                continue
            value = self._value(declared, body[key])
            if value is None:
                return None
            body[key] = value
        return body

    def _change(self) -> dict[str, Any] | None:
        for name, declared in self.entity.fields.items():
            if declared.type in ("string", "text") and not declared.unique and not declared.read_only:
                return {name: f"Changed {NUMBER}"}
        return None

    def _taken(self, action: Action) -> dict[str, Any] | str | None:
        """The body of an action: `""` if it takes nothing, none if it cannot be made up."""
        if not action.takes:
            return ""
        body = {}
        for name in action.takes:
            declared = self.entity.fields[name]
            if declared.type not in ("string", "text", "reference"):
                return None
            value = self._value(declared, "")
            if value is None:
                return None
            body[f"{name}_id" if declared.type == "reference" else name] = value
        return body

    def _value(self, declared: FieldModel, example: Any) -> Any:
        if declared.type == "reference":
            path = "/users" if declared.to == "User" else self.blueprint.path(str(declared.to))
            found = next((rows for of, rows in self.rows.items() if of.endswith(path) and rows), None)
            return found[0]["id"] if found else None
        if declared.type in ("string", "text"):
            return f"Load {NUMBER}"[: max(declared.max or 200, len(NUMBER))]
        if declared.type == "email":
            return f"load-{NUMBER}@example.com"
        return example

    def _schema(self, path: str) -> Mapping[str, Any]:
        operation = self.stand.document.get("paths", {}).get(path, {}).get("post", {})
        contents = operation.get("requestBody", {}).get("content", {})
        schema: Mapping[str, Any] = contents.get("application/json", {}).get("schema", {})
        found: Mapping[str, Any] = followed(self.stand.document, schema)
        return found
