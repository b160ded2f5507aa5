"""The verbs and their options. Each imports its command when called, so that `--help` starts at once.

The standard library's parser, because every other one takes longer to load than all of Python does.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from backwright_workbench import __version__
from backwright_workbench.cli import reviewing

if TYPE_CHECKING:
    from backwright_workbench.commands.events import Event

ABOUT = "A backend developer you can run: from a brief to a running, secured, tested Python backend."

USAGE = 2
"""The exit code for a request that cannot be understood."""

BRIEF = "a text file that says in plain words what is wanted"
NEW_DIRECTORY = "the directory of the new service; it must not exist, or be empty"
SERVICE = "the service; the current directory without it"
VERIFIED = "the service, or the project of --app; the current directory without it"
CALLER = "who calls: admin='Authorization: Bearer …'; may be repeated, also for one role"
ACCESS = "the service (the current directory without it), or one request to it that is to be explained"
CATALOGUE = "a directory of your own business entities (*.yaml), which win over the built-in ones"


class Parser(ArgumentParser):
    """Refuses a request with its reason and the command that helps on."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and ends."""
        sys.stderr.write(f"error: {message}\n  next: {self.prog} --help\n")
        raise SystemExit(USAGE)


def run(arguments: Sequence[str]) -> int:
    """Carries out one command line and returns its exit code."""
    try:
        given = parser().parse_args(arguments)
    except SystemExit as end:  # --help and --version are done, or the request was refused
        return int(end.code or 0)
    code: int = given.verb(given)
    return code


def parser() -> ArgumentParser:
    """What is understood."""
    root = Parser(prog="backwright", description=ABOUT, allow_abbrev=False)
    root.add_argument("--version", action="version", version=f"backwright {__version__}")
    verbs = root.add_subparsers(title="verbs", metavar="VERB", required=True)

    def verb(name: str, carry_out: Callable[[Namespace], int], about: str) -> ArgumentParser:
        added = verbs.add_parser(name, help=about, description=about, allow_abbrev=False)
        added.set_defaults(verb=carry_out)
        return added

    one = verb(
        "implement", _implement, "Brief in, service out: written, migrated, tested, with a delivery note."
    )
    one.add_argument("brief", metavar="BRIEF", type=Path, help=BRIEF)
    one.add_argument("--into", metavar="DIR", type=Path, required=True, help=NEW_DIRECTORY)
    one.add_argument(
        "--no-verify", action="store_true", help="leave out the checks, its own suite among them"
    )
    one.add_argument("--catalogue", metavar="DIR", type=Path, help=CATALOGUE)
    _json(one)

    one = verb("draft", _draft, "Only brief → blueprint: what would be built, and what had to be assumed.")
    one.add_argument("brief", metavar="BRIEF", type=Path, help=BRIEF)
    one.add_argument("--out", metavar="FILE", type=Path, help="where it goes; standard output without it")
    one.add_argument("--catalogue", metavar="DIR", type=Path, help=CATALOGUE)
    _json(one)

    one = verb("new", _new, "Only blueprint → service: its files, its API document, its history.")
    one.add_argument(
        "blueprint", metavar="BLUEPRINT", type=Path, help="YAML, as `backwright draft` writes it"
    )
    one.add_argument("--into", metavar="DIR", type=Path, required=True, help=NEW_DIRECTORY)
    _json(one)

    one = verb("dev", _dev, "Migrate, seed and serve a service here, with a login for each role.")
    one.add_argument("directory", metavar="DIR", type=Path, nargs="?", default=Path(), help=SERVICE)
    one.add_argument(
        "--port", type=int, default=8000, help="where it listens, on 127.0.0.1 only; 8000 without it"
    )
    _json(one)

    one = verb("blueprint", _blueprint, "Read a service's code back into its blueprint.")
    one.add_argument("directory", metavar="DIR", type=Path, nargs="?", default=Path(), help=SERVICE)
    _json(one)

    one = verb(
        "access", _access, "Who may do what in a service, as a matrix; `explain` says which rule decides."
    )
    one.add_argument("words", metavar="[DIR] | explain DIR METHOD PATH", nargs="*", help=ACCESS)
    one.add_argument("--role", help="explain: who asks; signed_in has no role, public has not signed in")
    row = one.add_mutually_exclusive_group()
    row.add_argument(
        "--own", action="store_const", const="own", dest="row", help="explain: a row of their own"
    )
    row.add_argument(
        "--other", action="store_const", const="other", dest="row", help="explain: a row of another's"
    )
    one.add_argument("--html", metavar="FILE", type=Path, help="write the matrix as a page")
    one.add_argument("--json", action="store_true", help="as one JSON document")

    one = verb("verify", _verify, "Is it ready for production? Checks that run, each with its evidence.")
    one.add_argument("directory", metavar="DIR", type=Path, nargs="?", help=VERIFIED)
    one.add_argument("--full", action="store_true", help="the full profile: minutes instead of seconds")
    one.add_argument(
        "--only", metavar="CHECK", action="append", default=[], help="a check or family; may be repeated"
    )
    one.add_argument(
        "--skip", metavar="CHECK", action="append", default=[], help="a check or family to leave out"
    )
    one.add_argument("--junit", metavar="FILE", type=Path, help="also write JUnit XML, for build servers")
    one.add_argument("--sarif", metavar="FILE", type=Path, help="also write SARIF 2.1.0, for code hosts")
    one.add_argument(
        "--check", action="store_true", help="is the evidence whole, about these files, and repeatable?"
    )
    _foreign(one)
    _json(one)

    one = verb(
        "review", reviewing.review, "What is wrong with a backend that somebody else wrote; nothing is run."
    )
    reviewing.add_review(one)
    _json(one)

    one = verb(
        "inspect", reviewing.inspect, "What a backend is made of: layers, routes, models, habits, gaps."
    )
    reviewing.add_inspect(one)

    one = verb("audit", _audit, "Whether the audit log of a service is what it was: `audit verify DIR`.")
    one.add_argument("action", choices=("verify",))
    one.add_argument("directory", metavar="DIR", type=Path, nargs="?", default=Path(), help=SERVICE)
    one.add_argument("--checkpoints", metavar="FILE", type=Path, help="checkpoints that were kept elsewhere")
    _json(one)

    one = verb("keys", _keys, "Look after the keys of a service's encrypted fields and tokens.")
    one.add_argument("action", choices=("list", "status", "create", "rotate", "retire"))
    one.add_argument("words", metavar="[KEY] [DIR]", nargs="*", help=f"retire: the key. {SERVICE}")
    one.add_argument("--signing", action="store_true", help="the keys that sign tokens")
    one.add_argument("--master", action="store_true", help="create: print a master key for ENCRYPTION_KEYS")
    one.add_argument("--rows-per-second", metavar="N", help="rotate: how fast at most")
    _json(one)

    verb("schema", _schema, "Print the JSON Schema of blueprints, for editors and programs.")

    one = verb("format", _format, "Write a blueprint in its canonical form.")
    one.add_argument("blueprint", metavar="BLUEPRINT", type=Path, help="the file to format, in place")
    one.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 when it is not in that form"
    )
    return root


def _foreign(verb: ArgumentParser) -> None:
    add = verb.add_argument_group("a backend that Backwright did not write").add_argument
    add("--app", metavar="MODULE:NAME", help="an ASGI or WSGI application, started from DIR")
    add(
        "--url", metavar="URL", help="an address that answers; checks write there, attack, and put load on it"
    )
    add("--openapi", metavar="FILE|URL", help="its OpenAPI document, where it publishes none")
    add("--as", metavar="ROLE=HEADER", action="append", default=[], dest="callers", help=CALLER)
    add(
        "--env",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a variable for --app; may be repeated",
    )
    add(
        "--allow-host",
        metavar="HOST",
        action="append",
        default=[],
        help="another machine that may be attacked",
    )


def _json(verb: ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="one JSON object per event and line, for programs")


def _implement(given: Namespace) -> int:
    from datetime import UTC, datetime

    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.implement import implement

    today = datetime.now(UTC).date()
    told = implement(
        given.brief, given.into, catalogue=given.catalogue, proof=not given.no_verify, today=today
    )
    return show(told, json=given.json)


def _draft(given: Namespace) -> int:
    from datetime import UTC, datetime

    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.draft import draft

    today = datetime.now(UTC).date()
    return show(draft(given.brief, given.out, catalogue=given.catalogue, today=today), json=given.json)


def _new(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.new import new

    return show(new(given.blueprint, given.into), json=given.json)


def _dev(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.dev import dev

    return show(dev(given.directory, given.port), json=given.json)


def _blueprint(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.blueprint import blueprint

    return show(blueprint(given.directory), json=given.json)


def _access(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.access import access, explain

    words: list[str] = given.words
    if words[:1] == ["explain"]:
        if len(words) != 4 or not given.role or given.html:
            return _refuse("backwright access explain DIR METHOD PATH --role ROLE [--own|--other]")
        _, place, method, path = words
        return show(explain(Path(place), method, path, role=given.role, row=given.row, as_json=given.json))
    if len(words) > 1 or given.role or given.row:
        return _refuse("backwright access [DIR] [--html FILE | --json]")
    directory = Path(words[0]) if words else Path()
    return show(access(directory, html=given.html, as_json=given.json, colour=sys.stdout.isatty()))


def _verify(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.verify import verify
    from backwright_workbench.commands.verify_again import verify_again
    from backwright_workbench.verify.target import target

    def told() -> "Iterator[Event]":
        directory = given.directory or Path()
        named = target(
            given.directory,
            app=given.app,
            url=given.url,
            openapi=given.openapi,
            callers=given.callers,
            environment=given.env,
            hosts=given.allow_host,
        )
        if given.check:
            yield from verify_again(directory, target=named, full=given.full)
            return
        yield from verify(
            directory,
            target=named,
            full=given.full,
            only=tuple(given.only),
            skip=tuple(given.skip),
            junit=given.junit,
            sarif=given.sarif,
        )

    return show(told(), json=given.json)


def _audit(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.audit import verify

    return show(verify(given.directory, given.checkpoints), json=given.json)


def _keys(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.keys import keys, split

    found = split(given.action, given.words)
    if found is None:
        return _refuse("backwright keys list|status|create|rotate [DIR], or keys retire KEY [DIR]", "keys")
    key, directory = found
    asked = [f"--{each}" for each in ("signing", "master") if getattr(given, each)]
    asked += ["--rows-per-second", given.rows_per_second] if given.rows_per_second else []
    return show(keys(directory, given.action, *asked, *([key] if key else [])), json=given.json)


def _refuse(form: str, verb: str = "access") -> int:
    sys.stderr.write(f"error: this verb is asked so: {form}\n  next: backwright {verb} --help\n")
    return USAGE


def _schema(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.schema import schema

    return show(schema())


def _format(given: Namespace) -> int:
    from backwright_workbench.cli.show import show
    from backwright_workbench.commands.format import format_blueprint

    return show(format_blueprint(given.blueprint, check=given.check))
