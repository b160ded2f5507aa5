"""A regular expression takes exponentially long for some texts."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.syntax import Call, Expression, Name, text_of
from backwright_workbench.codebase.flow import flows
from backwright_workbench.codebase.flow.patterns import is_catastrophic
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "A regular expression takes exponentially long for some texts",
    Severity.MEDIUM,
    cwe=(1333, 400),
    owasp=("API4:2023",),
)
FIX = "say what repeats only once: `(\\w+\\s?)*` is `[\\w\\s]*`; limit the length of the text before, or use `re2`"
FUNCTIONS = frozenset(
    f"re.{name}"
    for name in ("compile", "match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split")
)
VALIDATORS = frozenset(["RegexValidator", "Regexp", "RegexField", "Regex"])
KEYWORDS = ("pattern", "regex")


def find(app: Application) -> Iterator[Seen]:
    """Patterns with repetitions that overlap, and patterns of the caller."""
    for each in app.nodes(Call):
        call = each.node
        for written in _patterns(call):
            pattern = _text(app, written)
            if pattern is not None and is_catastrophic(pattern):
                message = (
                    f"the pattern `{_short(pattern)}` repeats a repetition: a text of a few dozen letters keeps it "
                    "busy for hours"
                )
                yield Seen(each.place, message, fix=FIX)
                break
    for flow in flows(app):
        if flow.kind == "pattern" and flow.is_proven:
            message = f"{flow.label} is a regular expression for `{flow.what}`: the caller decides how long it takes"
            yield seen(
                flow, message, "compare texts (`in`, `startswith`), or `re.escape(value)`", Confidence.MEDIUM
            )


def _patterns(call: Call) -> Iterator[Expression]:
    if (call.refers in FUNCTIONS or call.name in VALIDATORS) and call.args:
        yield call.args[0]
    for keyword in call.keywords:
        if keyword.name in KEYWORDS:
            yield keyword.value


def _text(app: Application, node: Expression) -> str | None:
    """The text of a pattern: written there, or a constant of the project."""
    found = text_of(node)
    if found is None and isinstance(node, Name) and node.refers:
        return text_of(app.project.value(node.refers))
    return found


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= 60 else f"{pattern[:59]}…"
