"""The blueprint's file form: `load` reads it, `dump` writes it.

What lives here: the two doors, and joining faults to lines. What must not: how YAML is read (`source.py`) or
laid out (`layout.py`), what is right (`model.py`, `validation.py`).
"""

from backwright_workbench.blueprint import layout, source, structure
from backwright_workbench.blueprint.fault import Fault, dotted
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.validation import check
from backwright_workbench.errors import InputError, Problem

__all__ = ["dump", "load"]


def load(text: str, name: str = "blueprint.yaml") -> Blueprint:
    """The blueprint that a text describes; `name` is how messages call the text.

    Raises `InputError` with every problem found, each with its line and column. Problems of the text itself
    hide those of shapes, and these hide those between entities: what follows from an earlier problem would
    only confuse.
    """
    found = source.read(text, name)
    if found.broken:
        raise _refused(name, found.problems)
    blueprint = structure.build(found.value)
    faults = check(blueprint) if isinstance(blueprint, Blueprint) else blueprint
    problems = found.problems + [_problem(fault, found) for fault in faults]
    if problems or not isinstance(blueprint, Blueprint):
        raise _refused(name, problems)
    return blueprint


def dump(blueprint: Blueprint) -> str:
    """The canonical text of a blueprint: `load` gives the same blueprint back, and equal blueprints equal
    bytes.
    """
    return layout.render(blueprint)


def _problem(fault: Fault, found: source.Source) -> Problem:
    where = dotted(fault.path)
    what = f"{where}: {fault.message}" if where else fault.message
    return Problem(what, found.place(fault.path, fault.of_key), fault.hint)


def _refused(name: str, problems: list[Problem]) -> InputError:
    """One error for all problems, in the order of the text; of several at one place, the first says why."""
    first: dict[object, Problem] = {}
    for problem in problems:
        first.setdefault(problem.place and (problem.place, problem.what), problem)
    ordered = sorted(first.values(), key=lambda problem: (problem.place is not None, problem.place or 0))
    count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    return InputError(
        f"{name} is not a valid blueprint: {count}",
        ordered,
        next_step=f"correct {name} and run the command again",
    )
