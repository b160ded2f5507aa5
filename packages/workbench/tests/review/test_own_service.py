"""The service that Backwright writes, under its own review."""

from pathlib import Path

from backwright_workbench.codebase.application import read_application
from backwright_workbench.review.engine import findings
from backwright_workbench.review.rule import all_rules
from backwright_workbench.workspace.trees import read_tree

EXAMPLE = Path(__file__).parents[4] / "examples/work-orders"


def test_the_example_is_clean() -> None:
    """What Backwright writes has nothing that Backwright would find fault with."""
    app = read_application(read_tree(EXAMPLE))
    assert [f"{each.rule} {each.place}" for each in findings(app, all_rules())] == []
