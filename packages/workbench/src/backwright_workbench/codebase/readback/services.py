"""A service's class → states and actions.

What lives here: the moves, and what an action takes, stamps and moves to. What must not: who may act
(`grants.py`).

An action whose body does more than that is an action all the same; what else it does stays in the code.
"""

import ast
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from backwright_workbench.blueprint.model import Action, States
from backwright_workbench.codebase.readback.calls import argument, declared
from backwright_workbench.codebase.readback.classes import ancestry
from backwright_workbench.codebase.readback.entities import Table, attributes
from backwright_workbench.codebase.readback.modules import Module
from backwright_workbench.codebase.readback.notes import Notes
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant, of_backwright
from backwright_workbench.codebase.readback.texts import LINE, NAME, docstring, fits, is_text

OVERRIDES: Final = frozenset({"create", "update", "delete", "act", "move"})
"""Methods of the runtime's service that an area may replace by its own."""


class Rules:
    """Reads the class that holds the rules of one entity."""

    def __init__(self, code: Code, notes: Notes, table: Table, cls: Found) -> None:
        self.code = code
        self.notes = notes
        self.table = table
        self.line = ancestry(cls, code)

    def states(self) -> States | None:
        """The moves that the state of a row may make."""
        said = {
            name: Found(value, each.module.within(each.node))
            for each in self.line
            if isinstance(each.node, ast.ClassDef)
            for name, _, value, _ in attributes(each.node)
            if value is not None and name in ("state", "transitions")
        }
        if "transitions" not in said:
            return None
        moves = said["transitions"]
        try:
            pairs = [
                (self.code.constant(key.node, key.module), self.code.constant(value.node, value.module))
                for key, value in self.code.pairs(moves.node, moves.module)
            ]
            return States(field=self._state(said.get("state")), moves=dict(pairs))
        except NotConstant as error:
            why = f"{error} is computed"
        except ValidationError:
            why = "they are not moves between the values of an enumeration"
        self.notes.leave(moves.module, moves.node, f"the transitions of {self.table.table}", why)
        return None

    def _state(self, found: Found | None) -> str:
        """`WorkOrder.status` → `status`, which is also what is meant where nothing is said."""
        if found is None:
            return "status"
        column = self.code.qualified(found.node, found.module).rpartition(".")[2]
        return self.table.field_of(column) or column

    def actions(self, states: States | None) -> dict[str, Action]:
        """The methods marked as actions, in the order of the class."""
        found: dict[str, Action] = {}
        for each in self.line:
            assert isinstance(each.node, ast.ClassDef)
            for method in each.node.body:
                if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                mark = self._mark(method, each.module)
                name = self._named(mark, each.module)
                if mark is not None and name is not None and fits(NAME, name):
                    action = _Body(self, method, each.module, states).read(name)
                    sources = self._sources(mark, name, each.module, states)
                    found[name] = action.model_copy(update={"from_": sources})
                elif name is not None:
                    self._leave(
                        each.module, method, f"the action {name!r}", "an action's name is words joined by _"
                    )
                elif method.name in OVERRIDES:
                    why = "a rule of its own, which a blueprint has no word for"
                    self._leave(each.module, method, f"{method.name}() of {self.table.table}", why)
        return found

    def _mark(self, method: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> ast.Call | None:
        """The `@action("…")` of a method."""
        for decorator in method.decorator_list:
            if isinstance(decorator, ast.Call) and declared(Found(decorator, module), self.code, "action"):
                return decorator
        return None

    def _named(self, mark: ast.Call | None, module: Module) -> str | None:
        """The name that a mark gives to a method."""
        given = mark and argument(mark, 0, "name")
        if mark is None or given is None:
            return None
        try:
            return str(self.code.constant(given, module))
        except NotConstant:
            return ast.unparse(mark)

    def _sources(self, mark: ast.Call, name: str, module: Module, states: States | None) -> tuple[str, ...]:
        """The states that `from_=…` names."""
        given = argument(mark, None, "from_")
        if given is None:
            return ()
        why = "they are not states of the row"
        try:
            found = [self.code.constant(each.node, each.module) for each in self.code.items(given, module)]
        except NotConstant as error:
            found, why = [None], f"{error} is computed"
        if states is not None and all(fits(NAME, state) for state in found):
            return tuple(dict.fromkeys(found))
        self._leave(module, given, f"the states of the action {name!r}", why)
        return ()

    def _leave(self, module: Module, node: ast.AST, what: str, why: str) -> None:
        self.notes.leave(module, node, what, why)


class _Body:
    """One action: its parameters and the statements of its body."""

    def __init__(
        self,
        rules: Rules,
        method: ast.FunctionDef | ast.AsyncFunctionDef,
        module: Module,
        states: States | None,
    ) -> None:
        self.rules = rules
        self.method = method
        self.module = module.within(method)
        self.states = states
        _, *given = [*method.args.posonlyargs, *method.args.args] or [ast.arg("self")]
        self.row = given[0].arg if given else ""
        self.parameters = {each.arg: each for each in [*given[1:], *method.args.kwonlyargs]}
        self.taken: dict[str, str] = {}
        """Parameter → the field that it is put into."""
        self.to: str | None = None
        self.stamps: str | None = None

    def read(self, name: str) -> Action:
        more = [node for node in self.method.body if not self._known(node)]
        if more:
            why = "it does more than take fields, stamp a time and move to a state"
            self.rules._leave(self.module, more[0], f"the body of the action {name!r}", why)
        takes = [*self.taken.values(), *self._untouched(name)]
        about = docstring(self.method.body, self.module)
        if not fits(LINE, about):
            self.rules._leave(
                self.module, self.method, f"the docstring of {name!r}", "not a line of plain text"
            )
            about = ""
        return Action(description=about, takes=tuple(dict.fromkeys(takes)), to=self.to, stamps=self.stamps)

    def _untouched(self, name: str) -> Iterator[str]:
        """Parameters that no recognised statement used: called like a column, they are taken all the same."""
        for parameter, node in self.parameters.items():
            taken = self.taken.get(parameter)
            column = self.rules.table.columns.get(parameter)
            if taken is None and column is not None:
                yield column.field_name
            elif taken is None or column is None or column.field_name != taken:
                why = "it is not called like the field" if taken else "it is no field"
                self.rules._leave(
                    self.module, node, f"the parameter {parameter!r} of the action {name!r}", why
                )

    def _known(self, node: ast.stmt) -> bool:
        """Whether a statement is one that a blueprint says; what it says is kept."""
        match node:
            case ast.Pass() | ast.Return(value=None) | ast.Return(value=ast.Constant(value=None)):
                return True
            case ast.Return(value=ast.Name(id=name)):
                return name == self.row
            case ast.Expr(value=ast.Constant(value=value)):
                return is_text(node) or value is ...
            case ast.Expr(value=ast.Call() as call):
                return self._move(call)
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=column)], value=value):
                return owner == self.row and (self._take(column, value) or self._stamp(column, value))
            case ast.If(test=test, body=[ast.Assign() as only], orelse=[]):
                return self._given(test, only) and self._known(only)
        return False

    def _given(self, test: ast.expr, only: ast.Assign) -> bool:
        """`if notes is not None: row.notes = notes`: a value that may be left out."""
        match test:
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]
            ):
                return isinstance(only.value, ast.Name) and only.value.id == name
        return False

    def _take(self, column: str, value: ast.expr) -> bool:
        field = self.rules.table.columns.get(column)
        if not isinstance(value, ast.Name) or value.id not in self.parameters or field is None:
            return False
        return self.taken.setdefault(value.id, field.field_name) == field.field_name

    def _stamp(self, column: str, value: ast.expr) -> bool:
        field = self.rules.table.columns.get(column)
        stamped = isinstance(value, ast.Call) and of_backwright(self._name(value.func), "now")
        if not stamped or self.stamps is not None or field is None or field.field.type != "datetime":
            return False
        self.stamps = field.field_name
        return True

    def _move(self, call: ast.Call) -> bool:
        """`self.move(row, Status.DONE)`."""
        match call.func:
            case ast.Attribute(value=ast.Name(id="self"), attr="move"):
                target = argument(call, 1, "state")
            case _:
                return False
        try:
            state: Any = self.rules.code.constant(target, self.module) if target is not None else None
        except NotConstant:
            return False
        if self.to is not None or self.states is None or not fits(NAME, state):
            return False
        self.to = state
        return True

    def _name(self, node: ast.expr) -> str:
        return self.rules.code.qualified(node, self.module)
