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
from backwright_workbench.reports.verification.closing import reason
from backwright_workbench.reports.verification.note import failed_check, figures_table, not_run
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verification

PATHS = re.compile(r"^paths:\n((?: .*\n)*)", re.MULTILINE)
OPERATION = re.compile(r"^    (?:get|put|post|delete|patch):$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that the note tells about."""

    reading: Reading
    blueprint: Blueprint
    files: dict[str, str]
    verification: Verification | None
    """`None`: nothing was checked."""
    operations: int
    """Operations in docs/api.yaml."""
    seconds: float
    """From the brief to the end of the checks."""


def delivery_note(delivery: Delivery) -> str:
    """The text of `DELIVERY.md`: failures and what did not run first, the trace of the brief last."""
    blueprint = delivery.blueprint
    return page(
        f"# {blueprint.title}: delivery note",
        blueprint.description,
        _verdict(delivery.verification),
        section("Failed", *map(failed_check, _of(delivery, Status.FAILED))),
        section("Required and not run", not_run(_missing(delivery))),
        section("What was made", _entities(blueprint), _access(blueprint)),
        section("What was assumed", _assumptions(delivery.reading)),
        section("Asked for and turned on by a setting", _engines(blueprint)),
        section("Asked for and not built in full", _carried(blueprint)),
        section("Not understood", _not_understood(delivery.reading)),
        section("Figures", _figures(delivery)),
        section("Next steps", _next_steps(delivery)),
        section("The brief, phrase by phrase", _trace(delivery.reading)),
    )


def count_operations(document: str) -> int:
    """The operations in an OpenAPI document, given as the YAML that a service prints: one line for each key.

    Reading YAML as such takes longer than deriving it did.
    """
    return sum(len(OPERATION.findall(paths)) for paths in PATHS.findall(document))


def _verdict(verification: Verification | None) -> str:
    if verification is None:
        return (
            f"**Not verified.** Nothing was checked (`--no-verify`). Check it: {code('backwright verify .')}."
        )
    return f"**{verification.verdict.capitalize()}.** {reason(verification)} The evidence: `.backwright/report.html`."


def _of(delivery: Delivery, status: Status) -> list[Evidence]:
    return delivery.verification.of(status) if delivery.verification else []


def _missing(delivery: Delivery) -> list[Evidence]:
    return [each for each in _of(delivery, Status.NOT_RUN) if each.required]


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


def _figures(delivery: Delivery) -> str:
    """What was measured; no number stands where nothing was."""
    package = delivery.blueprint.package
    lines = ", ".join(f"{area} {count}" for area, count in lines_by_area(delivery.files, package).items())
    rows = [
        ["API operations", str(delivery.operations), code(f"python -m {package} openapi")],
        ["Lines of code by area", lines, code(f"wc -l src/{package}/*/*.py")],
        ["From brief to here", f"{delivery.seconds:.0f} s", code("backwright implement BRIEF --into DIR")],
    ]
    measured = figures_table(delivery.verification) if delivery.verification else ""
    checked = (
        f"`backwright verify .` measures these again.\n\n{measured}"
        if measured
        else "Nothing else was measured."
    )
    return f"{table(['Figure', 'Value', 'Repeat it'], rows)}\n\n{checked}"


def _next_steps(delivery: Delivery) -> str:
    steps = [
        "`backwright dev .` serves it with sample data and a login for each role.",
        "Read `README.md`, then one area under `src/`: models, resource, service.",
        "Go through the assumptions above; each names the line of the blueprint that says otherwise.",
        "Before production: `docs/runbook.md`.",
    ]
    if _of(delivery, Status.FAILED):
        steps.insert(0, "Mend what failed, and run `backwright verify .` again.")
    elif _missing(delivery):
        steps.insert(0, "Run what was not run: the table above says what each check needs.")
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _trace(reading: Reading) -> str:
    rows = [
        [row.phrase, f"{row.line}:{row.column}", row.status, ", ".join(map(code, row.elements)), row.note]
        for row in reading.trace
    ]
    return table(["Phrase", "Place", "How far", "Became", "Note"], rows)
