"""What a line of the access matrix is tried with: a row of the right kind in the right state, and something to send.

What lives here: from a line and a caller to a request. What must not: judging the answer.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backwright.sample_files import sample_file

from backwright_workbench.blueprint.model import Blueprint, Entity
from backwright_workbench.codegen.suite.rules import sources
from backwright_workbench.verify.attacks.operations import Operation, operations, resolved, sent, takes_files
from backwright_workbench.verify.attacks.rows import Row, Rows
from backwright_workbench.verify.attacks.samples import body, sample
from backwright_workbench.verify.stand.callers import Caller

Line = Mapping[str, Any]
"""One line of the matrix."""

OTHER = "other"
ELSEWHERE = "other tenant"
_OWN = re.compile(r"its ((?:(?! is ).)+?) is the caller(?!')")


class Unmade(Exception):
    """What a line needs cannot be made over the API; the message says what."""


def ways(rules: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Kind of row → the references that lead from it to the account: `assignee` → assignee, account."""
    found: dict[str, list[str]] = {}
    for grants in rules.values():
        for way in _OWN.findall(" | ".join(grants)):
            steps = [part.replace(" ", "_") for part in way.split("'s ")]
            found.setdefault(steps[0], steps)
    return found


@dataclass(slots=True)
class Aims:
    """Makes what lines are tried with. `others` make the rows that are nobody's in particular."""

    rows: Rows
    blueprint: Blueprint
    matrix: Mapping[str, Any]
    others: list[Caller]
    _known: dict[str, Operation] = field(default_factory=dict)
    _kept: dict[tuple[str, str, int], str] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the document once."""
        self._known = {str(each): each for each in operations(self.rows.document)}

    def path(self, line: Line, caller: Caller, *, succeeds: bool) -> str:
        """The path for one request. What succeeds may change a row, so it gets a fresh one. Raises `Unmade`."""
        operation, resource = self.operation(line), "/" + line["path"].split("/")[1]
        if not operation.names:
            return operation.path
        nobody = caller is self.rows.clients.stand.anonymous
        kind = OTHER if nobody or not line["row"] else str(line["row"])  # nobody has no rows
        fresh = succeeds and line["method"] != "GET"
        key = (resource, kind, id(caller) if kind != OTHER else 0)
        if fresh or key not in self._kept:
            row = self._row(line, resource, kind, caller)
            if fresh:
                self._kept.pop(key, None)
            self._kept[key] = str(row["id"])
            if fresh:
                self._bring(line, resource, str(row["id"]))
        row_id = self._kept[key]
        if fresh and line["method"] == "DELETE" and operation.path == self.rows.collections[resource].one:
            del self._kept[key]
        values = {operation.names[0]: row_id}
        for name in operation.names[1:]:
            values[name] = self._file(resource, row_id, fresh=fresh)
        return operation.at(values)

    def given(self, line: Line, name: str, caller: Caller) -> dict[str, Any]:
        """What is sent along; `name` is what the matrix calls the caller."""
        operation = self.operation(line)
        if takes_files(operation, self.rows.document):
            return {"files": {"file": sample_file("text/plain")}}
        schema = sent(operation, self.rows.document)
        if schema is None:
            return {}
        if line["operation"] == "update" and line["method"] == "PATCH":
            return {"json": self._changed(line["resource"], name, schema)}
        made = body(schema, self.rows.mark(), self.rows.document, whole=line["operation"] == "create")
        resource = "/" + line["path"].split("/")[1]
        for column in list(made):
            target = self.rows.target(resource, column)
            referred = self.rows.any(target) if target is not None else None
            if referred is not None:
                made[column] = referred
        if line["operation"] == "create" and line["row"] not in (None, OTHER, ELSEWHERE):
            made |= self._owning(line, resource, caller, schema)
        return {"json": made}

    def forget(self, line: Line) -> None:
        """Makes new rows for what follows."""
        resource = "/" + line["path"].split("/")[1]
        self._kept = {key: row for key, row in self._kept.items() if key[0] != resource}

    def operation(self, line: Line) -> Operation:
        """The operation of the document. Raises `Unmade` if the document does not have it."""
        found = self._known.get(f"{line['method']} {line['path']}")
        if found is None:
            raise Unmade("it is not in the document that is served")
        return found

    def _row(self, line: Line, resource: str, kind: str, caller: Caller) -> Row:
        if kind == ELSEWHERE:
            raise Unmade("a row of another tenant cannot be made over the API")
        if kind == OTHER:
            able = self.rows.able(resource)
            row = self.rows.make(
                resource, by=[each for each in able if each in self.others and each is not caller]
            )
        else:
            steps = ways(self.matrix["rules"][line["resource"]]).get(kind)
            row = self.rows.own(resource, steps, caller) if steps else None
        if row is None or "id" not in row:
            raise Unmade(f"a row of {line['resource']} ({kind}) cannot be made over the API")
        return row

    def _owning(self, line: Line, resource: str, caller: Caller, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The field that makes a new row the caller's own."""
        steps = ways(self.matrix["rules"][line["resource"]]).get(line["row"], [])
        column = f"{steps[0]}_id" if steps else ""
        if column not in schema.get("properties", {}):
            return {}
        if len(steps) == 1:
            self.rows.give_up(resource, column, caller)
            self._kept.pop((resource, str(line["row"]), id(caller)), None)
            return {column: self.rows.account(caller)}
        target = self.rows.target(resource, column)
        inner = self.rows.the_own(target, steps[1:], caller) if target else None
        return {column: str(inner["id"])} if inner else {}

    def _changed(self, resource: str, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A change of one field that the caller may change, or that somebody may."""
        fields, known = self.matrix["fields"][resource], schema.get("properties", {})
        mine = [each for each, rights in fields.get(name, {}).items() if rights["update"] and each in known]
        all_ = [each for by_field in fields.values() for each, rights in by_field.items() if rights["update"]]
        chosen = mine or [each for each in dict.fromkeys(all_) if each in known]
        texts = [each for each in chosen if _is_text(resolved(known[each], self.rows.document))]
        if not chosen:
            return {}
        field_ = (texts or chosen)[0]
        return {field_: sample(known[field_], field_, self.rows.mark(), self.rows.document)}

    def _file(self, resource: str, row: str, *, fresh: bool) -> str:
        if fresh or row not in self._files:
            added = self.rows.attach(self.rows.collections[resource], row, self.rows.mark())
            if added is None:
                raise Unmade(f"nothing can be attached to {resource}")
            self._files[row] = added
        return self._files.pop(row) if fresh else self._files[row]

    def _bring(self, line: Line, resource: str, row: str) -> None:
        """Brings a row into a state in which an action may be called."""
        _, entity = next(
            (each for each in self.blueprint.entities.items() if self.blueprint.path(each[0]) == resource),
            ("", None),
        )
        action = entity.actions.get(str(line["operation"])) if entity is not None else None
        if entity is None or action is None or entity.states is None:
            return
        for state in _moves(entity, sources(entity, action)):
            for caller in self.rows.able(resource):
                moved = {entity.states.field: state}
                if self.rows.clients.ask(caller, "PATCH", f"{resource}/{row}", json=moved).status_code == 200:
                    break


def _moves(entity: Entity, wanted: list[str]) -> list[str]:
    """The states to go through from the first one to one of those that are wanted."""
    if entity.states is None or not wanted:
        return []
    declared = entity.fields[entity.states.field]
    first = str(declared.default or declared.values[0])
    waiting, seen = deque([(first, list[str]())]), {first}
    while waiting:
        state, so_far = waiting.popleft()
        if state in wanted:
            return so_far
        for following in entity.states.moves.get(state, ()):
            if following not in seen:
                seen.add(following)
                waiting.append((following, [*so_far, following]))
    return []


def _is_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and "enum" not in schema and "format" not in schema
