"""Python source as text: one line where it fits, else as the formatter would break it."""

import ast

from backwright_workbench.codegen.source import (
    Chain,
    call,
    docstring,
    lines,
    literal,
    mapping,
    prose,
    strings,
)
from hypothesis import given
from hypothesis import strategies as st


def test_what_fits_stands_on_one_line() -> None:
    """A call within the width is not broken."""
    assert lines(call("f", "a", key="b"), before="x = ") == ["x = f(a, key=b)"]


def test_what_does_not_fit_stands_one_item_a_line_with_a_comma() -> None:
    """The trailing comma keeps the formatter from joining the lines again."""
    found = lines(call("f", "a" * 60, key="b" * 60))
    assert found == ["f(", f"    {'a' * 60},", f"    key={'b' * 60},", ")"]


def test_a_long_chain_stands_in_brackets() -> None:
    """Each operand gets a line, the operator in front."""
    found = lines(Chain("|", ("a" * 60, "b" * 60)), indent=4, before="x: ", after=",")
    assert found == ["    x: (", f"        {'a' * 60}", f"        | {'b' * 60}", "    ),"]


def test_a_tuple_of_one_keeps_its_comma() -> None:
    """`("a")` would be a string."""
    assert lines(strings(["a"])) == ['("a",)']


def test_a_dictionary_keeps_the_order_of_its_pairs() -> None:
    """What was declared first is written first."""
    assert lines(mapping([("b", "1"), ("a", "2")])) == ["{b: 1, a: 2}"]


@given(st.text())
def test_a_literal_reads_back_as_the_text(text: str) -> None:
    """Quotes, backslashes and whatever else a description has survive."""
    if not any(character in text for character in "\n\r\0") and text.isprintable():
        assert ast.literal_eval(literal(text)) == text


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=400))
def test_long_prose_reads_back_as_the_text(text: str) -> None:
    """Pieces in brackets are joined by Python into what was meant."""
    assert ast.literal_eval("\n".join(lines(prose(text, room=40)))) == text


def test_a_long_docstring_is_wrapped_within_the_width() -> None:
    """No line is longer than the linter allows, and the quotes close on their own line."""
    found = docstring("word " * 60, indent=4)
    assert max(map(len, found)) <= 110
    assert found[-1] == '    """'
