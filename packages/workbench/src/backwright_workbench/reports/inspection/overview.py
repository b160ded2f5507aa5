"""The architecture of a project on about two screens.

What lives here: order and lines. What must not: how things are counted (`codebase/habits.py`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from backwright_workbench.codebase.architecture import architecture
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.web import Purpose, Route
from backwright_workbench.codebase.habits import conventions, gaps, surroundings
from backwright_workbench.codebase.stack import stack
from backwright_workbench.reports.review.frames import printable
from backwright_workbench.reports.review.paint import Paint
from backwright_workbench.reports.review.words import counted

SHOWN = 10
"""Rows of a list; `--routes` and the like show whole tables."""


def overview(app: Application, name: str, *, left_out: int, colour: bool = False, width: int = 80) -> str:
    """The text."""
    paint = Paint(colour, width)
    lines = sum(len(module.lines) for module in app.project.modules.values())
    parts = " · ".join(map(str, stack(app))) or "no framework that is known here"
    rows = [paint(printable(name), "bold"), *paint.prose(parts, indent=0)]
    rows += paint.prose(_sizes(app, lines), indent=0)
    rows += _section("Layers: upper imports lower", _layers(app, paint), paint)
    rows += _section("Routes", _routes(app.routes, paint), paint)
    rows += _section("Models", _models(app, paint), paint)
    rows += _section("Conventions", _sentences(conventions(app), paint), paint)
    rows += _section("Tests, checks, shipping", _sentences(_around(app), paint), paint)
    rows += _section("Not there", _sentences(gaps(app), paint), paint)
    unread = [f"{path}: {why}" for path, why in app.unread.items()]
    if unread:
        rows += _section("Python that cannot be parsed", _sentences(unread[:SHOWN], paint), paint)
    rows += ["", f"{counted(len(app.files), 'file')} read, {left_out} left out; nothing was executed."]
    rows += ["Whole tables: --routes, --models, --queries, --settings; everything: --json"]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _sizes(app: Application, lines: int) -> str:
    modules = app.modules(Role.CODE)
    parts = [
        counted(len(app.routes), "route"),
        counted(len(app.models), "model"),
        counted(len(app.queries), "query", "queries"),
        f"{counted(lines, 'line')} of Python in {counted(len(app.project.modules), 'module')}"
        f" ({len(modules)} of the application itself)",
    ]
    return ", ".join(parts)


def _section(title: str, rows: Iterable[str], paint: Paint) -> list[str]:
    found = list(rows)
    return ["", paint(title, "bold"), *found] if found else []


def _sentences(said: Iterable[str], paint: Paint) -> Iterator[str]:
    for each in said:
        yield from paint.prose(printable(each), "· ", style="dim")


def _layers(app: Application, paint: Paint) -> Iterator[str]:
    """A package on a line, moved in by how many stand above it, with what it imports."""
    found = architecture(app)
    if len(found.packages) < 2:
        return
    for each in found.packages[:24]:
        most = [name for name, _ in each.imports.most_common(5)]
        left = len(each.imports) - len(most)
        taken = f" → {', '.join(most)}{f' and {left} more' if left > 0 else ''}" if most else ""
        size = (
            f"{each.lines:,} lines"
            if len(each.modules) == 1
            else f"{len(each.modules)} modules, {each.lines:,} lines"
        )
        inward = 2 + min(each.level, 8)
        yield from paint.prose(
            f"({size}){taken}", f"{printable(each.name)} ", style="cyan", indent=inward, hang=inward + 4
        )
    if len(found.packages) > 24:
        yield f"  … and {len(found.packages) - 24} more"
    for circle in found.circles:
        yield from paint.prose(f"{', '.join(circle)} import each other", "circle: ", style="high")


def _routes(routes: list[Route], paint: Paint) -> Iterator[str]:
    """By the first part of the path: how many, and which guards they have."""
    by_prefix: dict[str, list[Route]] = {}
    for each in routes:
        by_prefix.setdefault(_prefix(each.path), []).append(each)
    ordered = sorted(by_prefix.items(), key=lambda each: -len(each[1]))
    for prefix, found in ordered[:SHOWN]:
        methods = Counter(method for each in found for method in each.methods)
        said = " ".join(f"{method} {number}" for method, number in methods.most_common())
        open_ = sum(not each.guarded(Purpose.AUTHENTICATION) for each in found)
        asked = (
            "nobody is asked who they are"
            if open_ == len(found)
            else f"{open_} open"
            if open_
            else "all guarded"
        )
        yield from paint.prose(
            f"{said}; {asked}", f"{printable(prefix or '(path unknown)'):<28} ", style="cyan"
        )
    if len(ordered) > SHOWN:
        yield f"  … and {len(ordered) - SHOWN} more"


def _prefix(path: str) -> str:
    """`/api/v1/users` of `/api/v1/users/{id}`."""
    parts = [each for each in path.split("/") if each]
    kept: list[str] = []
    for each in parts:
        if each.startswith("{"):
            break
        kept.append(each)
        if each.lower() not in ("api", "rest") and not (each[:1] == "v" and each[1:].isdigit()):
            break
    return f"/{'/'.join(kept)}" if path else ""


def _models(app: Application, paint: Paint) -> Iterator[str]:
    """A model on a line: columns, indexes, and what it refers to."""
    found = [each for each in app.models.values() if not each.is_abstract]
    for model in found[:SHOWN]:
        refers = [_last(column.foreign) for column in model.columns.values() if column.foreign]
        indexed = sum(each.indexed and not each.primary for each in model.columns.values())
        said = [counted(len(model.columns), "column"), f"{indexed} indexed"]
        said += [f"refers to {', '.join(dict.fromkeys(refers))}"] if refers else []
        yield from paint.prose("; ".join(said), f"{printable(model.name):<28} ", style="cyan")
    if len(found) > SHOWN:
        yield f"  … and {len(found) - SHOWN} more"


def _last(foreign: str) -> str:
    """The table of `table.column`, the class of a full name."""
    head, _, last = foreign.rpartition(".")
    return last if last[:1].isupper() or not head else head.rpartition(".")[2]


def _around(app: Application) -> Iterator[str]:
    found = surroundings(app)
    if found.tests:
        yield f"{counted(found.tests, 'test')} in {counted(found.test_modules, 'file')}"
    for said, names in (
        ("continuous integration", found.ci),
        ("shipped with", found.shipped),
        ("locked by", found.locks),
        ("checked with", found.tools),
    ):
        if names:
            yield f"{said}: {', '.join(names[:8])}"
    if app.migrations:
        by_tool = Counter(each.tool for each in app.migrations)
        yield "migrations: " + ", ".join(f"{number} of {tool}" for tool, number in by_tool.items())
