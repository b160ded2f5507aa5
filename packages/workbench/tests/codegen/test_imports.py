"""The imports of a written module."""

from backwright_workbench.codegen.imports import Imports


def test_sections_stand_in_the_order_of_the_linter() -> None:
    """Standard library, libraries, then the service itself."""
    imports = Imports("shop")
    for module, name in (
        ("shop.access", "Role"),
        ("sqlalchemy", "String"),
        ("uuid", "UUID"),
        ("enum", "StrEnum"),
    ):
        imports.name(module, name)
    assert imports.lines() == [
        "from enum import StrEnum",
        "from uuid import UUID",
        "",
        "from sqlalchemy import String",
        "",
        "from shop.access import Role",
    ]


def test_a_name_that_the_module_defines_itself_is_imported_under_another() -> None:
    """An entity called `Service` does not shadow the base class that it is written with."""
    imports = Imports("shop", own={"Service", "date"})
    assert imports.name("backwright.service", "Service") == "RuntimeService"
    assert imports.name("datetime", "date") == "date_type"
    assert "from backwright.service import Service as RuntimeService" in imports.lines()


def test_names_for_the_type_checker_only_are_imported_for_it_only() -> None:
    """A circle of areas is no circle of imports."""
    imports = Imports("shop")
    imports.name("shop.orders.models", "Order", typing_only=True)
    assert imports.lines() == [
        "from typing import TYPE_CHECKING",
        "",
        "if TYPE_CHECKING:",
        "    from shop.orders.models import Order",
    ]
