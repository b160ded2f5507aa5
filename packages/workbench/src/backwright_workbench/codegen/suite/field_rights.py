"""`tests/test_field_access.py`: what each caller may do with each field, written out, and where references may lead.

What lives here: the text of the tables. What must not: which rows (`matrix.py`). As there, everything is worked out
from the blueprint alone, so that a mistake in the runtime or in the written declarations shows as a difference.
"""

from collections.abc import Iterator

from backwright_workbench.blueprint.model import USER, FieldModel, Grant
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.rendering import render
from backwright_workbench.codegen.source import Group, Item, lines, literal
from backwright_workbench.codegen.suite.rights import ANONYMOUS, Rights, callers
from backwright_workbench.codegen.suite.sample_values import good
from backwright_workbench.codegen.suite.stored import FACTORIES, factory

NOWHERE = "NOWHERE"
"""The id in the tests that no row has."""


def write_field_access_tests(names: Names) -> str:
    """The text of `tests/test_field_access.py`."""
    imports = Imports(names.package, {"FIELDS", "SENT", "RELINKS", NOWHERE})
    relinks = [line for entity in names.makeable for line in _relinks(Rights(entity, names), imports)]
    any_account = any("any_account" in each for each in relinks)
    for module, name in (
        ("backwright.testing", "TestService"),
        ("tests.test_access", "CALLERS"),
        ("tests.test_access", "ROWS"),
        ("tests.test_access", "somebody"),
        *((("tests.test_access", "Maker"),) if relinks and not any_account else ()),
        *((("tests.test_access", "others"),) if any("others(" in each for each in relinks) else ()),
    ):
        imports.name(module, name)
    if any_account:  # what it makes is an id, and no row
        for module, name in (
            ("collections.abc", "Awaitable"),
            ("collections.abc", "Callable"),
            ("typing", "Any"),
            ("uuid", "UUID"),
        ):
            imports.name(module, name)
    imports.module("pytest")
    values = {
        "imports": "\n".join(imports.lines()),
        "table": _table(names),
        "sent": "\n".join(_sent(names)),
        "relinks": "\n".join(relinks),
        "any_account": "yes" if any_account else "",
        "maker": "Target" if any_account else "Maker",
    }
    return render("tests/test_field_access.py", values)


def _table(names: Names) -> str:
    """A line for each field, its letters under each caller."""
    found = [["", *callers(names)]]
    for entity in names.makeable:
        rights = Rights(entity, names)
        for name in rights.declared.fields:
            cells = [letters(rights, caller, name) or "-" for caller in callers(names)]
            found.append([f"{names.blueprint.path(entity)} {column(name, rights.declared)}", *cells])
    widths = [max(map(len, cells)) for cells in zip(*found, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in found
    )


def letters(rights: Rights, caller: str, name: str) -> str:
    """R: shown, U: may be changed, F: lists may be filtered by it, S: and sorted."""
    declared = rights.declared
    seen = [grant for grant in rights.grants(caller, "read") if isinstance(grant, Grant)]
    showing = [grant for grant in seen if _covers(grant, name)]
    always = bool(showing) and (len(showing) == len(seen) or any(grant.rows == "all" for grant in showing))
    said = {
        "R": bool(showing),
        "U": _is_written(declared.fields[name]) and _may_update(rights, caller, name),
        "F": always and name in declared.filters,
        "S": always and name in declared.sorts,
    }
    return "".join(letter for letter, holds in said.items() if holds)


def _covers(grant: Grant, name: str) -> bool:
    return grant.fields is None or name in grant.fields


def _is_written(field: FieldModel) -> bool:
    """Whether some client may write a field at all."""
    return not field.read_only and field.set is None


def _may_update(rights: Rights, caller: str, name: str) -> bool:
    return any(isinstance(each, Grant) and _covers(each, name) for each in rights.grants(caller, "update"))


def _sent(names: Names) -> Iterator[str]:
    """Resource → a good value for each field that a change may name."""
    for entity in names.makeable:
        rights = Rights(entity, names)
        if rights.somebody("update"):
            items = tuple(
                Item(
                    NOWHERE if field.type == "reference" else good(name, field),
                    f"{literal(column(name, rights.declared))}: ",
                )
                for name, field in rights.declared.fields.items()
                if _is_written(field)
            )
            before = f"{literal(names.blueprint.path(entity))}: "
            yield from lines(Group("{", items, "}"), indent=4, before=before, after=",")


def _relinks(rights: Rights, imports: Imports) -> Iterator[str]:
    """A line for each caller and reference that the caller may change and that could lead to what they may not see."""
    ways = rights.ways()
    for name, field in rights.declared.fields.items():
        if field.type != "reference" or not _is_written(field) or field.to is None:
            continue
        for caller in callers(rights.names):
            way = next((way for way, own in ways.items() if rights.update(caller, name, own) == 200), None)
            if way is not None and _is_closed(rights, caller, name, field.to):
                maker = (
                    "any_account"
                    if field.to == USER
                    else f"others({imports.name(FACTORIES, factory(field.to))})"
                )
                values = (
                    caller,
                    rights.names.blueprint.path(rights.entity),
                    way,
                    column(name, rights.declared),
                )
                items = (*(Item(literal(each)) for each in values), Item(maker))
                yield from lines(Group("(", items, ")"), indent=4, after=",")


def _is_closed(rights: Rights, caller: str, name: str, to: str) -> bool:
    """Whether a caller may not refer to just any row of the target."""
    if to == USER:
        return not rights.names_accounts(caller, name)
    return caller != ANONYMOUS and all(
        grant.rows != "all" for grant in Rights(to, rights.names).grants(caller, "read")
    )
