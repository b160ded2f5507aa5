"""How a project is put together: packages in layers, circles told."""

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.architecture import Architecture, architecture
from backwright_workbench.codebase.stack import stack


def of(**files: str) -> Architecture:
    """The architecture of these modules; `__` is a `/`."""
    return architecture(
        read_application({f"{name.replace('__', '/')}.py": text for name, text in files.items()})
    )


def test_what_imports_stands_above_what_it_imports() -> None:
    """Along the longest way."""
    found = of(main="import api, store", api="import service", service="import store", store="x = 1")
    assert [(each.name, each.level) for each in found.packages] == [
        ("main", 0),
        ("api", 1),
        ("service", 2),
        ("store", 3),
    ]
    assert found.circles == []


def test_what_imports_each_other_is_a_circle_on_one_level() -> None:
    """And told as such."""
    found = of(main="import a", a="import b", b="import c", c="from a import x\nimport d", d="y = 1")
    assert found.circles == [["a", "b", "c"]]
    assert {each.name: each.level for each in found.packages} == {"main": 0, "a": 1, "b": 1, "c": 1, "d": 2}


def test_many_modules_are_told_by_their_packages() -> None:
    """As deep as an overview allows."""
    files = {f"app__{folder}__m{n}": "x = 1" for folder in ("api", "db") for n in range(12)}
    found = of(**files, app__api__views="from app.db.m1 import x")
    assert {each.name: len(each.modules) for each in found.packages} == {"app.api": 13, "app.db": 12}
    assert found.packages[0].imports == {"app.db": 1}


def test_a_long_chain_is_no_trouble() -> None:
    """Deeper than Python's recursion."""
    found = of(**{f"p{n}__m": f"from p{n + 1} import m" for n in range(3_000)})
    assert max(each.level for each in found.packages) == 2_999


def test_the_stack_is_named_as_people_name_it() -> None:
    """With the version that is declared; what another part brings along is left out."""
    app = read_application(
        {
            "requirements.txt": "fastapi==0.115.2\nSQLAlchemy>=2.0\nalembic\npytest\n",
            "app.py": "import fastapi, sqlalchemy, starlette\n",
        }
    )
    assert [str(each) for each in stack(app)] == ["FastAPI 0.115", "SQLAlchemy 2", "Alembic", "pytest"]
