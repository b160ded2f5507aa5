"""Which modules a module needs while it is imported."""

from backwright_workbench.codebase.application import read_application

FILES = {
    "shop/__init__.py": "from shop.orders import Order\nVERSION = 1\n",
    "shop/orders.py": (
        "from __future__ import annotations\nimport json\nfrom typing import TYPE_CHECKING\nfrom . import users\n"
        "from .users import User, Role\nif TYPE_CHECKING:\n    from shop.stock import Stock\n"
        "def later():\n    from shop import stock\nclass Order:\n    import shop.prices\n"
        "try:\n    import shop.stock\nexcept ImportError:\n    from shop.nothing import x\n"
    ),
    "shop/users.py": "class User: pass\nclass Role: pass\n",
    "shop/stock.py": "",
    "shop/prices.py": "",
}


def test_imports_that_run_at_once_are_needed() -> None:
    """At the level of the module, in classes and in branches; not in functions, nor for checkers of types."""
    needs = read_application(FILES).project.modules["shop.orders"].needs
    assert [(each.module, each.names, each.line) for each in needs] == [
        ("shop.users", (), 4),
        ("shop.users", ("User", "Role"), 5),
        ("shop.prices", (), 11),
        ("shop.stock", (), 13),
    ]


def test_a_package_needs_its_modules() -> None:
    """The file of a package imports like any other."""
    assert [each.module for each in read_application(FILES).project.modules["shop"].needs] == ["shop.orders"]
