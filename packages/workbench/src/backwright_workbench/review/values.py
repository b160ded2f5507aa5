"""What a name in the code stands for, where the project says it: constants, settings, fields with a default.

What lives here: following names to values. What must not: any rule.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function

DEEPEST = 6
READERS = frozenset(
    ["getenv", "get", "config", "env", "bool", "list", "str", "int", "env_bool", "get_env", "strtobool"]
)


def resolved(
    app: Application, node: s.Expression | None, function: Function | None, depth: int = 0
) -> s.Expression | None:
    """What a name, an attribute of settings, or a field with a default finally stands for; or the node itself."""
    if node is None or depth > DEEPEST:
        return node
    match node:
        case s.Name(refers=known) | s.Attribute(refers=known) if (
            known and app.project.value(known) is not None
        ):
            return resolved(app, app.project.value(known), None, depth + 1)
        case s.Name(id=name, refers="") if function is not None:
            found = function.values_of(name)
            return resolved(app, found[0], function, depth + 1) if len(found) == 1 else node
        case s.Attribute(base=base, name=name):
            kind = app.types.of(base, function)
            owner = app.project.classes.get(kind.name) if kind else None
            held = app.project.attribute(owner, name) if owner is not None else None
            return resolved(app, held[1], None, depth + 1) if held is not None else node
        case s.Call() if node.name == "Field":
            given = node.argument(0, "default")
            return resolved(app, given, function, depth + 1) if given is not None else node
    return node


def texts(app: Application, node: s.Expression | None, function: Function | None) -> Iterator[str]:
    """The texts that a value is, or is a collection of; for a variable of the environment what it falls back to."""
    found = resolved(app, node, function)
    match found:
        case s.Literal(value=str(text)):
            yield text
        case s.Group(items=items):
            for each in items:
                yield from texts(app, each, function)
        case s.Operation(operator="or", operands=operands):
            yield from texts(app, operands[-1], function)
        case s.Call(callee=s.Attribute(base=base)) if found.name in ("split", "strip", "lower"):
            yield from texts(app, base, function)
        case s.Call() if found.name in READERS and (found.argument(1, "default")) is not None:
            yield from texts(app, found.argument(1, "default"), function)
