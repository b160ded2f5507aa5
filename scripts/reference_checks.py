"""docs/reference/verify.md: every check in its own words, and how many planted faults they catch.

What the page says of a check is its module's docstring and declaration; the rate is that of the last run of
`benchmarks/planted.py`, whose results are in the repository.
"""

import inspect
import json
import re
from pathlib import Path
from sys import modules
from typing import Any

from backwright_workbench.verify.check import Known, Profile, all_checks

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/verify.md"
RESULTS = ROOT / "benchmarks/results/planted.json"
COLUMNS = "| check | holds when | red | proves | runs |\n| --- | --- | --- | --- | --- |"


def page() -> str:
    """The whole page."""
    checks = all_checks()
    families = dict.fromkeys(check.family for check in checks)
    lines = [
        "# Checks of `verify`",
        "",
        f"{len(checks)} checks. Each is one file, `verify/checks/<family>/<name>.py`; its path is its name. "
        "[guide/verify.md](../guide/verify.md) says how they are run and what the verdict means.",
    ]
    for family in families:
        lines += ["", f"## {family}", "", COLUMNS]
        lines += [row(check) for check in checks if check.family == family]
    return "\n".join([*lines, "", *rate(json.loads(RESULTS.read_text()) if RESULTS.exists() else {}), ""])


def row(known: Known) -> str:
    """One check in one line."""
    check = known.check
    runs = ["full" if check.profile is Profile.FULL else "quick"]
    runs += ["alone"] if check.alone else []
    runs += ["on the engine that it is meant for"] if check.engine_bound else []
    runs += [] if check.required else ["not required"]
    cells = [f"`{known.name}`", check.title, red(known), ", ".join(check.proves), ", ".join(runs)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def red(known: Known) -> str:
    """What its docstring says after "Red:", in one line."""
    text = inspect.getdoc(modules[known.run.__module__]) or ""
    found = re.search(r"Red: (.*?)(?:\n\n|\Z)", text, re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def rate(results: dict[str, Any]) -> list[str]:
    """What the last run of the planted faults came to."""
    planted = {name: each for name, each in results.items() if name != "good"}
    if not planted or "good" not in results:
        return []
    caught = sum(bool(each["caught_by"]) for each in planted.values())
    lines = [
        "## Planted faults",
        "",
        f"**{caught} of {len(planted)} caught** by the families that each was given to; the service as it was written "
        f"{'fails' if results['good']['caught_by'] else 'passes'} on all of them. "
        "`uv run python benchmarks/planted.py` plants them again, one at a time, in a copy of `examples/work-orders`: "
        "[the faults](../../benchmarks/planted/faults.yaml).",
        "",
        "| fault | caught by |",
        "| --- | --- |",
    ]
    return lines + [
        f"| {each['about'].replace('|', chr(92) + '|')} | "
        f"{', '.join(f'`{name}`' for name in each['caught_by']) or '**missed**'} |"
        for each in planted.values()
    ]
