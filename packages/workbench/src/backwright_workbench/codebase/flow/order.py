"""In which order functions are gone through: what is called before what calls it.

What lives here: the graph of calls. What must not: values.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.syntax import Attribute, Call, Define, Name
from backwright_workbench.codebase.flow.frame import Analysis


def ordered(analysis: Analysis, functions: list[Function]) -> list[Function]:
    """The functions and all that they call, callees first; without recursion, however long a chain of calls is."""
    done: dict[Function, None] = {}
    under_way: set[Function] = set()
    for start in functions:
        if start in done or start.inside is not None:
            continue
        under_way.add(start)
        waiting = [(start, _called(analysis, start))]
        while waiting:
            function, below = waiting[-1]
            following = next((each for each in below if each not in under_way), None)
            if following is None:
                waiting.pop()
                done[function] = None
            else:
                under_way.add(following)
                waiting.append((following, _called(analysis, following)))
    return list(done)


def _called(analysis: Analysis, function: Function) -> Iterator[Function]:
    """The functions of the project that a function calls or hands on, or that those in it do."""
    for param in function.params:
        if isinstance(param.default, Call) and param.default.args:
            yield from _meant(analysis, param.default.args[0])
    for node in function.walk():
        if isinstance(node, Define):
            for inner in inside(node):
                yield from _called(analysis, inner)
        if not isinstance(node, Call):
            continue
        found = analysis.callee(node, function)
        if isinstance(found, Function):
            yield from _outermost(found)
        elif isinstance(found, Class):
            start = analysis.app.project.method(found, "__init__")
            if start is not None:
                yield from _outermost(start)
        else:
            for each in node.args[:2]:
                yield from _meant(analysis, each)


def _meant(analysis: Analysis, node: object) -> Iterator[Function]:
    if isinstance(node, Name | Attribute) and node.refers:
        found = analysis.app.project.functions.get(node.refers)
        if found is not None:
            yield from _outermost(found)


def _outermost(function: Function) -> Iterator[Function]:
    """A function in another one is gone through with that."""
    if function.inside is None:
        yield function


def inside(node: Define) -> list[Function]:
    """The functions that a definition in a body brings."""
    if isinstance(node.defined, Function):
        return [node.defined]
    return [*node.defined.methods.values()]
