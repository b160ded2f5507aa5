"""The tests of a written service, as text: a readable specification that can fail."""

from collections.abc import Callable
from functools import partial
from typing import Final

from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.rendering import render
from backwright_workbench.codegen.source import lines, sequence
from backwright_workbench.codegen.suite.entity import entity_tests_path, write_entity_tests
from backwright_workbench.codegen.suite.factories import write_factories
from backwright_workbench.codegen.suite.field_rights import write_field_access_tests
from backwright_workbench.codegen.suite.matrix import Matrix
from backwright_workbench.codegen.suite.stored import factory
from backwright_workbench.codegen.suite.tenants import write_tenant_tests

TEMPLATES: Final = (
    "conftest.py",
    "test_accounts.py",
    "test_contract.py",
    "test_migrations.py",
    "test_operations.py",
)
"""Tests that differ between services in names only."""

OF_METHODS: Final = {"api_keys": "test_api_keys.py"}
"""The same, for services with a way to sign in that not all have."""


def suite_files(names: Names) -> list[tuple[str, Callable[[], str]]]:
    """(path, what makes the text) of every file under `tests/`."""
    shared = values(names)
    found: list[tuple[str, Callable[[], str]]] = [
        ("tests/factories.py", partial(write_factories, names)),
        ("tests/test_access.py", partial(write_access_tests, names)),
        ("tests/test_field_access.py", partial(write_field_access_tests, names)),
    ]
    found += [
        (entity_tests_path(each, names), partial(write_entity_tests, each, names)) for each in names.makeable
    ]
    if names.blueprint.tenancy is not None:
        found.append(("tests/test_tenants.py", partial(write_tenant_tests, names)))
    methods = names.blueprint.auth.methods
    templates = [*TEMPLATES, *(name for method, name in OF_METHODS.items() if method in methods)]
    found += [(f"tests/{name}", partial(render, f"tests/{name}", shared)) for name in templates]
    return found


def write_access_tests(names: Names) -> str:
    """The text of `tests/test_access.py`."""
    matrix = Matrix(names)
    parts = matrix.text()
    imports: Imports = matrix.imports
    for module, name in (
        ("collections.abc", "Awaitable"),
        ("collections.abc", "Callable"),
        ("typing", "Any"),
        ("uuid", "UUID"),
        ("httpx2", "AsyncClient"),
        ("backwright.entity", "Entity"),
        ("backwright.testing", "TestService"),
        (f"{names.package}.access", "Role"),
    ):
        imports.name(module, name)
    imports.module("pytest")
    return render("tests/test_access.py", {**parts, "imports": "\n".join(imports.lines())})


def values(names: Names) -> dict[str, object]:
    """What the templates name."""
    makers = [f"factories.{factory(entity)}" for entity in names.ordered]
    return {
        "package": names.package,
        "service": names.blueprint.service,
        "path": names.blueprint.path(names.ordered[0]),
        "factories": "\n".join(lines(sequence(makers), before="FACTORIES = ")),
        "has_limits": any(entity.limit for entity in names.blueprint.entities.values()),
    }
