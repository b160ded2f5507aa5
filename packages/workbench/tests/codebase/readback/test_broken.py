"""Without its essential parts a service is not read back: each that is missing is named, with its place."""

from collections.abc import Callable

import pytest
from backwright_workbench.codebase.readback import read, read_blueprint
from backwright_workbench.errors import InputError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Files = dict[str, str]
Edited = Callable[..., Files]


def refused(files: Files) -> list[str]:
    """The problems that reading ends with."""
    with pytest.raises(InputError) as caught:
        read_blueprint(files)
    assert read(files).blueprint is None
    return [str(problem) for problem in caught.value.problems]


def test_syntax_errors_are_named_by_file_and_line(edited: Edited) -> None:
    """All of them at once, and nothing is raised but `InputError`."""
    files = edited(
        ("work_orders/models.py", "class WorkOrder(Entity):", "class WorkOrder(Entity:"),
        ("assets/resource.py", "assets = Resource(", "assets = = Resource("),
    )
    first, second = refused(files)
    assert first.startswith("src/work_orders/assets/resource.py:")
    assert "this is not Python" in first
    assert second.startswith("src/work_orders/work_orders/models.py:")


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        ("main.py", "from backwright.app import", "from shop import", "create_app of backwright.app"),
        ("main.py", "(assets, technicians, work_orders)", "all_of_them()", "the resources are computed"),
        ("main.py", "(assets, technicians, work_orders)", "()", "serves no resource"),
        ("main.py", 'title="Work order management"', "title=name()", "the service has no title"),
        ("access.py", "class Role(StrEnum)", "class Role", "the roles of the service are not there"),
        ("access.py", '"viewer"', "4", "VIEWER of its enumeration is not a text"),
        ("settings.py", '"100/minute"', '"often"', "limits.requests: 'often' is not a rate"),
    ],
)  # fmt: skip
def test_an_essential_part_that_is_missing(
    edited: Edited, path: str, old: str, new: str, problem: str
) -> None:
    """The message says which file, and what was expected."""
    found = refused(edited((path, old, new)))
    assert any(problem in each and "src/work_orders/" in each for each in found), found


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("created = 2026-11-21\n", "", "pyproject.toml:1:1: nothing says when the service was created"),
        ("[tool.backwright]", "[tool.backwright", "pyproject.toml:"),
        ("wanted = []", "wnated = []", "has no key 'wnated'"),
        ("wanted = []", 'wanted = ["magic"]', "wanted[0]: 'magic' is not known here"),
        ('database = "postgresql"', 'database = "oracle"', "stores.database: 'oracle' is not known here"),
    ],
)
def test_what_the_project_file_says(written: Files, old: str, new: str, problem: str) -> None:
    """`[tool.backwright]` is as strict as a blueprint."""
    assert old in written["pyproject.toml"]
    files = {**written, "pyproject.toml": written["pyproject.toml"].replace(old, new)}
    assert any(problem in each for each in refused(files)), refused(files)


def test_the_first_migration_dates_a_service_whose_project_file_does_not(written: Files) -> None:
    """Services that were written before the project file said it."""
    project = written["pyproject.toml"].replace("created = 2026-11-21\n", "")
    files = {**written, "pyproject.toml": project}
    files["migrations/versions/20261121_create_work_orders.py"] = ""
    files["migrations/versions/20270101_more.py"] = ""
    assert read_blueprint(files) == read_blueprint(written)


def test_no_package_and_two_packages() -> None:
    """A service is one package under `src/`."""
    assert refused({"README.md": "Hello"}) == [
        "src:1:1: there is no package under src/; a service has one package with a main.py under src/"
    ]
    both = {"src/one/main.py": "", "src/two/main.py": ""}
    assert "several packages: one, two" in refused(both)[0]


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 150 + ")" * 150,
        "x = " + " + ".join(["1"] * 5000),
        "x = '\0'",
        "x = x\ny = (*y,)\nclass A(B): ...\nclass B(A): ...\n",
        "from work_orders.strange import *\nfrom work_orders.strange import strange\n",
        "\ufeffx = '\\d'\n",
        "from ..... import far\n",
    ],
)
def test_strange_code_is_told_or_passed_over(written: Files, text: str) -> None:
    """Whatever stands in a file, reading ends with a value."""
    found = read({**written, "src/work_orders/strange.py": text})
    assert (found.blueprint is None) == bool(found.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_files_with_lines_cut_out_or_doubled_never_crash_the_reader(
    written: Files, data: st.DataObject
) -> None:
    """Half-edited code is read as far as it goes, or refused with places."""
    path = data.draw(st.sampled_from(sorted(path for path in written if written[path])))
    lines = written[path].splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    count = data.draw(st.integers(1, 3))
    instead = data.draw(st.sampled_from([[], lines[at : at + count] * 2]))
    found = read({**written, path: "".join([*lines[:at], *instead, *lines[at + count :]])})
    assert (found.blueprint is None) == bool(found.problems)
    assert all(problem.place for problem in found.problems)
