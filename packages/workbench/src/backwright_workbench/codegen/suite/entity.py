"""`tests/<area>/test_<entity>.py`: the specification of one entity.

What lives here: which tests it has, in reading order. What must not: the tests themselves.
"""

from collections.abc import Callable

from backwright_workbench.blueprint import naming
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.source import literal, module
from backwright_workbench.codegen.suite import changing, creating, listing, rules
from backwright_workbench.codegen.suite.subject import Block, Subject

Maker = Callable[[Subject], Block | list[Block] | None]

ORDER: tuple[Maker, ...] = (
    creating.body,
    creating.created,
    creating.defaults,
    creating.missing,
    creating.wrong,
    creating.unknown,
    creating.taken,
    changing.changed,
    changing.emptied,
    changing.stale,
    changing.deleted,
    changing.in_use,
    listing.two,
    listing.pages,
    listing.filtered,
    listing.sorted_,
    listing.searched,
    listing.embedded,
    listing.bounds,
    rules.moves,
    rules.actions,
    rules.bulk,
    rules.attachments,
)
"""Every kind of test; an entity gets those that it has a case for."""


def entity_tests_path(entity: str, names: Names) -> str:
    """Where the tests of an entity stand."""
    return f"tests/{names.blueprint.area(entity)}/test_{naming.snake(entity)}.py"


def write_entity_tests(entity: str, names: Names) -> str:
    """The text of an entity's tests."""
    imports = Imports(names.package, {"URL", "WRONG", "MOVES", "body", "two"})
    subject = Subject(entity, names, imports)
    blocks: list[Block] = [[f"URL = {literal(names.blueprint.path(entity))}"]]
    for make in ORDER:
        made = make(subject)
        if made:
            blocks += made if isinstance(made[0], list) else [made]
    head = f"{names.things(entity).capitalize()}: what can be done with them, and what is refused."
    return module(head, imports.lines(), blocks)
