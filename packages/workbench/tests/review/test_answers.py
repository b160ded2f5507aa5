"""What a function gives back, found by following values backwards."""

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.review.answers import given_back


def _calls(body: str) -> set[str]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    app = read_application({"app.py": f"def answer(rows, load, total):\n{lines}\n"})
    function = app.project.functions["app.answer"]
    return {node.name for node in given_back(function) if isinstance(node, s.Call)}


def test_a_value_is_followed_through_names_loops_and_lists() -> None:
    """What is appended in a loop over rows makes the rows a part of the answer."""
    assert "load" in _calls("found = []\nfor row in load():\n    found.append({'id': row.id})\nreturn found")
    assert "load" in _calls("rows = load()\nreturn {'rows': [row.id for row in rows]}")
    assert "load" in _calls("(rows, more) = load(), 1\nreturn rows")


def test_what_is_only_counted_or_compared_is_no_part_of_it() -> None:
    """Lengths, sums and conditions give nothing of the rows back."""
    assert "load" not in _calls("rows = load()\nreturn {'amount': len(rows)}")
    assert "load" not in _calls("for row in load():\n    total += row.amount\nreturn total")
    assert "load" not in _calls("return 'yes' if load() else 'no'")
    assert "load" not in _calls("rows = load()\nreturn rows[0]")


def test_what_is_stored_in_a_mapping_is_given_back_with_it() -> None:
    """`found["rows"] = …` belongs to `found`."""
    assert "load" in _calls("found = {}\nfound['rows'] = load()\nreturn found")
    assert "load" in _calls("found = {}\nfound.update(rows=1)\nfound.update(load())\nreturn found")
