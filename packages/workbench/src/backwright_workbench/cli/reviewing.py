"""The verbs about backends that somebody else wrote: `review` and `inspect`, with their options.

What lives here: options → a request. What must not: carrying it out.
"""

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from shlex import join

LEVELS = ("critical", "high", "medium", "low")
SURENESS = ("high", "medium", "low")
REPORTS = {
    "sarif": "SARIF 2.1.0, for code hosts",
    "json": "JSON, for programs",
    "markdown": "Markdown, for a pull request",
    "html": "a page, one file, for people",
}
TABLES = {
    "routes": "routes, with what stands before them",
    "models": "models, with columns and indexes",
    "queries": "functions that ask the database, and what they ask",
    "settings": "settings, without their values",
    "calls": "calls to other servers",
}
FORMS = ("text", *REPORTS)
MERGED = "SARIF of another tool (or JSON of bandit), told once with ours; may be repeated"
DATABASE = "ask it as well, reading only: postgresql://…, mysql://…, sqlite:///file.db"
PROJECT = "the project: a directory, or a single file; the current directory without it"


def add_review(verb: ArgumentParser) -> None:
    """The options of `review`."""
    add = verb.add_argument
    add("place", metavar="PATH", type=Path, nargs="?", default=Path(), help=PROJECT)
    add("--format", choices=FORMS, default="text", help="what standard output gets; text without it")
    for form, what in REPORTS.items():
        name = "--report-json" if form == "json" else f"--{form}"
        add(name, metavar="FILE", type=Path, dest=f"{form}_file", help=f"also write {what}")
    add("--verbose", action="store_true", help="every place, and what was not looked at")
    told = verb.add_argument_group("what is told").add_argument
    told("--only", metavar="RULE", action="append", default=[], help="a rule or family; may be repeated")
    told("--skip", metavar="RULE", action="append", default=[], help="a rule or family to leave out")
    told("--severity", choices=LEVELS, help="the lowest that is told")
    told("--confidence", choices=SURENESS, help="how sure it has to be at least")
    told("--fail-on", choices=(*LEVELS, "never"), help="exit 1 from this severity on; high without it")
    told("--diff", metavar="BASE", default="", help="only what was brought since this branch, tag or commit")
    told("--baseline", metavar="FILE", type=Path, help="only what this file does not have")
    told("--write-baseline", action="store_true", help="write all that is found to the baseline")
    asked = verb.add_argument_group("the running database").add_argument
    asked("--database", metavar="URL", default="", help=DATABASE)
    mending = verb.add_argument_group("fixes").add_argument
    mending("--fix", action="store_true", help="show what can be mended safely, as a diff")
    mending("--write", action="store_true", help="with --fix: write it")
    mending(
        "--allow-dirty", action="store_true", help="with --write: even over changes that are not committed"
    )
    others = verb.add_argument_group("other tools").add_argument
    others("--merge", metavar="FILE", type=Path, action="append", default=[], help=MERGED)
    others(
        "--with",
        metavar="TOOL,…",
        dest="tools",
        default="",
        help="run bandit, ruff, semgrep as well, if installed",
    )
    config = verb.add_argument_group("configuration").add_argument
    config("--config", metavar="FILE", type=Path, help="a TOML file; the project's pyproject.toml without it")
    config("--no-config", action="store_true", help="as if the project had no configuration")
    config(
        "--allow-project-rules",
        action="store_true",
        help="load the rules that the project has: programs of it",
    )
    pages = verb.add_argument_group("about the rules").add_argument
    pages("--explain", metavar="RULE", help="print the page of a rule")
    pages("--rules", action="store_true", help="list all rules")


def review(given: Namespace) -> int:
    """Carries out `review`."""
    from datetime import UTC, datetime

    from backwright_workbench.cli.show import show
    from backwright_workbench.commands import review as command
    from backwright_workbench.commands.review_config import Asked
    from backwright_workbench.commands.review_tools import TOOLS
    from backwright_workbench.review.finding import Confidence, Severity

    if given.explain:
        return show(command.explain(given.explain), json=given.json)
    if given.rules:
        return show(command.listed(), json=given.json)
    tools = tuple(filter(None, given.tools.split(",")))
    for name in tools:
        if name not in TOOLS:
            sys.stderr.write(
                f"error: --with knows {', '.join(TOOLS)}, not {name}\n  next: backwright review --help\n"
            )
            return 2
    if given.write and not given.fix:
        sys.stderr.write("error: --write goes with --fix\n  next: backwright review --help\n")
        return 2
    asked = Asked(
        given.place,
        given.format,
        {form: place for form in REPORTS if (place := getattr(given, f"{form}_file"))},
        only=tuple(given.only),
        skip=tuple(given.skip),
        severity=Severity(given.severity) if given.severity else None,
        confidence=Confidence(given.confidence) if given.confidence else None,
        fail_on=given.fail_on or "",
        since=given.diff,
        baseline=given.baseline,
        write_baseline=given.write_baseline,
        config=given.config,
        no_config=given.no_config,
        allow_project_rules=given.allow_project_rules,
        merge=tuple(given.merge),
        tools=tools,
        database=given.database,
        fix=given.fix,
        write=given.write,
        allow_dirty=given.allow_dirty,
        verbose=given.verbose,
        colour=in_colour() and not given.json,
        width=columns(),
        command=join(["backwright", *(_shown(each, given.database) for each in sys.argv[1:])]),
    )
    return show(command.review(asked, datetime.now(UTC).date()), json=given.json)


def _shown(argument: str, secret: str) -> str:
    """An argument as reports may have it: the address of a database holds a password."""
    return argument.replace(secret, "…") if secret else argument


def in_colour() -> bool:
    """Whether standard output is a terminal whose owner wants colour."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """How wide lines may be: what a terminal has, 80 elsewhere."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def add_inspect(verb: ArgumentParser) -> None:
    """The options of `inspect`."""
    verb.add_argument("place", metavar="PATH", type=Path, nargs="?", default=Path(), help=PROJECT)
    for name, what in TABLES.items():
        verb.add_argument(f"--{name}", action="append_const", const=name, dest="tables", help=f"all {what}")
    verb.add_argument("--json", action="store_true", help="everything, as one JSON document")


def inspect(given: Namespace) -> int:
    """Carries out `inspect`."""
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.inspect import inspect as command

    told = command(
        given.place,
        tables=given.tables or (),
        as_json=given.json,
        colour=in_colour(),
        width=columns(),
    )
    return show(told)
