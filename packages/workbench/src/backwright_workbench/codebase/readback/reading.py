"""From the files of a service to its blueprint: the order of the reading.

What lives here: `read` and `read_blueprint`. What must not: what any piece of code means (the other modules).
"""

import ast
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from backwright_workbench.blueprint.fault import Path, dotted
from backwright_workbench.blueprint.model import USER, Blueprint, Entity
from backwright_workbench.blueprint.structure import build
from backwright_workbench.blueprint.validation import check
from backwright_workbench.codebase.readback.calls import argument, declared
from backwright_workbench.codebase.readback.entities import Table, tables
from backwright_workbench.codebase.readback.exposure import Resource
from backwright_workbench.codebase.readback.head import FACTS, PROJECT, calls_of, read_head
from backwright_workbench.codebase.readback.modules import packages, parse
from backwright_workbench.codebase.readback.notes import Notes, ReadBack, Unread
from backwright_workbench.codebase.readback.plain import plain
from backwright_workbench.codebase.readback.routes import note_routes
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant
from backwright_workbench.codebase.readback.texts import ENTITY, fits
from backwright_workbench.errors import Place


def read_blueprint(files: Mapping[str, str]) -> Blueprint:
    """The blueprint of the service that `files` (path from its root → text) are.

    What no blueprint can say is left out; `read` tells what that is. Raises `InputError` with every
    essential part that is missing or broken, each with its file and line.
    """
    return read(files).demanded()


def read(files: Mapping[str, str]) -> ReadBack:
    """The blueprint of a service, and what in its code no blueprint can say. Never raises for what is in the
    files.
    """
    notes = Notes()
    blueprint = _read(files, notes)
    if notes.problems:
        return ReadBack(None, tuple(sorted(notes.unread)), tuple(notes.problems))
    return ReadBack(blueprint, tuple(sorted(notes.unread)))


def _read(files: Mapping[str, str], notes: Notes) -> Blueprint | None:
    code = _code(files, notes)
    if code is None:
        return None
    application = next(calls_of(code, "create_app"), None)
    if application is None:
        place = Place(f"src/{code.package}/main.py", 1, 1)
        notes.miss(
            "nothing calls create_app of backwright.app", place, "it is where the service is put together"
        )
        return None
    head = read_head(files, code, application, notes)
    known = tables(code, notes)
    resources = _resources(application, known, code, notes)
    if not resources:
        place = application.module.place(application.node)
        notes.miss("the application serves no resource", place, "give it resources=(…)")
    entities = _entities(resources, known, code, notes)
    note_routes(code, notes)
    if notes.problems:
        return None
    tenancy = _tenancy(known, resources, notes)
    if notes.problems:
        return None
    if tenancy is not None:
        owned = {table.name for table in known.values() if table.owner is not None}
        shared = [name for name in entities if name not in owned and name != tenancy]
        entities |= {name: entities[name].model_copy(update={"tenancy": "shared"}) for name in shared}
        head |= {"tenancy": tenancy}
    return _checked({**head, "entities": entities}, resources, application, notes)


def _tenancy(known: Mapping[str, Table], resources: Mapping[str, Resource], notes: Notes) -> str | None:
    """The entity that is the tenant. One that the API does not serve cannot be left out: rows belong to it."""
    for name, table in known.items():
        if table.is_tenant and name in resources:
            return table.name
        if table.is_tenant:
            place = table.found.module.place(table.found.node)
            notes.miss(f"the tenants ({table.name}) have no resource", place, "let people read their own")
    return None


def _code(files: Mapping[str, str], notes: Notes) -> Code | None:
    names = packages(files)
    if len(names) != 1:
        what = "there is no package under src/" if not names else f"several packages: {', '.join(names)}"
        notes.miss(what, Place("src", 1, 1), "a service has one package with a main.py under src/")
        return None
    modules, problems = parse(files, names[0])
    notes.problems += problems
    return None if problems else Code(names[0], modules)


def _resources(
    application: Found, known: Mapping[str, Table], code: Code, notes: Notes
) -> dict[str, Resource]:
    """The resources that the application serves, by the full names of their entities' classes."""
    assert isinstance(application.node, ast.Call)
    given = argument(application.node, None, "resources")
    try:
        items = code.items(given, application.module) if given is not None else []
    except NotConstant as error:
        notes.miss(f"the resources are computed: {error}", error.module.place(error.node), "list them")
        return {}
    found: dict[str, Resource] = {}
    for item in items:
        call = code.value(item.node, item.module)
        entity = _entity_of(call, code)
        if entity in known and fits(ENTITY, known[entity].name):
            found[entity] = Resource(code, notes, known[entity], call)
        else:
            notes.leave(
                item.module, item.node, ast.unparse(item.node), "it is no Resource that is written out"
            )
    for name, table in known.items():
        if name not in found and table.name != USER:
            why = "the API does not serve it, and a blueprint has no other entities"
            notes.leave(table.found.module, table.found.node, f"the entity {table.name}", why)
    return found


def _entity_of(call: Found, code: Code) -> str:
    """The full name of the class that a `Resource(…)` is about; empty for anything else."""
    if not declared(call, code, "Resource") or not isinstance(call.node, ast.Call):
        return ""
    given = argument(call.node, 0, "entity")
    return code.qualified(given, call.module) if given is not None else ""


def _entities(
    resources: Mapping[str, Resource], known: Mapping[str, Table], code: Code, notes: Notes
) -> dict[str, Entity]:
    accounts = {name: table for name, table in known.items() if table.name == USER}
    served = {each.table.table: each.table.name for each in resources.values()}
    served |= {table.table: USER for table in accounts.values()}
    for resource in resources.values():
        resource.show(served)
    shown = {name: each.table for name, each in resources.items()} | accounts
    found: dict[str, Entity] = {}
    for resource in resources.values():
        entity = resource.read(_area(resource.table, code, notes), shown)
        if entity is not None:
            found[resource.table.name] = entity
    return found


def _area(table: Table, code: Code, notes: Notes) -> str | None:
    """The folder below the package that an entity's class lives in."""
    folders = PurePosixPath(table.found.module.path).parts[2:-1]
    if len(folders) != 1:
        why = "it does not live in a folder of its own right below the package"
        notes.leave(table.found.module, table.found.node, f"the area of {table.name}", why)
    return folders[0] if folders else None


def _checked(
    said: dict[str, Any], resources: Mapping[str, Resource], application: Found, notes: Notes
) -> Blueprint | None:
    """The blueprint. What does not hold between its parts is noted down: the code may know more than a
    blueprint.
    """
    blueprint = build(said)
    if not isinstance(blueprint, Blueprint):
        for fault in blueprint:
            place = _place(fault.path, resources, application)
            notes.miss(
                f"{dotted(fault.path)}: {fault.message}", place, fault.hint or "correct it and read again"
            )
        return None
    blueprint = plain(blueprint)
    for fault in check(blueprint):
        place = _place(fault.path, resources, application)
        notes.unread.add(Unread(place, dotted(fault.path), fault.message))
    return blueprint


def _place(path: Path, resources: Mapping[str, Resource], application: Found) -> Place:
    """Where in the code a part of the blueprint stands, as exactly as is known."""
    match path:
        case ("entities", str(name), *rest):
            found = next(
                (each.table.found for each in resources.values() if each.table.name == name), application
            )
            columns = next((each.table.columns for each in resources.values() if each.table.name == name), {})
            if rest[:1] == ["fields"] and len(rest) > 1:
                found = next((each.found for each in columns.values() if each.field_name == rest[1]), found)
            return found.module.place(found.node)
        case (str(key), *_) if key in FACTS:
            return Place(PROJECT, 1, 1)
    return application.module.place(application.node)
