"""`tests/test_tenants.py`: what one tenant finds of another, which is nothing.

What lives here: the text of the tables. What must not: who may do what within a tenant (`matrix.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.rendering import render
from backwright_workbench.codegen.source import Group, Item, lines, literal
from backwright_workbench.codegen.suite.rights import Rights
from backwright_workbench.codegen.suite.stored import FACTORIES, factory
from backwright_workbench.codegen.tenancy import kept_within

VERBS = {"GET": "read", "PATCH": "update", "DELETE": "delete"}


def write_tenant_tests(names: Names) -> str:
    """The text of `tests/test_tenants.py`."""
    assert names.blueprint.tenancy is not None
    imports = Imports(names.package, {"DOORS", "REFERENCES"})
    doors = [line for entity in names.ordered for line in _doors(entity, names, imports)]
    references = [line for entity in names.ordered for line in _references(entity, names, imports)]
    reader = _role(Rights(names.blueprint.tenancy, names), "read")
    for module, name in (
        ("backwright.testing", "TestService"),
        (f"{names.package}.access", "Role"),
        *(
            (("collections.abc", "Awaitable"), ("collections.abc", "Callable"), ("typing", "Any"))
            if references
            else ()
        ),
        *((("backwright.database_errors", "BrokenReference"),) if references else ()),
    ):
        imports.name(module, name)
    imports.module("pytest")
    values = {
        "imports": "\n".join(imports.lines()),
        "doors": "\n".join(doors),
        "references": "\n".join(references),
        "reader": f"Role.{reader.upper()}" if reader else "",
        "path": names.blueprint.path(names.blueprint.tenancy),
        "tenants": names.things(names.blueprint.tenancy),
        "tenant": names.one(names.blueprint.tenancy),
    }
    return render("tests/test_tenants.py", values)


def _doors(entity: str, names: Names, imports: Imports) -> Iterator[str]:
    """Path → how a row is made, and for each method a role that may use it on rows of its own tenant."""
    if names.blueprint.owner(entity) is None:
        return
    rights = Rights(entity, names)
    roles = {method: _role(rights, verb) for method, verb in VERBS.items()}
    items = [Item(f"Role.{role.upper()}", f"{literal(method)}: ") for method, role in roles.items() if role]
    if items:
        make = imports.name(FACTORIES, factory(entity))
        value = Group("(", (Item(make), Item(Group("{", tuple(items), "}"))), ")")
        yield from lines(value, indent=4, before=f"{literal(names.blueprint.path(entity))}: ", after=",")


def _role(rights: Rights, verb: str) -> str | None:
    """A role that may do this on rows that it sees."""
    for role in rights.names.blueprint.roles:
        if rights.grants(role, verb) and rights.grants(role, "read"):
            return role
    return None


def _references(entity: str, names: Names, imports: Imports) -> Iterator[str]:
    """How a row is made, the column of a reference, and how what it refers to is made."""
    by_table = {names.table(each): each for each in names.ordered}
    for kept in kept_within(entity, names):
        to = by_table.get(kept.table)
        target = imports.name(FACTORIES, "an_account" if to is None else factory(to))
        parts = (imports.name(FACTORIES, factory(entity)), literal(kept.column), target)
        yield from lines(Group("(", tuple(Item(part) for part in parts), ")"), indent=4, after=",")
