"""The page of a verification: what it shows, in which order, and that nothing in it comes from elsewhere."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.reports.verification.page.drawing import Series, columns, lines
from backwright_workbench.reports.verification.page.entities import data_model, diagram
from backwright_workbench.reports.verification.page.html import tag, text
from backwright_workbench.reports.verification.page.layers import Edge, Size, lay_out
from backwright_workbench.reports.verification.page.page import page
from backwright_workbench.verify.verdict import Verification
from verification_values import blueprint, evidence, green, half, hostile, red

ALL = pytest.mark.parametrize("made", [green, red, half, hostile])
HTML = """
    html head meta title style body nav a main header footer section article div span p h1 h2 h3 ul li dl dt dd
    b i br strong small code pre table thead tbody tr th td details summary figure figcaption
"""
DRAWINGS = "svg g path rect circle line text tspan symbol use"
ELEMENTS = {*HTML.split(), *DRAWINGS.split()}
VOID = {"meta", "br"}


class Seen(HTMLParser):
    """Every element of a page with its attributes, and whether each that opens is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It closes the one that was opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.words.append(data)

    def links(self) -> Iterator[str]:
        """Where links lead."""
        for _, attributes in self.elements:
            if (found := attributes.get("href")) is not None:
                yield found


@ALL
def test_a_page_is_made_of_nothing_but_what_was_meant(made: Callable[[], Verification]) -> None:
    """No script, picture, frame or form, no handler of events, whatever a service calls its things."""
    seen = Seen(page(made()))
    assert {name for name, _ in seen.elements} <= ELEMENTS
    for _, attributes in seen.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in {"src", "srcset", "action"}
        ]
        assert not re.search(r"url\(|expression|@import", attributes.get("style") or "")


@ALL
def test_a_page_needs_nothing_from_elsewhere(made: Callable[[], Verification]) -> None:
    """Links lead into the page or to the evidence beside it; its policy lets nothing be fetched; it is small."""
    text = page(made())
    for link in Seen(text).links():
        assert re.fullmatch(r"#[a-z-]+|evidence/[\w/.%-]+", link), link
        assert ".." not in unquote(link)
    assert "default-src 'none'" in text.replace("&#x27;", "'")
    assert len(text.encode()) < 400_000


@pytest.mark.parametrize(
    ("made", "verdict", "first"),
    [(red, "Not ready", "Failed (4)"), (half, "Not proven", "Not run (5)"), (green, "Ready", "Figures")],
)
def test_the_verdict_comes_first_and_then_what_stands_against_it(
    made: Callable[[], Verification], verdict: str, first: str
) -> None:
    """Before any figure."""
    drawn = page(made())
    heads = [
        f'<p class="word">{verdict}<',
        *(f"<h2>{each}<" for each in (first, "Checklists", "Access matrix")),
    ]
    places = [drawn.index(each) for each in heads]
    assert places == sorted(places)
    assert drawn.index("<h2>") > places[0]


def test_a_failure_says_what_where_why_and_next() -> None:
    """And the command that repeats it."""
    words = " ".join(Seen(page(red())).words)
    for said in (
        "a requester deletes comments of others: 204 instead of 403",
        "src/work_orders/comments/resource.py:31",
        "write rows='author' in that grant",
        "backwright verify work-orders --only access/matrix",
        "500, not",
    ):
        assert said in words


def test_every_figure_leads_to_its_evidence() -> None:
    """No number without its file."""
    seen = Seen(page(green()))
    tiles = [
        attributes
        for name, attributes in seen.elements
        if (attributes.get("class") or "").startswith("tile ") or attributes.get("class") == "tile"
    ]
    assert tiles
    assert all((each.get("href") or "").startswith("evidence/") for each in tiles)


def test_what_was_not_measured_is_said_to_be() -> None:
    """With the reason, and what would change it."""
    bare = replace(
        green(), evidence=(evidence("contract/valid", "The document is valid", "45 paths"),), blueprint=None
    )
    text = " ".join(Seen(page(bare)).words)
    assert text.count("Not measured") >= 6
    assert "performance/load : it is not among the checks" in text
    assert "only in the full profile" in " ".join(Seen(page(half())).words)


BROKEN = (None, 7, "text", [], {}, [None], [{"ms": "x"}], {"a": {"b": []}}, [[1]], float("nan"))


@pytest.mark.parametrize("value", BROKEN, ids=repr)
def test_broken_data_breaks_nothing(value: object) -> None:
    """Evidence of another version, or of a check that left something else, is shown as far as it goes."""
    verification = green()
    found = tuple(replace(each, data=dict.fromkeys(each.data, value)) for each in verification.evidence)
    nested = tuple(
        replace(
            each,
            data={
                key: [dict.fromkeys(row, value) if isinstance(row, dict) else value for row in rows]
                if isinstance(rows, list)
                else rows
                for key, rows in each.data.items()
            },
        )
        for each in verification.evidence
    )
    for evidence_ in (found, nested):
        Seen(page(replace(verification, evidence=evidence_)))


@pytest.mark.slow
def test_a_long_run_and_a_large_suite_stay_small() -> None:
    """Hours of load, thousands of files and statements: less than two megabytes."""
    verification = green()

    def grown(value: object) -> object:
        return value * 150 if isinstance(value, list) else value

    large = tuple(
        replace(each, data={key: grown(value) for key, value in each.data.items()})
        for each in verification.evidence
    )
    assert len(page(replace(verification, evidence=large)).encode()) < 2_000_000


def test_markup_stays_text() -> None:
    """Also in attributes, and what HTML cannot hold."""
    assert text("<b>&\"'\x00") == "&lt;b&gt;&amp;&quot;&#x27;\ufffd"
    assert tag("a", "<x>", href='"><script>') == '<a href="&quot;&gt;&lt;script&gt;">&lt;x&gt;</a>'


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e-9, 2e-9], [1e12, 5.0], [3.0, None]], ids=str)
def test_charts_hold_any_numbers(values: list[float | None]) -> None:
    """Nothing, next to nothing, very much, and gaps."""
    series = [Series("seen", values)]
    for drawn in (
        lines("A chart", [0.0, 1.0], series, across="s", up="n"),
        columns("A chart", ["a", "b"], series, across="s", up="n"),
    ):
        assert "nan" not in drawn
        for number in re.findall(r' (?:y|height|cy)="(-?[\d.]+)"', drawn):
            assert -1 <= float(number) <= 231


def test_boxes_do_not_touch_and_lines_pass_between_them() -> None:
    """Also in circles, and where a line passes layers."""
    names = [f"n{number}" for number in range(20)]
    edges = [Edge(names[n], names[(n * 7 + step) % 20], 10) for n in range(20) for step in (0, 3)]
    edges += [Edge("n1", "n2", 10), Edge("n2", "n1", 10), Edge("n3", "n3", 10)]
    sizes = {name: Size(40.0 + 9 * number, 200.0) for number, name in enumerate(names)}
    laid = lay_out(sizes, edges, 90)
    boxes = [(spot.along, spot.across, spot.across + sizes[name].across) for name, spot in laid.boxes.items()]
    for number, (layer, start, end) in enumerate(boxes):
        for other_layer, other_start, other_end in boxes[number + 1 :]:
            assert layer != other_layer or end < other_start or other_end < start
        for passes in laid.passes:
            assert not [1 for spot in passes if spot.along == layer and start <= spot.across <= end]
    assert max(end for _, _, end in boxes) <= laid.across + 0.1


def test_every_entity_and_reference_is_drawn() -> None:
    """Each box once, each reference as one line, accounts by name."""
    drawn = data_model(blueprint())
    for name in (*blueprint().entities, "User"):
        assert f"<title>{name}</title>" in drawn
    assert drawn.count('class="link"') == 3


def test_many_entities_are_drawn_in_groups() -> None:
    """First all by their names, then each with its fields once."""
    field = {"type": "string"}
    entities = {
        f"Thing{number}": {"fields": {"name": field}, "access": {"admin": "everything"}}
        for number in range(30)
    }
    many = Blueprint.model_validate(
        {
            "service": "s",
            "title": "S",
            "created": "2026-11-21",
            "roles": {"admin": "all"},
            "entities": entities,
        }
    )
    drawn = data_model(many)
    assert drawn.count("<details") == 3
    assert set(Counter(re.findall(r"<title>(Thing\d+)</title>", drawn)).values()) == {2}
    assert "name: string" not in diagram(many, tuple(many.entities), fields=False)
