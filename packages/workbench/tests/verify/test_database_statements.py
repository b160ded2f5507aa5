"""database/statements: how many statements a request sends. The planted route is in `test_database_plans.py`."""

from backwright_workbench.verify.checks.database.statements import Page, grown, repeated
from backwright_workbench.verify.stand.statements import Statement

LIST = Statement("SELECT id FROM orders LIMIT $1")
ONE = Statement("SELECT name FROM assets WHERE id = $1")
MANY = Statement("SELECT name FROM assets WHERE id IN ($1, $2, $3)")


def test_a_list_that_asks_for_each_row_is_found() -> None:
    """The statement is named, and how often more it comes."""
    (fault,) = grown(Page("GET /orders", [LIST, ONE], [LIST, *[ONE] * 100]))
    assert (
        "101 statements for a page of 100 rows and 2 for a page of 1; 99 more times: SELECT name"
        in fault.what
    )


def test_one_statement_for_all_rows_is_right() -> None:
    """Whether it has one value or many."""
    assert list(grown(Page("GET /orders", [LIST, ONE], [LIST, MANY]))) == []


def test_a_request_may_not_repeat_itself() -> None:
    """Whatever it shows."""
    assert [each.place for each in repeated("GET /board", [LIST, *[ONE] * 6])] == ["GET /board"]
    assert list(repeated("GET /board", [LIST, *[ONE] * 5])) == []
