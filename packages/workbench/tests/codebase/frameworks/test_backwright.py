"""Services that Backwright wrote are read like any other."""

from pathlib import Path

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.workspace.trees import read_tree

EXAMPLE = Path(__file__).parents[5] / "examples/work-orders"


def test_the_example_shows_its_routes_with_their_guards() -> None:
    """What a resource declares is a route for each verb and action, each behind its access rules."""
    app = read_application(read_tree(EXAMPLE))
    shown = {str(route) for route in app.routes}
    assert {
        "GET /work-orders",
        "PATCH /assets/{id}",
        "POST /work-orders/{id}/assign",
        "POST /auth/login",
    } <= shown
    orders = [route for route in app.routes if route.path.startswith("/work-orders")]
    assert all(route.guarded(Purpose.AUTHORIZATION) for route in orders)
    assert app.frameworks[0] == "backwright"


def test_other_projects_have_no_such_routes() -> None:
    """A `Resource` of another library is another thing."""
    app = read_application(
        {"app.py": "from flask_restful import Resource\n\nclass Orders(Resource):\n    pass\n"}
    )
    assert not [route for route in app.routes if route.framework == "backwright"]
