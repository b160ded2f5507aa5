"""Values that are written out, as plain values.

What lives here: constants of the project followed. What must not: guesses.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.project import Project

DEEPEST = 6


def literal(node: s.Node | None, project: Project, depth: int = 0) -> object:
    """The value of literals, lists, mappings and constants of the project; `...` where it is not known."""
    if depth > DEEPEST:
        return ...
    match node:
        case s.Literal(value=value):
            return value
        case s.Group(items=items):
            return [literal(each, project, depth + 1) for each in items]
        case s.Pairs(keys=keys, values=values):
            pairs = [
                (literal(key, project, depth + 1), value)
                for key, value in zip(keys, values, strict=True)
                if key
            ]
            return {
                key: literal(value, project, depth + 1)
                for key, value in pairs
                if isinstance(key, str | int | bool)
            }
        case s.Operation(operator="neg", operands=[s.Literal(value=int() | float() as value)]):
            return -value
        case s.Name(refers=known) | s.Attribute(refers=known) if known:
            return literal(project.value(known), project, depth + 1)
        case s.Call(args=args) if node.refers == "re.compile" and args:
            return literal(args[0], project, depth + 1)
    return ...


def options(call: s.Call, project: Project) -> dict[str, object]:
    """The keywords of a call that are written out."""
    found = {each.name: literal(each.value, project) for each in call.keywords if each.name}
    return {name: value for name, value in found.items() if value is not ...}
