"""Values of the caller are put into the text of a statement."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import led, seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "Values are put into the text of a statement",
    Severity.CRITICAL,
    cwe=(89,),
    owasp=("A03:2021", "API8:2023"),
)
FIX = 'bind the value: `execute(text("… WHERE name = :name"), {"name": name})`, or `%s` with a tuple, or the ORM'
NAMES = re.compile(
    r"table|column|^col$|^cols$|schema|field|placeholder|clause|^where|^sql|query|condition|statement|database|dbname"
    r"|db_name|index|constraint|prefix|order|limit|offset|sort|^ddl|^expr|dialect|model|^params?$|interval|^fmt$|view"
    r"|fullname|tablename"
)
"""Names of what a program puts into its statements itself; without a proven source they say nothing."""

BEFORE_NAME = re.compile(r"\b(?:from|join|into|table|update|index|schema|database)\s+[\"\[]?$", re.I)
AFTER_NAME = re.compile(r"_\w|[\"\]]?\.")
KEYS = re.compile(r"(^|_)(id|pk|uid|role|level|count)$|^is_|^\[\]$")
"""What a session holds that the program itself made."""
HOLDERS = re.compile(
    r"^(app|cls|self|op|db|database|conn|connection|cur|cursor|session|engine|bind|context|ctx|target|mapper)$|settings|config"
    r"|metadata|dialect|model"
)
"""Objects of the program itself, whose attributes nobody sends."""


def find(app: Application) -> Iterator[Seen]:
    """Text that is executed: built with a value of a request, or with one that nobody is seen to set."""
    for flow in flows(app):
        if flow.kind != "sql":
            continue
        if flow.is_proven:
            yield seen(flow, f"{flow.label} becomes a part of the statement that `{flow.what}` executes", FIX)
        elif flow.origin == "session" and flow.built and not KEYS.search(led(flow).lower()):
            message = f"{flow.label} is put into the text of the statement that `{flow.what}` executes"
            yield seen(flow, message, FIX, Confidence.MEDIUM)
        elif flow.origin in ("parameter", "field") and flow.built and _is_value(flow):
            yield seen(
                flow,
                f"{flow.label} is put into the text of the statement that `{flow.what}` executes: "
                "whoever decides that value decides what the statement does",
                FIX,
                Confidence.MEDIUM,
            )


def _is_name(flow: Flow) -> bool:
    """Whether it stands where only the name of a table or column can: `` `{}` ``, `FROM "{}"`, `{}_search.words`."""
    after = flow.text[len(flow.prefix) + 1 :] if flow.text.startswith(flow.prefix) else ""
    return (
        flow.prefix.endswith("`")
        or BEFORE_NAME.search(flow.prefix) is not None
        or AFTER_NAME.match(after) is not None
    )


def _is_value(flow: Flow) -> bool:
    """Whether what is put in is a value, not the name of a table or a piece that the program made itself."""
    if _is_name(flow):
        return False
    if flow.origin == "parameter" and len(flow.path) > 1 and HOLDERS.search(flow.path[0]):
        return False
    return bool(flow.path) and not NAMES.search(led(flow).lower())
