"""The delivery note: failures first, nothing left out, nothing that a brief says breaks the page."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from backwright.openapi_yaml import as_yaml
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.brief.trace import Assumption, Reading, TraceRow
from backwright_workbench.codegen.carried import BROKERED, WANTED, carried
from backwright_workbench.codegen.engines import ENGINES
from backwright_workbench.reports.delivery import Delivery, count_operations, delivery_note
from backwright_workbench.reports.summary import delivery_summary
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Fault, Figure, Status
from backwright_workbench.verify.verdict import Verification

ROOT = Path(__file__).parents[4]
BLUEPRINT = load((ROOT / "examples/work-orders/blueprint.yaml").read_text()).model_copy(
    update={"wanted": ("graphql",)}
)
SUITE = Evidence(
    check="tests/suite", title="Its tests pass", status=Status.PASSED, summary="42 tests", required=True,
    command="backwright verify . --only tests/suite", began="", seconds=3.1, profile="quick", engine="sqlite", tree="",
    inputs="", versions={}, machine={}, figures=(Figure("coverage", 97, "%", 80, least=True),),
)  # fmt: skip
PASSED = Verification("work-orders", (SUITE,), "quick", "sqlite", "sqlite", 3.1, "backwright verify .")
FAILED = replace(
    PASSED,
    evidence=(
        replace(
            SUITE,
            status=Status.FAILED,
            summary="1 of 42 tests failed",
            faults=(Fault("assert 1 == 2", "tests/test_one.py:2"),),
        ),
    ),
)
MISSING = replace(
    SUITE,
    check="operations/health",
    status=Status.NOT_RUN,
    summary="no server",
    next_step="start one",
    figures=(),
)
READING = Reading(
    BLUEPRINT,
    trace=(
        TraceRow("OAuth 2.0 authentication", 6, 3, "understood", ("auth.methods",)),
        TraceRow("a <b>blinking</b> | sign", 9, 3, "not understood", (), "no such thing"),
    ),
    assumptions=(Assumption("four roles", "the catalogue has them", "roles", "admin: Runs the service"),),
)
DELIVERY = Delivery(
    READING, BLUEPRINT, {"src/work_orders/assets/models.py": "a\nb\n"}, PASSED, operations=30, seconds=21.4
)


def sections(note: str) -> dict[str, str]:
    """Heading → what stands under it."""
    parts = note.split("\n## ")
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts[1:]}


def test_a_passing_delivery_tells_what_was_made_assumed_and_carried() -> None:
    """Each in its own section, the trace of the brief last."""
    note = delivery_note(DELIVERY)
    found = sections(note)
    assert list(found) == [
        "What was made",
        "What was assumed",
        "Asked for and turned on by a setting",
        "Asked for and not built in full",
        "Not understood",
        "Figures",
        "Next steps",
        "The brief, phrase by phrase",
    ]
    assert "**Ready.** 1 of 1 required checks passed" in note.partition("\n## ")[0]
    assert "| WorkOrder | `/work-orders` |" in found["What was made"]
    assert "`admin: Runs the service`" in found["What was assumed"]
    for engine, setting in (("PostgreSQL", "DATABASE_URL"), ("Redis", "REDIS_URL"), ("S3", "FILES_URL")):
        assert f"| {engine} | `{setting}=" in found["Asked for and turned on by a setting"]
    assert "| GraphQL |" in found["Asked for and not built in full"]


def test_what_failed_is_the_first_thing_said() -> None:
    """With its place, and to mend it is the first next step."""
    note = delivery_note(replace(DELIVERY, verification=FAILED))
    assert "**Not ready.**" in note.partition("\n## ")[0]
    assert next(iter(sections(note))) == "Failed"
    assert "`tests/test_one.py:2`: assert 1 == 2" in sections(note)["Failed"]
    assert sections(note)["Next steps"].strip().startswith("1. Mend what failed")


def test_what_was_not_run_is_said_with_what_would_run_it() -> None:
    """Nothing failed, and yet it is no proof."""
    note = delivery_note(replace(DELIVERY, verification=replace(PASSED, evidence=(MISSING, SUITE))))
    assert "**Not proven.**" in note.partition("\n## ")[0]
    assert "| operations/health | no server | `start one` |" in sections(note)["Required and not run"]
    assert sections(note)["Next steps"].strip().startswith("1. Run what was not run")


def test_leaving_the_checks_out_is_visible() -> None:
    """At the top and among the figures: no number stands where nothing was measured."""
    note = delivery_note(replace(DELIVERY, verification=None))
    assert "Not verified" in note.partition("\n## ")[0]
    assert "Nothing else was measured." in sections(note)["Figures"]


def test_every_figure_names_what_shows_it() -> None:
    """A command or a file of evidence; a figure without would be a claim."""
    found = sections(delivery_note(DELIVERY))["Figures"]
    rows = [line for line in found.splitlines() if line.startswith("| ") and "---" not in line]
    figures = [row for row in rows if not row.startswith("| Figure")]
    assert len(figures) == 4
    for row in figures:
        assert row.count("`") == 2, row


def test_words_of_a_brief_cannot_break_the_page() -> None:
    """Bars and tags stand there as text."""
    note = delivery_note(DELIVERY)
    assert "| a &lt;b>blinking&lt;/b> \\| sign | 9:3 | not understood |" in note


def test_nothing_carried_and_nothing_unclear_is_said_too() -> None:
    """The section about stand-ins goes, the one about the brief says that all of it led to something."""
    plain = Blueprint(service="x", title="X", created=date(2026, 1, 1), roles={}, entities=BLUEPRINT.entities)
    reading = Reading(plain, trace=(TraceRow("x", 1, 1, "understood"),))
    found = sections(delivery_note(replace(DELIVERY, blueprint=plain, reading=reading)))
    assert "Asked for and turned on by a setting" not in found
    assert "Asked for and not built in full" not in found
    assert "every phrase" in found["Not understood"]


@pytest.mark.parametrize(
    ("field", "known", "embedded"),
    [
        ("stores", ENGINES, {"sqlite", "memory", "local"}),
        ("wanted", WANTED, set()),
    ],
)
def test_whatever_a_blueprint_can_want_has_its_sentence(
    field: str, known: dict[str, object], embedded: set[str]
) -> None:
    """A value that joins the model without a word about it here fails this test."""
    schema = Blueprint.model_json_schema()
    parts = {
        "stores": [each["enum"] for each in schema["$defs"]["Stores"]["properties"].values()],
        "wanted": [schema["properties"]["wanted"]["items"]["enum"]],
    }[field]
    assert {value for part in parts for value in part} - embedded == known.keys()


def test_what_is_carried_keeps_the_order_of_the_blueprint() -> None:
    """Sign-in, then the rest. Engines are not among them, nor providers that speak OpenID Connect: settings turn
    them on."""
    stores = BLUEPRINT.stores.model_copy(update={"database": "mariadb"})
    auth = BLUEPRINT.auth.model_copy(update={"methods": ("oidc",), "providers": ("google", *BROKERED)})
    other = BLUEPRINT.model_copy(update={"stores": stores, "auth": auth, "wanted": ("graphql",)})
    assert [each.asked for each in carried(other)] == [
        "signing in with GitHub",
        "signing in with Facebook",
        "GraphQL",
    ]


def test_the_summary_ends_with_the_next_command() -> None:
    """It can be pasted, whatever the directory is called."""
    lines = delivery_summary(DELIVERY, Path("my services/jobs")).splitlines()
    assert lines[0] == "Work order management is in my services/jobs"
    assert lines[-1].split(maxsplit=1)[1] == "backwright dev 'my services/jobs'"
    assert any(line.split()[:2] == ["engines", "PostgreSQL,"] and "DATABASE_URL" in line for line in lines)
    assert any(line.startswith("  not in full GraphQL") for line in lines)
    assert any(line.startswith("  verdict     ready: 1 of 1") for line in lines)
    assert any("not clear" in line and "9:3" in line for line in lines)


def test_the_summary_names_what_failed() -> None:
    """By the names that `--only` takes."""
    assert "Failed: tests/suite." in delivery_summary(replace(DELIVERY, verification=FAILED), Path("x"))
    assert "not verified" in delivery_summary(replace(DELIVERY, verification=None), Path("x"))


def test_operations_are_counted_in_the_document() -> None:
    """Methods below paths; neither parameters that paths share, nor schemas of the same name."""
    operation = {"summary": "x", "responses": {"200": {"description": "get:"}}}
    document = {
        "info": {"title": "Shop"},
        "paths": {"/a": {"get": operation, "post": operation, "parameters": []}, "/b": {"delete": operation}},
        "components": {"schemas": {"get": {"type": "object"}}},
    }
    assert count_operations(as_yaml(document)) == 3
    assert count_operations(as_yaml({"info": {}, "paths": {}})) == 0
