"""`backwright access`: who may do what in a service, and why."""

import json
from pathlib import Path

import pytest
from backwright_workbench.commands.access import access, explain
from backwright_workbench.commands.events import Event, Output, Summary
from backwright_workbench.errors import UserError
from backwright_workbench.reports.access import GREEN, RED, kind

EXAMPLE = Path(__file__).parents[4] / "examples/work-orders"


def output(events: list[Event]) -> str:
    """What a command puts out."""
    (only,) = events
    assert isinstance(only, Output)
    return only.text


def test_the_matrix_agrees_with_the_suite_of_the_service() -> None:
    """Two who know nothing of each other: the rules as they are compiled, and the table that was written with the
    service, which its suite asks over HTTP."""
    found = json.loads(output(list(access(EXAMPLE, as_json=True))))
    computed = {
        (f"{line['method']} {line['path']}", line["row"] or "-"): line["callers"] for line in found["routes"]
    }
    text = (EXAMPLE / "tests/test_access.py").read_text().partition('MATRIX = """\n')[2].partition('"""')[0]
    head, *lines = (line.split() for line in text.splitlines())
    compared = 0
    for line in lines:
        *route, row = line[: -len(head)]
        if (route[0] == "POST" and row == "-") or route[0] == "PATCH":
            continue  # which fields are sent decides there
        named = dict(zip(head, line[-len(head) :], strict=True))
        named["signed_in"], named["public"] = named.pop("nobody"), named.pop("anonymous")
        assert {name: [int(status)] for name, status in named.items()} == computed[" ".join(route), row]
        compared += 1
    assert compared > 20


def test_a_terminal_gets_colours_and_a_pipe_none() -> None:
    """Green lets in, red refuses."""
    assert "\033[" not in output(list(access(EXAMPLE)))
    coloured = output(list(access(EXAMPLE, colour=True)))
    assert f"{GREEN}200" in coloured
    assert f"{RED}403" in coloured


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ("200", "may"),
        ("204", "may"),
        ("ok", "may"),
        ("200/404", "depends"),
        ("403", "not"),
        ("GET /x", ""),
        ("-", ""),
    ],
)
def test_cells_have_a_kind(cell: str, means: str) -> None:
    """By their text."""
    assert kind(cell) == means


def test_the_matrix_as_a_page(tmp_path: Path) -> None:
    """One file that needs nothing else, with every rule in words."""
    (told,) = access(EXAMPLE, html=tmp_path / "access.html")
    assert isinstance(told, Summary)
    page = (tmp_path / "access.html").read_text()
    assert "<code>PATCH /work-orders/{id}</code>" in page
    assert "technician may update notes where its assignee&#x27;s account is the caller" in page


def test_a_request_is_explained() -> None:
    """As text, and as JSON."""
    asked = (EXAMPLE, "GET", "/work-orders/{id}")
    assert "gets 404" in output(list(explain(*asked, role="technician", row="other")))
    told = json.loads(output(list(explain(*asked, role="technician", row="own", as_json=True))))
    assert told[0]["statuses"] == [200]


def test_the_service_says_what_it_cannot_explain() -> None:
    """Its words are passed on, with what to run."""
    with pytest.raises(UserError) as refused:
        list(explain(EXAMPLE, "GET", "/nowhere", role="technician"))
    assert "There is no route /nowhere" in str(refused.value)
