"""The documents are there, and what they tell people to do works.

Commands for the service are run, and addresses are asked, on a stand. Red: a runbook with a command that does not
exist, a dead link or anchor, a setting or a route that there is not, a page that says nothing.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.operations import markdown
from backwright_workbench.verify.checks.operations.document_commands import ASKS, Command, parts, understood
from backwright_workbench.verify.checks.operations.environments import declared
from backwright_workbench.verify.checks.operations.markdown import Markdown
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.stand.doors import Doors
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

WANTED = {
    "README.md": "what it is and how to run it",
    "docs/runbook.md": "what to do when something is wrong",
    "docs/backend-architecture.md": "what it is made of",
    "docs/backend-setup.md": "how to set it up",
    "docs/backend-testing.md": "how to test it",
}
LEAST = 25
"""Words of prose below which a document is a stub."""

STUB = re.compile(r"\b(?:TODO|TBD|FIXME|lorem ipsum|coming soon|to be written)\b", re.IGNORECASE)
ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/[^\s?`]*)")
NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?==|$)")
KNOWN = re.compile(
    r"BACKWRIGHT_TEST_\w+|POSTGRES_\w+|S3_PASSWORD|AWS_\w+|\w+_FILE|MARIADB_\w+|PYTHON\w+|UV_\w+|OIDC__\w+|DEV_\w+"
)
FAILS = {"migrate status": (0, 1), "audit verify": (0, 1)}
"""Commands of which another status is an answer, too."""

WHY = "it is followed when there is no time to find out what was meant"

CHECK = Check(
    title="What the documents tell people to do works",
    needs=frozenset({Need.SERVICE, Need.CONTRACT}),
    proves=("ISO 27001 A.5.37", "12factor XII"),
)


def run(subject: Subject) -> Outcome:
    """Reads every document, then does what they say on a stand of its own."""
    root = subject.files()
    pages = {
        place.relative_to(root).as_posix(): markdown.read(place.read_text(encoding="utf-8", errors="replace"))
        for place in files_of(root)
        if place.suffix == ".md" and not {"tests", "wheels"} & set(place.relative_to(root).parts)
    }
    faults = list(missing_faults(root, pages))
    faults += [fault for path, page in pages.items() for fault in link_faults(root, path, page, pages)]
    with subject.stands.fresh() as stand, Doors(subject.running()) as doors:
        assert stand.folder is not None
        folder = stand.folder / "project"
        shutil.copytree(root, folder)
        settings = declared(doors.run("config", "example", cwd=folder).output)
        for path, page in pages.items():
            faults += word_faults(root, path, page, settings, stand.document)
        done, left, failed = carried_out(subject, stand, doors, folder, pages)
    faults += failed
    subject.record.keep(
        "commands.txt", "\n".join([*done, *left]) + "\n", command="the commands of the documents"
    )
    said = f"{len(pages)} documents, {sum(len(page.links) for page in pages.values())} links, {len(done)} commands run"
    return judged(said, faults, notes=tuple(left))


def missing_faults(root: Path, pages: Mapping[str, Markdown]) -> Iterator[Fault]:
    """Documents that are not there, or say nothing."""
    for path, about in WANTED.items():
        page = pages.get(path)
        if page is None:
            yield Fault(
                "it is not there", path, f"nobody reads {about}", "write it, or have Backwright derive it"
            )
        elif page.prose < LEAST:
            yield Fault(
                f"it says next to nothing ({page.prose} words)", path, f"nobody reads {about}", "write it"
            )
        elif (stub := STUB.search((root / path).read_text(encoding="utf-8", errors="replace"))) is not None:
            yield Fault(f"a part of it is not written ({stub[0]})", path, f"nobody reads {about}", "write it")


def link_faults(root: Path, path: str, page: Markdown, pages: Mapping[str, Markdown]) -> Iterator[Fault]:
    """Links to files and headings that are not there; addresses of the world outside are not asked."""
    for link in page.links:
        target, _, anchor = unquote(link.text).partition("#")
        if urlsplit(link.text).scheme or target.startswith("//"):
            continue
        place = (root / path).parent / target if target else root / path
        if target.startswith("/"):
            place = root / target.lstrip("/")
        at = f"{path}:{link.line}"
        if not place.exists() or not place.resolve().is_relative_to(root.resolve()):
            yield Fault(
                f"the link to {target} leads nowhere", at, "who follows it finds nothing", "mend the link"
            )
        elif anchor and place.suffix == ".md":
            other = pages.get(place.resolve().relative_to(root.resolve()).as_posix())
            if other is not None and anchor.lower() not in {each.lower() for each in other.anchors}:
                yield Fault(
                    f"there is no heading for #{anchor}",
                    at,
                    "who follows it lands somewhere else",
                    "mend the link",
                )


def word_faults(
    root: Path, path: str, page: Markdown, settings: Mapping[str, str], document: Mapping[str, object]
) -> Iterator[Fault]:
    """Files, settings and operations between backticks that there are not."""
    operations = _operations(document)
    for word in page.words:
        at = f"{path}:{word.line}"
        for method, route in ROUTE.findall(word.text):
            if (method, _shape(route)) not in operations and not route.startswith(
                ("/health", "/metrics", "/docs", "/openapi")
            ):
                yield Fault(
                    f"the API has no {method} {route}",
                    at,
                    "who calls it gets 404",
                    "name an operation of docs/api.yaml",
                )
        for name in (
            NAME.findall(word.text.partition("=")[0])
            if re.fullmatch(r"[A-Z0-9_]+(?:=.*)?", word.text)
            else ()
        ):
            if name not in settings and not KNOWN.fullmatch(name):
                yield Fault(
                    f"there is no setting {name}", at, "who sets it changes nothing", "see: config example"
                )
        if re.fullmatch(
            r"(?:src|docs|tests|migrations|deploy|\.github)/[\w./-]*", word.text
        ) and not _is_there(root, word.text):
            yield Fault(
                f"there is no {word.text}", at, "who looks for it finds nothing", "name what is there"
            )


def _is_there(root: Path, path: str) -> bool:
    return (root / path).exists() or path.rstrip("/").endswith("docs/api.yaml")


def _operations(document: Mapping[str, object]) -> set[tuple[str, str]]:
    paths = document.get("paths", {})
    assert isinstance(paths, dict)
    return {(method.upper(), _shape(path)) for path, item in paths.items() for method in item}


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def carried_out(
    subject: Subject, stand: Stand, doors: Doors, folder: Path, pages: Mapping[str, Markdown]
) -> tuple[list[str], list[str], list[Fault]]:
    """Runs what can be run: what was run, what was not and why, and what went wrong."""
    package = subject.running().package
    done: list[str] = []
    left: dict[str, str] = {}
    faults: list[Fault] = []
    seen: dict[Command, str | None] = {}
    for path, page in pages.items():
        told = [(each, False) for each in page.commands]
        told += [(each, True) for each in page.words if re.match(r"(?:uv run )?python3? -m ", each.text)]
        for each, is_inline in told:
            for text in parts(each.text):
                command = understood(text, package)
                if command.kind not in ("service", "curl"):
                    if not is_inline:
                        left.setdefault(text, command.kind)
                    for word in re.findall(r"(?<=\s)(?:tests|src)/[\w./-]+", text):
                        if not (folder / word).exists():
                            what = f"`{text}` does not work: there is no {word}"
                            faults.append(Fault(what, f"{path}:{each.line}", WHY, "write what works"))
                    continue
                if command not in seen:
                    subject.say(text)
                    seen[command] = _trouble(command, stand, doors, folder)
                    done.append(f"{path}:{each.line}: {text}: {seen[command] or 'works'}")
                if (trouble := seen[command]) is not None:
                    what = f"`{text}` does not work: {trouble}"
                    faults.append(Fault(what, f"{path}:{each.line}", WHY, "write what works"))
    return done, [f"not run: `{text}` {why}" for text, why in left.items()], faults


def _trouble(command: Command, stand: Stand, doors: Doors, folder: Path) -> str | None:
    """What is wrong with a command; none if it works."""
    if command.kind == "curl":
        return _asked(command.arguments, stand)
    arguments = [each for each in command.arguments if "…" not in each and "<" not in each]
    is_cut = len(arguments) < len(command.arguments)
    if is_cut or (arguments and arguments[0] in ASKS) or "|" in " ".join(arguments):
        arguments = [*[each for each in arguments if not each.startswith("-")][:1], "--help"]
    said = doors.run(*arguments, cwd=folder, environment=stand.settings, timeout=60)
    if arguments[:2] == ["migrate", "down"]:
        doors.run(
            "migrate", "up", cwd=folder, environment=stand.settings, timeout=60
        )  # others need the tables
    if said.code in FAILS.get(" ".join(arguments), (0,)):
        return None
    return (said.output.strip().splitlines() or [f"exit {said.code}"])[-1][:300]


def _asked(arguments: tuple[str, ...], stand: Stand) -> str | None:
    """Asks the stand instead of the address that is written; credentials of the reader are not there."""
    address = urlsplit(next((each for each in arguments if each.startswith("http")), ""))
    if address.hostname not in ("localhost", "127.0.0.1"):
        return None  # another server's
    path = f"{address.path}?{address.query}" if address.query else address.path
    options = [*pairwise(arguments)]
    method = next((value for name, value in options if name in ("-X", "--request")), "")
    has_body = any(name in ("-d", "--data", "--json", "-F") for name, _ in options)
    with stand.anonymous.client() as client:
        answer = client.request(method or ("POST" if has_body else "GET"), path)
    is_plain = (
        not method and not has_body and not any(name in ("-H", "--header", "-u") for name, _ in options)
    )
    works = answer.status_code < 400 if is_plain else answer.status_code not in (404, 405, 500)
    return None if works else f"{path} answers {answer.status_code}"
