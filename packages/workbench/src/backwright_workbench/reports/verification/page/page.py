"""The whole page: verdict first, then what stands against it, then what was measured.

What lives here: its order and its head. What must not: what a section says.
"""

from backwright_workbench.reports.verification.page.answers import access
from backwright_workbench.reports.verification.page.database import database
from backwright_workbench.reports.verification.page.entities import data_model
from backwright_workbench.reports.verification.page.findings import (
    all_checks,
    failures,
    limits,
    lists,
    not_run,
)
from backwright_workbench.reports.verification.page.html import Html, tag
from backwright_workbench.reports.verification.page.parts import signs
from backwright_workbench.reports.verification.page.performance import performance
from backwright_workbench.reports.verification.page.style import STYLE
from backwright_workbench.reports.verification.page.suite import suite
from backwright_workbench.reports.verification.page.top import figures, verdict
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verification

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(verification: Verification) -> str:
    """The text of `report.html`: one file that needs no other to be read."""
    body = tag(
        "main",
        verdict(verification),
        failures(verification),
        not_run(verification),
        figures(verification),
        lists(verification),
        data_model(verification.blueprint),
        access(verification),
        performance(verification),
        database(verification),
        suite(verification),
        all_checks(verification),
        limits(verification),
    )
    title = f"{verification.title or verification.name}: {verification.verdict}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    made = tag(
        "footer",
        "Made by ",
        tag("code", verification.command),
        ". Links lead to the evidence beside this file.",
    )
    return (
        "<!doctype html>\n"
        + tag("html", head, tag("body", signs(), _contents(verification), body, made), lang="en")
        + "\n"
    )


def _contents(verification: Verification) -> Html:
    wanted = [
        ("failed", "Failed", bool(verification.of(Status.FAILED))),
        ("not-run", "Not run", bool(verification.of(Status.NOT_RUN))),
        ("figures", "Figures", True),
        ("checklists", "Checklists", True),
        ("model", "Data model", True),
        ("access", "Access", True),
        ("performance", "Performance", True),
        ("database", "Database", True),
        ("tests", "Tests", True),
        ("checks", "Every check", True),
    ]
    return tag(
        "nav",
        [tag("a", title, href=f"#{name}") for name, title, there in wanted if there],
        aria_label="Contents",
    )
