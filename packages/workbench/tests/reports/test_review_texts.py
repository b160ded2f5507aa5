"""A review as text: for a terminal, for a pull request, for programs, for code hosts."""

import json
import re
from html import unescape
from html.parser import HTMLParser

import jsonschema
import pytest
from backwright_workbench.reports.review.document import document, review_schema
from backwright_workbench.reports.review.note import note
from backwright_workbench.reports.review.page import page
from backwright_workbench.reports.review.sarif import sarif
from backwright_workbench.reports.review.text import text
from review_values import SECRET, empty_review, full_review
from sarif_shape import SARIF

ALL = {"text": text, "note": note, "page": page, "sarif": sarif, "document": document}


@pytest.mark.parametrize("form", ALL)
def test_no_report_shows_a_secret_or_moves_a_cursor(form: str) -> None:
    """Neither on the line where one was found, nor in an address on another line."""
    said = ALL[form](full_review())
    assert SECRET not in said
    assert "\x1b" not in said
    assert "s3…" in said or form == "sarif"


def test_the_worst_comes_first_with_its_code_its_way_and_its_advice() -> None:
    """In an order that can be read from the top."""
    said = text(full_review())
    order = [
        "shop <b>",
        "CRITICAL",
        "sql-injection",
        "app/main.py:13",
        "1. app/main.py:12",
        "why",
        "fix  bind it",
    ]
    order += [
        "HIGH hardcoded-secret",
        "HIGH missing-auth",
        "LOW bandit/B999",
        "LOW db-in-handler",
        "6 findings",
    ]
    places = [said.index(each) for each in order]
    assert places == sorted(places)


def test_one_cause_is_told_once_with_all_its_places() -> None:
    """A router of unguarded routes is one thing to mend."""
    said = text(full_review())
    assert said.count("asks nobody") == 1
    assert "and 1 place more: app/main.py:17" in said


def test_what_was_not_told_and_not_looked_at_is_said() -> None:
    """Suppressed, known, below the level; files, encodings, remarks."""
    said = " ".join(text(full_review()).split())
    for each in (
        "1 finding suppressed",
        "1 finding known before (main at 1a2b3c4d)",
        "2 findings less severe or less sure",
        "not looked at: binary (1); dependencies, caches and folders of tools (1)",
        "1 file read in another encoding",
        "note: app/main.py:3: this comment suppresses nothing",
    ):
        assert each in said
    assert "logo.png" not in said
    assert "logo.png: binary" in text(full_review(), verbose=True)


def test_lines_fit_and_colour_is_only_there_when_it_is_wanted() -> None:
    """80 columns; the same text with and without colour."""
    plain, coloured = text(full_review()), text(full_review(), colour=True)
    assert max(map(len, plain.splitlines())) <= 80
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_the_decorator_of_a_handler_is_shown_above_it() -> None:
    """So that a reader sees which route it is."""
    assert '       10 │ @app.get("/orders")\n  >    11 │ def orders():' in text(full_review())


@pytest.mark.parametrize("form", ["text", "note", "page"])
def test_nothing_found_is_said_plainly(form: str) -> None:
    """In every report for people."""
    assert "Nothing was found" in ALL[form](empty_review())


def test_sarif_is_what_the_standard_says() -> None:
    """Every key that is written, with its form; no other."""
    for review in (full_review(), empty_review()):
        jsonschema.validate(json.loads(sarif(review)), SARIF)


def test_sarif_has_a_result_for_each_place() -> None:
    """Code hosts read the first location only; a way is a code flow, a suppression is told as such."""
    run = json.loads(sarif(full_review()))["runs"][0]
    results = run["results"]
    assert [len(each["locations"]) for each in results] == [1] * 8
    assert [each["baselineState"] for each in results].count("unchanged") == 1
    [aside] = [each for each in results if "suppressions" in each]
    assert aside["suppressions"] == [{"kind": "inSource", "justification": "a reason | of ours"}]
    [way] = [each["codeFlows"] for each in results if "codeFlows" in each]
    assert len(way[0]["threadFlows"][0]["locations"]) == 2
    for each in results:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_sarif_spells_paths_as_addresses() -> None:
    """What is no letter of an address is quoted."""
    assert "evil/%3Cscript%3Ealert%281%29%3C/script%3E.py" in sarif(full_review())


def test_the_document_keeps_to_its_schema() -> None:
    """The one that is published."""
    for review in (full_review(), empty_review()):
        jsonschema.validate(json.loads(document(review)), review_schema())
    states = [each["state"] for each in json.loads(document(full_review()))["findings"]]
    assert states == ["new"] * 6 + ["known", "suppressed"]


def test_the_note_cannot_be_broken_out_of() -> None:
    """Whatever files and texts are called."""
    said = note(full_review())
    assert "<script>" not in said.replace("`evil/<script>alert(1)</script>.py:1`", "").replace("&lt;", "")
    assert "<img" not in re.sub("`[^`\n]*`", "", said)
    assert said.count("<details>") == said.count("</details>") == 5


class Reader(HTMLParser):
    """Counts what must not be there, and whether everything is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scripts = 0
        self.sources: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.scripts += tag == "script" or any(name.startswith("on") for name, _ in attrs)
        self.sources += [str(value) for name, value in attrs if name in ("src", "href")]
        self.ids += [str(value) for name, value in attrs if name == "id"]
        if tag not in ("meta", "br", "hr", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It ends, and it is the last one that began."""
        assert self.open.pop() == tag


def test_the_page_is_one_file_without_scripts() -> None:
    """It fetches nothing and filters by style alone; each box hides what it names."""
    said = page(full_review())
    reader = Reader()
    reader.feed(said)
    assert (reader.open, reader.scripts, reader.sources) == ([], 0, [])
    assert "url(" not in said
    assert "default-src 'none'" in unescape(said)
    for name in ("s-critical", "s-high", "s-low", "f-security", "f-architecture"):
        assert f"show-{name}" in reader.ids
        assert f"main:has(#show-{name}:not(:checked)) .{name}{{display:none}}" in said
