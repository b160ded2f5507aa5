"""Values reach a page as markup."""

import re
from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.syntax import Call, constant
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.codebase.flow.sinks import RENDERERS
from backwright_workbench.codebase.templates import ENDINGS, Raw, raws, unescaped
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.flowing import led, seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "Values reach a page as markup",
    Severity.HIGH,
    cwe=(79,),
    owasp=("A03:2021",),
)
FIX = "let a template with autoescape make the page, or escape the value: `html.escape(value)`, `format_html(…, value)`"
HARMLESS = re.compile(
    r"tojson|json_script|escape|clean|sanitiz|bleach|striptags|linebreaks|csrf|static|url_for|form|field|widget|icon|svg"
    r"|script|_html$|html$|markdown|settings|config|render|media|css|pagination|paginator|super\(|trans|gettext|^_\(|chart"
    r"|plot|graph|body_content|block|embed|help_text|label|widget|inject"
)
"""What templates mark as safe because a library or the program itself made it."""
JINJA = ("jinja2.Environment", "jinja2.environment.Environment", "jinja2.sandbox.SandboxedEnvironment")
PUT_OUT = "put out by the program"
MARKUP = re.compile(r"<\s*[a-zA-Z!]")
SELECTED = re.compile(r"\s*select\s+(.*?)\s+from\b", re.I | re.S)
NUMBERS = re.compile(
    r"(^|[._(])(id|pk|uuid|count|total|sum|avg|max|min|amount|price|quantity|qty|stock|balance|age|year|score|likes"
    r"|views|votes|rating|size|number|num)\)?$|_(id|at|on|date|count|total|time|price)$|^(date|time|timestamp|created"
    r"|updated|is_\w+)$|count\("
)
"""Columns that hold no text of anybody."""
WEB = frozenset(
    ["flask", "fastapi", "starlette", "django", "sanic", "aiohttp", "quart", "bottle", "litestar"]
)


def find(app: Application) -> Iterator[Seen]:
    """Markup that is built with a value of a request; templates that do not escape."""
    told: set[tuple[str, int]] = set()
    for flow in flows(app):
        confidence = _confidence(app, flow)
        if confidence is not None:
            found = seen(flow, f"{flow.label} reaches the page as markup", FIX, confidence)
            told.add((flow.sink.path, flow.sink.line))
            yield replace(found, also=_marks(app, flow))
    yield from _templates(app, told)
    for each in app.nodes(Call):
        call = each.node
        if (
            call.refers in JINJA
            and constant(call.keyword("autoescape")) is False
            and _makes_pages(call, each.module)
        ):
            yield Seen(
                each.place,
                "the templates of this environment do not escape what is put into them",
                Confidence.MEDIUM,
                fix="`Environment(autoescape=select_autoescape())`",
            )


def _confidence(app: Application, flow: Flow) -> Confidence | None:
    """How sure it is that a flow is markup in a page; None if it is none."""
    if flow.is_proven:
        if not _is_markup(flow):
            return None
        return Confidence.MEDIUM if any(each.what == PUT_OUT for each in flow.steps) else Confidence.HIGH
    if flow.kind == "markup" and flow.origin == "column":
        return Confidence.MEDIUM if not HARMLESS.search(led(flow).lower()) else None
    if flow.kind != "page" or not flow.built or not MARKUP.search(flow.text):
        return None
    if flow.origin in ("column", "stored") and not _is_number(app, flow):
        return Confidence.MEDIUM
    return Confidence.MEDIUM if flow.origin == "error" and _takes_text(app, flow) else None


def _is_number(app: Application, flow: Flow) -> bool:
    """Whether what was read from a row is a number or a time, by its name or place in the statement."""
    name = led(flow)
    if name.isdigit() and flow.function is not None:
        asked = [each.sql for each in app.queries_of(flow.function) if each.sql]
        listed = SELECTED.match(asked[0]) if len(asked) == 1 else None
        columns = [each.strip() for each in listed.group(1).split(",")] if listed else []
        name = (
            columns[int(name)]
            if int(name) < len(columns)
            else "id"
            if name == "0" and columns == ["*"]
            else ""
        )
    return bool(NUMBERS.search(name.lower()))


def _takes_text(app: Application, flow: Flow) -> bool:
    """Whether the handler takes text of the caller, which an exception may repeat."""
    own = {each.handler: each for each in app.routes}.get(flow.function)
    if own is None or flow.caught in ("traceback", ""):
        return False
    return any(each.type in ("", "builtins.str", "str") for each in own.parameters)


def _is_markup(flow: Flow) -> bool:
    if flow.kind == "template":
        return flow.what.endswith("render_template_string") and flow.source not in ("file", "url", "header")
    if flow.kind == "markup":
        return flow.source != "url" and bool(flow.path)
    if flow.kind != "page" or flow.source in ("file", "url", "header") or flow.is_object:
        return False
    text = flow.text.lstrip()
    if not flow.built:
        return flow.what == "return" and bool(flow.path) and flow.source in ("query", "form", "path")
    return not text.startswith(("{", "["))


def _marks(app: Application, flow: Flow) -> tuple[Step, ...]:
    """The lines of the template that do not escape it."""
    call = flow.call
    if flow.kind != "markup" or call is None or call.name not in RENDERERS:
        return ()
    return tuple(
        Step(Place(each.path, each.line, each.line), f"`{each.value}` is not escaped")
        for each in unescaped(app, call)
        if each.path
    )


def _makes_pages(call: Call, module: Module) -> bool:
    """Whether an environment looks as if it made HTML: near a web framework, with the usual marks."""
    if call.keyword("block_start_string") or call.keyword("variable_start_string"):
        return False
    return any(each.partition(".")[0] in WEB for each in module.imports.values())


def _templates(app: Application, told: set[tuple[str, int]]) -> Iterator[Seen]:
    """`{{ value|safe }}` in a template, where the value is data: at the call that renders it, if that is seen."""
    rendering = _rendering(app)
    columns = {name for model in app.models.values() for name in model.columns}
    made = {each.name for each in app.functions() if each.owner is not None} - columns
    for path, text in app.files.items():
        if not path.endswith(ENDINGS) or "/admin/" in path or "node_modules/" in path:
            continue
        for raw in raws(text, path):
            if _is_own(raw) or raw.column in made:
                continue
            calls = [each for each, name in rendering.get(path, []) if name == raw.root]
            if any((each.place.path, each.place.line) in told for each in calls):
                continue
            yield Seen(
                Place(path, raw.line, raw.line),
                f"`{raw.value}` is marked as safe: markup in it becomes a part of the page",
                Confidence.MEDIUM,
                fix="leave `|safe` out; where markup is wanted, clean it with a list of what is allowed (nh3)",
            )


def _is_own(raw: Raw) -> bool:
    """Whether a library or the program itself made it, as far as its name says."""
    value = raw.value
    if ("." not in value and "[" not in value) or value[:1] in "'\"":
        return True
    return HARMLESS.search(f"{value}{raw.filters}".lower()) is not None


def _rendering(app: Application) -> dict[str, list[tuple[Standing[Call], str]]]:
    """The calls that render a template, by its path, with the variables that it does not escape."""
    found: dict[str, list[tuple[Standing[Call], str]]] = {}
    for each in app.calls(*RENDERERS):
        for raw in unescaped(app, each.node):
            found.setdefault(raw.path, []).append((each, raw.root))
    return found
