"""The door to the parser of SQL."""

import logging

import pytest
from backwright_workbench.codebase.frameworks.sql_parsing import statements


def test_each_statement_of_a_text_is_a_tree() -> None:
    """Empty statements between them do not count."""
    assert len(statements("select 1;; delete from users", None)) == 2


def test_what_cannot_be_read_gives_nothing() -> None:
    """A broken text is no reason to stop."""
    assert statements("select from where ((", None) == []


def test_nothing_is_said_of_what_the_parser_does_not_know(caplog: pytest.LogCaptureFixture) -> None:
    """Its warnings would land on the terminal of whoever has a project read."""
    with caplog.at_level(logging.WARNING):
        statements("alter system set wal_level = logical", "postgres")
    assert caplog.records == []
