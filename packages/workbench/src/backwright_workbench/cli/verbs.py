"""The verbs and their options. Each imports its command when called, so that `--help` starts at once."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from backwright_workbench import __version__
from backwright_workbench.cli.show import show

USAGE = 2
"""The exit code for a request that cannot be understood."""

Json = Annotated[bool, Parameter(name="--json", negative="")]

app = App(
    name="backwright",
    help="A backend developer you can run: from a brief to a running, secured, tested Python backend.",
    version=__version__,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
    exit_on_error=False,
)


def run(arguments: Sequence[str]) -> int:
    """Carries out one command line and returns its exit code."""
    try:
        code = app(arguments)
    except CycloptsError as error:
        sys.stderr.write(f"  next: {' '.join(['backwright', *(error.command_chain or ())])} --help\n")
        return USAGE
    return code if isinstance(code, int) else 0


@app.command
def implement(
    brief: Path,
    /,
    *,
    into: Path,
    json: Json = False,
    tests: Annotated[bool, Parameter(negative="--no-tests")] = True,
    catalogue: Path | None = None,
) -> int:
    """Brief in, service out: written, migrated, seeded, tested, with a delivery note.

    Parameters
    ----------
    brief
        A text file that says in plain words what is wanted.
    into
        The directory of the new service; it must not exist, or be empty.
    json
        One JSON object per event and line, for programs.
    tests
        Run the suite that comes with the service.
    catalogue
        A directory of your own business entities (*.yaml), which win over the built-in ones.
    """
    from datetime import UTC, datetime

    from backwright_workbench.commands.implement import implement

    today = datetime.now(UTC).date()
    return show(implement(brief, into, catalogue=catalogue, tests=tests, today=today), json=json)


@app.command
def draft(
    brief: Path, /, *, out: Path | None = None, json: Json = False, catalogue: Path | None = None
) -> int:
    """Only brief → blueprint: shows what would be built, and what had to be assumed.

    Parameters
    ----------
    brief
        A text file that says in plain words what is wanted.
    out
        Where the blueprint goes; standard output without it.
    json
        One JSON object per event and line, for programs.
    catalogue
        A directory of your own business entities (*.yaml), which win over the built-in ones.
    """
    from datetime import UTC, datetime

    from backwright_workbench.commands.draft import draft

    return show(draft(brief, out, catalogue=catalogue, today=datetime.now(UTC).date()), json=json)


@app.command
def new(blueprint: Path, /, *, into: Path, json: Json = False) -> int:
    """Only blueprint → service: writes the files and their API document, and begins their history.

    Parameters
    ----------
    blueprint
        A blueprint in YAML, as `backwright draft` writes it.
    into
        The directory of the new service; it must not exist, or be empty.
    json
        One JSON object per event and line, for programs.
    """
    from backwright_workbench.commands.new import new

    return show(new(blueprint, into), json=json)


@app.command
def dev(directory: Path = Path(), /, *, port: int = 8000, json: Json = False) -> int:
    """Migrates, seeds and serves a service on this machine, with a login for each role. Ctrl-C ends it.

    Parameters
    ----------
    directory
        The service; the current directory without it.
    port
        Where it listens, on 127.0.0.1 only.
    json
        One JSON object per event and line, for programs.
    """
    from backwright_workbench.commands.dev import dev

    return show(dev(directory, port), json=json)


@app.command
def blueprint(directory: Path = Path(), /, *, json: Json = False) -> int:
    """Reads a service's code back into its blueprint.

    Parameters
    ----------
    directory
        The service; the current directory without it.
    json
        One JSON object per event and line, for programs.
    """
    from backwright_workbench.commands.blueprint import blueprint

    return show(blueprint(directory), json=json)


@app.command
def schema() -> int:
    """Prints the JSON Schema of blueprints, for editors and programs."""
    from backwright_workbench.commands.schema import schema

    return show(schema())


@app.command(name="format")
def format_(blueprint: Path, /, *, check: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Writes a blueprint in its canonical form.

    Parameters
    ----------
    blueprint
        The file to format, in place.
    check
        Change nothing; exit 1 when the file is not in canonical form.
    """
    from backwright_workbench.commands.format import format_blueprint

    return show(format_blueprint(blueprint, check=check))
