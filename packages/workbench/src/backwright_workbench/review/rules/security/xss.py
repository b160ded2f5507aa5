"""Values reach a page as markup."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.syntax import Call, constant
from backwright_workbench.codebase.flow import Flow, flows
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "Values reach a page as markup",
    Severity.HIGH,
    cwe=(79,),
    owasp=("A03:2021",),
)
FIX = "let a template with autoescape make the page, or escape the value: `html.escape(value)`, `format_html(…, value)`"
TEMPLATES = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".xhtml")
UNESCAPED = re.compile(
    r"\{\{-?\s*([^{}|]*?)\s*((?:\|\s*[\w.]+(?:\([^{}]*?\)|:[^{}|]*)?\s*)*)\|\s*safe(?:seq)?\b[^{}]*\}\}"
)
HARMLESS = re.compile(
    r"tojson|json_script|escape|clean|sanitiz|bleach|striptags|linebreaks|csrf|static|url_for|form|field|widget|icon|svg"
    r"|script|_html$|html$|markdown|settings|config|render|media|css|pagination|paginator|super\(|trans|gettext|^_\(|chart"
    r"|plot|graph|body_content|block|embed|help_text|label|widget|inject"
)
"""What templates mark as safe because a library or the program itself made it."""
JINJA = ("jinja2.Environment", "jinja2.environment.Environment", "jinja2.sandbox.SandboxedEnvironment")
WEB = frozenset(
    ["flask", "fastapi", "starlette", "django", "sanic", "aiohttp", "quart", "bottle", "litestar"]
)


def find(app: Application) -> Iterator[Seen]:
    """Markup that is built with a value of a request; templates that do not escape."""
    for flow in flows(app):
        if flow.is_proven and _is_markup(flow):
            yield seen(flow, f"{flow.label} reaches the page as markup", FIX)
    yield from _templates(app)
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


def _is_markup(flow: Flow) -> bool:
    if flow.kind == "markup":
        return flow.source != "url" and bool(flow.path)
    if flow.kind != "page" or flow.source in ("file", "url", "header") or flow.is_object:
        return False
    return flow.built and not flow.text.lstrip().startswith(("{", "["))


def _makes_pages(call: Call, module: Module) -> bool:
    """Whether an environment looks as if it made HTML: near a web framework, with the usual marks."""
    if call.keyword("block_start_string") or call.keyword("variable_start_string"):
        return False
    return any(each.partition(".")[0] in WEB for each in module.imports.values())


def _templates(app: Application) -> Iterator[Seen]:
    """`{{ value|safe }}` in a template, where the value is data."""
    for path, text in app.files.items():
        if not path.endswith(TEMPLATES) or "safe" not in text or "/admin/" in path or "node_modules/" in path:
            continue
        for found in UNESCAPED.finditer(text):
            value, filters = found.group(1).strip(), found.group(2)
            if (
                ("." not in value and "[" not in value)
                or value[:1] in "'\""
                or HARMLESS.search(f"{value}{filters}".lower())
            ):
                continue
            line = text.count("\n", 0, found.start()) + 1
            yield Seen(
                Place(path, line, line),
                f"`{value}` is marked as safe: markup in it becomes a part of the page",
                Confidence.MEDIUM,
                fix="leave `|safe` out; where markup is wanted, clean it with a list of what is allowed (nh3)",
            )
