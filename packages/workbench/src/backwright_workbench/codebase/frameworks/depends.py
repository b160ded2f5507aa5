"""What a parameter is given by: `Depends(…)` as a default, in `Annotated[…]`, or under an alias of that.

What lives here: finding the provider of a parameter. What must not: what providers are for (`purposes.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Parameter
from backwright_workbench.codebase.facts.project import Project

GIVERS = frozenset(["Depends", "Security", "Inject", "Dependency"])
ANNOTATED = frozenset(["typing.Annotated", "typing_extensions.Annotated"])
DEEPEST = 5
"""Aliases of aliases that are followed."""


def metadata(
    project: Project, annotation: s.Expression | None, depth: int = 0
) -> tuple[s.Expression | None, list[s.Expression]]:
    """The type that an annotation names and what `Annotated` says besides, aliases followed."""
    if annotation is None or depth > DEEPEST:
        return annotation, []
    if isinstance(annotation, s.Name | s.Attribute) and annotation.refers:
        alias = project.value(annotation.refers) if annotation.refers not in project.classes else None
        if isinstance(alias, s.Item | s.Operation | s.Name | s.Attribute):
            found, more = metadata(project, alias, depth + 1)
            if more or isinstance(alias, s.Item):
                return found, more
    if (
        isinstance(annotation, s.Item)
        and _is_annotated(annotation.base)
        and isinstance(annotation.key, s.Group)
    ):
        first, *rest = annotation.key.items or [annotation]
        found, more = metadata(project, first, depth + 1)
        return found, [*more, *rest]
    if isinstance(annotation, s.Operation) and annotation.operator == "|":
        for each in annotation.operands:
            found, more = metadata(project, each, depth + 1)
            if more:
                return found, more
    return annotation, []


def _is_annotated(node: s.Expression) -> bool:
    return s.refers(node) in ANNOTATED or s.last_name(node) == "Annotated"


def givers(project: Project, param: Parameter) -> Iterator[tuple[s.Call, s.Expression]]:
    """The calls of `Depends` of a parameter, with what they depend on; without argument that is the class itself."""
    kind, more = metadata(project, param.annotation)
    for each in [*more, param.default]:
        if isinstance(each, s.Call) and each.name in GIVERS:
            provider = each.argument(0, "dependency") or kind
            if provider is not None:
                yield each, provider
