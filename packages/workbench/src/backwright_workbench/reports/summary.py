"""What a verb says at its end, in a terminal: short, and ending with the command to run next."""

from pathlib import Path
from shlex import quote

from backwright_workbench.codegen.carried import carried
from backwright_workbench.codegen.engines import asked, engines
from backwright_workbench.reports.delivery import Delivery


def delivery_summary(delivery: Delivery, into: Path) -> str:
    """The last words of `implement`."""
    blueprint = delivery.blueprint
    suite = delivery.suite
    partly = ", ".join(each.asked for each in carried(blueprint))
    settings = ", ".join(each.setting for each in engines(blueprint.stores))
    lines = [
        f"{blueprint.title} is in {into}",
        f"  made        {len(blueprint.entities)} entities, {delivery.operations} API operations, "
        f"{len(blueprint.roles)} roles",
        f"  tests       {suite.closing if suite else 'not run'}",
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
