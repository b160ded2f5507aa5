"""The delivery note: one page for people about what was made, from what, and how far it is proven.

What lives here: the page and the values it is made of. What must not: measuring any of them.
"""

import re
from dataclasses import dataclass

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.brief.trace import Reading
from backwright_workbench.codegen import lines_by_area
from backwright_workbench.codegen.carried import carried
from backwright_workbench.codegen.engines import addresses, engines
from backwright_workbench.reports.markdown import code, page, section, table

SUITE = "python -m coverage run -m pytest"
COVERAGE = f"{SUITE} && python -m coverage report"


PATHS = re.compile(r"^paths:\n((?: .*\n)*)", re.MULTILINE)
OPERATION = re.compile(r"^    (?:get|put|post|delete|patch):$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Suite:
    """How the service's own tests ended."""

    ok: bool
    closing: str
    """The line that pytest ends with."""
    coverage: str | None
    """Per cent of its lines and branches; `None`: not measured."""
    output: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that the note tells about."""

    reading: Reading
    blueprint: Blueprint
    files: dict[str, str]
    suite: Suite | None
    """`None`: the suite was not run."""
    operations: int
    """Operations in docs/api.yaml."""
    seconds: float
    """From the brief to the end of the suite."""


def delivery_note(delivery: Delivery) -> str:
    """The text of `DELIVERY.md`: failures and what did not run first, the trace of the brief last."""
    blueprint = delivery.blueprint
    return page(
        f"# {blueprint.title}: delivery note",
        blueprint.description,
        _verdict(delivery.suite),
        section("What was made", _entities(blueprint), _access(blueprint)),
        section("What was assumed", _assumptions(delivery.reading)),
        section("Asked for and turned on by a setting", _engines(blueprint)),
        section("Asked for and not built in full", _carried(blueprint)),
        section("Not understood", _not_understood(delivery.reading)),
        section("Figures", _figures_intro(), _figures(delivery)),
        section("Next steps", _next_steps(delivery)),
        section("The brief, phrase by phrase", _trace(delivery.reading)),
        _failure(delivery.suite),
    )


def count_operations(document: str) -> int:
    """The operations in an OpenAPI document, given as the YAML that a service prints: one line for each key.

    Reading YAML as such takes longer than deriving it did.
    """
    return sum(len(OPERATION.findall(paths)) for paths in PATHS.findall(document))


def _verdict(suite: Suite | None) -> str:
    if suite is None:
        return f"**Not tested.** The suite was not run (`--no-tests`). Run it: {code(SUITE)}."
    if not suite.ok:
        return f"**Its tests failed:** {suite.closing}. The end of this page has what they printed."
    return f"**Its tests pass:** {suite.closing}."


def _entities(blueprint: Blueprint) -> str:
    rows = [
        [
            name,
            code(blueprint.path(name)),
            str(len(entity.fields)),
            ", ".join(entity.actions) or "-",
            ", ".join(entity.filters) or "-",
            "yes" if entity.attachments else "-",
        ]
        for name, entity in blueprint.entities.items()
    ]
    return table(["Entity", "Path", "Fields", "Actions", "Filters", "Attachments"], rows)


def _access(blueprint: Blueprint) -> str:
    roles = ", ".join(f"**{role}** ({what.rstrip('.')})" for role, what in blueprint.roles.items())
    return f"Roles: {roles}. What is not granted is refused: `docs/backend-architecture.md` has the matrix."


def _assumptions(reading: Reading) -> str:
    rows = [[each.what, each.why, code(each.path), code(each.line)] for each in reading.assumptions]
    return table(["Assumed", "Because", "To change it", "Line as it stands"], rows)


def _carried(blueprint: Blueprint) -> str:
    rows = [[each.asked, each.today, each.missing] for each in carried(blueprint)]
    return table(["Asked for", "What there is today", "What is missing"], rows)


def _engines(blueprint: Blueprint) -> str:
    """What the code runs on as soon as it is told where it is; the figures are not of it, and that is said."""
    known = addresses(blueprint)
    rows = [
        [each.asked, code(f"{each.setting}={known[each.setting]}"), each.embedded]
        for each in engines(blueprint.stores)
    ]
    said = (
        "The code is the same on each: `.env.example` has the lines, `docs/backend-setup.md` says more. "
        "The figures below were measured without them."
    )
    return f"{said}\n\n{table(['Engine', 'Setting', 'Until then'], rows)}" if rows else ""


def _not_understood(reading: Reading) -> str:
    rows = [[row.phrase, f"{row.line}:{row.column}", row.status, row.note] for row in reading.not_understood]
    return (
        table(["Phrase", "Place", "How far", "Note"], rows)
        or "Nothing: every phrase of the brief led to something."
    )


def _figures_intro() -> str:
    return (
        "Each figure was measured when this note was written. The command beside it measures it again, in "
        "this directory with `PYTHONPATH=src` and a Python that has `backwright-runtime[testing]`."
    )


def _figures(delivery: Delivery) -> str:
    suite = delivery.suite
    package = delivery.blueprint.package
    lines = ", ".join(f"{area} {count}" for area, count in lines_by_area(delivery.files, package).items())
    rows = [
        ["Tests", suite.closing if suite else "not run", code(SUITE)],
        ["Coverage", f"{suite.coverage} %" if suite and suite.coverage else "not measured", code(COVERAGE)],
        ["API operations", str(delivery.operations), code(f"python -m {package} openapi")],
        ["Lines of code by area", lines, code(f"wc -l src/{package}/*/*.py")],
        ["From brief to here", f"{delivery.seconds:.0f} s", code("backwright implement BRIEF --into DIR")],
        ["Load and latency", "not measured", "this version has no load test"],
    ]
    return table(["Figure", "Value", "Repeat it"], rows)


def _next_steps(delivery: Delivery) -> str:
    steps = [
        "`backwright dev .` serves it with sample data and a login for each role.",
        "Read `README.md`, then one area under `src/`: models, resource, service.",
        "Go through the assumptions above; each names the line of the blueprint that says otherwise.",
        "Before production: `docs/runbook.md`.",
    ]
    if delivery.suite is None or not delivery.suite.ok:
        steps.insert(0, f"Make the suite pass: {code(SUITE)}.")
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _trace(reading: Reading) -> str:
    rows = [
        [row.phrase, f"{row.line}:{row.column}", row.status, ", ".join(map(code, row.elements)), row.note]
        for row in reading.trace
    ]
    return table(["Phrase", "Place", "How far", "Became", "Note"], rows)


def _failure(suite: Suite | None) -> str:
    if suite is None or suite.ok:
        return ""
    tail = "\n".join(f"    {line}" for line in suite.output.splitlines()[-40:])
    return section("What the failing tests printed", tail)
