"""Briefs as clauses: headings, lists, tables and sentences, each word with its place."""

import pytest
from backwright_workbench.brief.text import clauses


def texts(brief: str) -> list[tuple[str, str]]:
    """Kind and words of each clause."""
    return [(clause.kind, clause.text) for clause in clauses(brief)]


def test_headings_items_and_sentences_are_told_apart() -> None:
    """Markdown headings, bullets and numbered items, and prose cut into sentences."""
    brief = "# Shop\n\nSell things. Fast!\n\n- one\n* two\n3. three\n"

    assert texts(brief) == [
        ("heading", "shop"),
        ("sentence", "sell things ."),
        ("sentence", "fast !"),
        ("item", "one"),
        ("item", "two"),
        ("item", "three"),
    ]


@pytest.mark.parametrize("heading", ["# Orders", "Orders\n======", "**Orders**", "## Orders ##"])
def test_a_heading_may_be_written_in_several_ways(heading: str) -> None:
    """Hashes, underlines and bold lines."""
    assert texts(heading + "\n\nThey are paid.")[0] == ("heading", "orders")


def test_items_stand_under_what_leads_them_in() -> None:
    """A nested item under its item, that under the sentence with the colon, that under the heading."""
    *_, nested = clauses("# Data\n\nEntities:\n- Product\n  - name\n")

    assert [clause.text for clause in nested.ancestors()] == ["product", "entities :", "data"]


def test_a_wrapped_sentence_is_one_clause() -> None:
    """Lines of prose that go on with the one before are joined."""
    brief = "A customer has a name, an email address and, if they want to, a phone\nnumber for the driver."

    assert len(texts(brief)) == 1


def test_short_lines_are_a_list_without_bullets() -> None:
    """Lines that define something, or begin anew, are clauses of their own."""
    assert len(texts("vehicle: plate, make\ndriver: name, phone\nroles: admin, driver\n")) == 3


def test_brackets_and_numbers_do_not_end_a_sentence() -> None:
    """Versions, abbreviations and full stops in the middle of things."""
    assert len(texts("Use OAuth 2.0, e.g. with Keycloak, and limit bodies to 1.5 MB.")) == 1


def test_a_table_row_reads_like_a_definition() -> None:
    """First cell, colon, other cells; the head of the table stands above its rows."""
    header, row = clauses("| Entity | Fields |\n|---|---|\n| Order | number, total |\n")

    assert (header.kind, row.kind, row.text) == ("header", "row", "order : number , total")
    assert row.parent is header


@pytest.mark.parametrize("name", ["WorkOrder", "work-order", "work_order", "Work Order", "`work_order`"])
def test_the_styles_of_a_name_read_the_same(name: str) -> None:
    """CamelCase, hyphens, underscores and decoration say the same two words."""
    assert clauses(name)[0].words == ("work", "order")


def test_every_word_knows_its_line_and_column() -> None:
    """Both from one, behind bullets and after line breaks too."""
    token = clauses("# A\n\n- one\n  two, three\n")[1].tokens[3]

    assert (token.word, token.line, token.column) == ("three", 4, 8)


def test_an_endless_line_is_cut() -> None:
    """A clause has an end, so that patterns have one too."""
    assert all(len(clause.words) <= 300 for clause in clauses("word " * 5000))


def test_lines_under_a_colon_are_items_as_deep_as_they_stand() -> None:
    """Without bullets, up to the line that stands further out."""
    long = "Show: title, date and a rather long list of further things"
    brief = f"Models:\n  Kite: name, price\n  {long}\nShows 1-n Kites.\n"
    kinds = [(clause.kind, clause.text.split(" ")[0]) for clause in clauses(brief)]

    assert kinds == [("sentence", "models"), ("item", "kite"), ("item", "show"), ("sentence", "shows")]


def test_a_sentence_after_a_colon_is_a_clause_of_its_own() -> None:
    """A list after a colon is not."""
    assert [text for _, text in texts("People bid: a bid is for one lot.")] == [
        "people bid :",
        "a bid is for one lot .",
    ]
    assert len(texts("Bid: a lot, an amount.")) == 1
