"""No secret is in the files, or in the history, of a project.

Whoever can read the code can use what stands in it, and a history keeps what the files no longer show. Red: a key, a
token, a password with its address, or a random value under a telling name; `.env` that git keeps or would keep.
"""

from collections.abc import Iterator
from pathlib import Path

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.security.secret_forms import Found, secrets_in
from backwright_workbench.verify.checks.security.secret_history import History, history_of
from backwright_workbench.verify.fingerprint import files_of
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.subject import Subject

LARGEST = 2_000_000
COMMITS, SECONDS, FULL_SECONDS = 200, 6.0, 120.0
LOCKS = (
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "pdm.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
)
"""Files full of hashes: a random value in them is none."""

TESTS = ("tests", "test", "fixtures", "testdata", "testing", "__tests__", "spec")
PROSE = (".md", ".rst", ".txt", ".adoc", ".mdx", ".html")
EXAMPLES = (".example", ".sample", ".template", ".dist", ".tmpl", ".jinja")

REVOKE = "revoke it where it was issued, then put its replacement into the environment"

CHECK = Check(
    title="No secret is in the files or in their history",
    needs=frozenset({Need.SOURCE}),
    proves=("CWE-798", "CWE-540", "12factor III", "OWASP API8:2023"),
    reusable=False,
)


def run(subject: Subject) -> Outcome:
    """Reads every file, then what git remembers."""
    root = subject.files()
    history = history_of(subject.origin)
    faults: list[Fault] = []
    notes: list[str] = []
    seen: set[str] = set()
    count = skipped = 0
    for path, place in _files(root, subject.origin, history):
        text = _text(place)
        if text is None:
            skipped += 1
            continue
        count += 1
        for found in secrets_in(text, path):
            if not counts(found, path):
                notes.append(f"{path}:{found.line}: {found.kind} ({found.shown}), in a test or an example")
            else:
                faults.append(_fault(found, f"{path}:{found.line}"))
            seen.add(found.value)
    faults += environment_faults(subject.origin or root, history)
    said = f"{count} files"
    if history is not None:
        subject.say("reads the history")
        in_history, commits = _from_history(history, seen, full=subject.full)
        faults += in_history
        said += f" and {'' if history.complete else 'the newest of '}{commits} commits"
        if not history.complete:
            notes.append("the history was too long to be read to its end; the newest commits were")
        elif not subject.full and commits == COMMITS:
            notes.append(f"older commits than the newest {COMMITS} are read in the full profile only")
    else:
        notes.append("the project is not the root of a git repository, so no history was read")
    if skipped:
        notes.append(
            f"{skipped} files are no text, or larger than {LARGEST // 1_000_000} MB, and were not read"
        )
    lines = "\n".join(f"{each.place}: {each.what}" for each in faults) or "nothing was found"
    subject.record.keep("found.txt", f"{said} read\n{lines}\n", command="reads the files and `git log -p`")
    return judged(f"{said} read, {len(faults)} secrets found", faults, notes=tuple(notes))


def counts(found: Found, path: str) -> bool:
    """Whether a find is a fault there: tests and prose hold values that only look secret; live keys count anywhere."""
    name = path.rpartition("/")[2]
    if name in LOCKS and not found.is_certain:
        return False
    in_tests = any(part in TESTS for part in path.split("/")[:-1]) or name.startswith(("test_", "conftest"))
    if in_tests:
        return found.is_certain and found.kind != "private key"
    if name.endswith(PROSE + EXAMPLES) or any(
        part in ("docs", "doc", "examples") for part in path.split("/")[:-1]
    ):
        return found.is_certain or found.kind == "password in an address"
    return True


def environment_faults(root: Path, history: History | None) -> Iterator[Fault]:
    """`.env` holds the secrets of a machine: git must neither keep it nor be ready to."""
    why = "it holds the secrets of whoever works here"
    if history is not None:
        for path in history.tracked():
            name = path.rpartition("/")[2]
            if (name == ".env" or name.startswith(".env.")) and not name.endswith(EXAMPLES):
                yield Fault("git keeps the local environment", path, why, f"git rm --cached {path}; {REVOKE}")
        if _is_used(root) and not history.ignores(".env"):
            yield Fault("git does not ignore .env", ".gitignore", why, "add a line: .env")
        return
    ignored = root / ".gitignore"
    lines = ignored.read_text(errors="replace").splitlines() if ignored.is_file() else []
    patterns = [line.strip().lstrip("/") for line in lines]
    if _is_used(root) and not {".env", ".env*", "*.env", "**/.env"} & set(patterns):
        yield Fault("nothing keeps .env out of git", ".gitignore", why, "add a line: .env")
    elif "!.env" in patterns:
        yield Fault("an exception lets .env into git", ".gitignore", why, "remove the line !.env")


def _is_used(root: Path) -> bool:
    return any((root / name).exists() for name in (".env", *(f".env{each}" for each in EXAMPLES)))


def _files(root: Path, origin: Path | None, history: History | None) -> Iterator[tuple[str, Path]]:
    """The files of the copy, and what git keeps beside them, such as folders that begin with a dot."""
    known = set()
    for place in files_of(root):
        path = place.relative_to(root).as_posix()
        known.add(path)
        yield path, place
    if history is not None and origin is not None:
        for path in history.tracked():
            if path not in known:
                yield path, origin / path


def _text(place: Path) -> str | None:
    try:
        if place.is_symlink() or place.stat().st_size > LARGEST:
            return None
        data = place.read_bytes()
    except OSError:
        return None
    return None if b"\0" in data[:8_000] else data.decode("utf-8", "replace")


def _from_history(history: History, seen: set[str], *, full: bool) -> tuple[list[Fault], int]:
    faults = []
    limit = None if full else COMMITS
    for added in history.added(commits=limit, seconds=FULL_SECONDS if full else SECONDS):
        for found in secrets_in(added.text, added.path):
            if found.value not in seen and counts(found, added.path):
                seen.add(found.value)
                faults.append(_fault(found, f"{added.path} in commit {added.commit[:12]}"))
    return faults, min(history.commits(), limit or history.commits())


def _fault(found: Found, place: str) -> Fault:
    why = "whoever can read the code can use it"
    if " in commit " in place:
        why = "it is gone from the files, and everybody who has the history still has it"
    return Fault(f"{found.kind} ({found.shown})", place, why, REVOKE)
