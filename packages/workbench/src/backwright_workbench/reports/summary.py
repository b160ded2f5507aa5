"""What a verb says at its end, in a terminal: short, and ending with the command to run next."""

from pathlib import Path
from shlex import quote

from backwright_workbench.codegen.carried import carried
from backwright_workbench.codegen.engines import asked, engines
from backwright_workbench.reports.delivery import Delivery
from backwright_workbench.reports.verification.closing import reason
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verification


def delivery_summary(delivery: Delivery, into: Path) -> str:
    """The last words of `implement`."""
    blueprint = delivery.blueprint
    partly = ", ".join(each.asked for each in carried(blueprint))
    settings = ", ".join(each.setting for each in engines(blueprint.stores))
    lines = [
        f"{blueprint.title} is in {into}",
        f"  made        {len(blueprint.entities)} entities, {delivery.operations} API operations, "
        f"{len(blueprint.roles)} roles",
        f"  verdict     {_verdict(delivery.verification)}",
        f"  assumed     {len(delivery.reading.assumptions)} things, each with the line to change",
        *(
            [f"  engines     {asked(blueprint.stores)}: embedded until {settings} say where"]
            if settings
            else []
        ),
        *([f"  not in full {partly}: DELIVERY.md says what is missing"] if partly else []),
        *[
            f"  not clear   “{row.phrase}” ({row.line}:{row.column})"
            for row in delivery.reading.not_understood
        ],
        f"  next        backwright dev {quote(str(into))}",
    ]
    return "\n".join(lines)


def _verdict(verification: Verification | None) -> str:
    """The verdict with its reason; the checks that failed by name."""
    if verification is None:
        return "not verified"
    failed = ", ".join(each.check for each in verification.of(Status.FAILED))
    return f"{verification.verdict}: {reason(verification)}{f' Failed: {failed}.' if failed else ''}"
