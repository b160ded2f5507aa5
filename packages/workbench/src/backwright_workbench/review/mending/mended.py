"""Findings → the files without them, with proof: what is changed is reviewed again.

What lives here: which fixes are tried together, and which of them hold. What must not: any fix.
"""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import libcst as cst

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.roles import role_of
from backwright_workbench.review.engine import findings
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.mending.edit import Edit, Mend, overlap, replaced, with_imports
from backwright_workbench.review.mending.indexes import revision
from backwright_workbench.review.mending.source import Source
from backwright_workbench.review.mending.spot import Spot
from backwright_workbench.review.rule import Rule

PASSES = 3
"""Fixes that touch each other's text are made one after the other, as often as that."""
TRIES = 5
"""As often are fixes that do not hold taken out, and the others tried again."""
LARGEST = 600_000
"""Characters of a file: what is larger was not written by hand."""
Fix = Callable[[Spot], Mend | None]


@dataclass(slots=True)
class Mended:
    """What came of it."""

    files: dict[str, str] = field(default_factory=dict)
    """Texts of files that change or are new."""
    fixed: list[tuple[Finding, Mend]] = field(default_factory=list)
    left: list[tuple[Finding, str]] = field(default_factory=list)
    """Findings that stay, with why."""


@dataclass(slots=True)
class _State:
    """A project as it is at some point."""

    app: Application
    found: list[Finding]


@cache
def fixes() -> Mapping[str, Fix]:
    """The rules that can be mended, by their names."""
    package = importlib.import_module("backwright_workbench.review.fixes")
    found: dict[str, Fix] = {}
    for each in pkgutil.iter_modules(package.__path__):
        if not each.name.startswith("_"):
            module = importlib.import_module(f"{package.__name__}.{each.name}")
            found[each.name.replace("_", "-")] = module.mend
    return found


def mended(
    app: Application,
    told: Iterable[Finding],
    rules: Sequence[Rule],
    role: Callable[[str, str], Role] = role_of,
) -> Mended:
    """The project without those of the findings that can be mended safely.

    `rules` are those whose findings must not become more. Only the application's own code is changed.
    """
    told = list(told)
    wanted = {each.fingerprint for each in told}
    result = Mended()
    why: dict[str, str] = {}
    state = _State(app, findings(app, rules, {}))
    for _ in range(PASSES):
        proposed = _proposed(state.app, [each for each in state.found if each.fingerprint in wanted], why)
        held, after = _held(state, proposed, rules, role, why)
        if not held or after is None:
            break
        result.fixed += held
        wanted -= {finding.fingerprint for finding, _ in held}
        state = after
    result.files = {path: text for path, text in state.app.files.items() if app.files.get(path) != text}
    done = {finding.fingerprint for finding, _ in result.fixed}
    result.left = [
        (each, why.get(each.fingerprint, "its rule has no fix that is safe everywhere"))
        for each in told
        if each.fingerprint not in done
    ]
    return result


def _proposed(app: Application, found: list[Finding], why: dict[str, str]) -> list[tuple[Finding, Mend]]:
    """A fix for each finding that has one; of two that touch the same text only the first."""
    sources: dict[str, Source | None] = {}
    taken: list[Edit] = []
    proposed: list[tuple[Finding, Mend]] = []
    for finding in found:
        mend = _mend(app, finding, sources, why)
        if mend is None:
            continue
        if any(overlap(one, other) for one in mend.edits for other in taken if one.path == other.path):
            why[finding.fingerprint] = "another fix changes the same lines"
            continue
        taken += mend.edits
        proposed.append((finding, mend))
    return proposed


def _mend(
    app: Application, finding: Finding, sources: dict[str, Source | None], why: dict[str, str]
) -> Mend | None:
    fix, path = fixes().get(finding.rule), finding.place.path
    module = app.project.paths.get(path)
    if fix is None or module is None:
        return None
    if module.role is not Role.CODE:
        why[finding.fingerprint] = f"the file is no code of the application itself ({module.role.value})"
        return None
    if path not in sources:
        sources[path] = _source(path, app.files[path])
    source = sources[path]
    try:
        mend = fix(Spot(app, finding, source, module)) if source is not None else None
    except (IndexError, KeyError, ValueError, AttributeError, RecursionError):
        mend = None  # code of a shape that nobody thought of is left as it is
    if mend is None:
        why[finding.fingerprint] = "no change is safe in this place"
    return mend


def _source(path: str, text: str) -> Source | None:
    if len(text) > LARGEST:
        return None
    try:
        return Source(path, text)
    except (cst.ParserSyntaxError, RecursionError):
        return None


def _held(
    state: _State,
    proposed: list[tuple[Finding, Mend]],
    rules: Sequence[Rule],
    role: Callable[[str, str], Role],
    why: dict[str, str],
) -> tuple[list[tuple[Finding, Mend]], _State | None]:
    """The fixes after which their findings are gone and no others have come, and the project then."""
    for _ in range(TRIES):
        if not proposed:
            break
        files = _written(state.app, proposed)
        app = read_application(files, role)
        after = _State(app, findings(app, rules, {}))
        failed = _failed(state, after, proposed)
        if not failed:
            return proposed, after
        for finding, _ in failed:
            why[finding.fingerprint] = "a fix was tried and did not hold"
        gone = {finding.fingerprint for finding, _ in failed}
        proposed = [each for each in proposed if each[0].fingerprint not in gone]
    return [], None


def _written(app: Application, proposed: list[tuple[Finding, Mend]]) -> dict[str, str]:
    edits: dict[str, list[Edit]] = {}
    imports: dict[str, list[str]] = {}
    texts = dict(app.files)
    for finding, mend in proposed:
        for edit in mend.edits:
            edits.setdefault(edit.path, []).append(edit)
        imports.setdefault(finding.place.path, []).extend(mend.imports)
    for path in {*edits, *imports}:
        text = replaced(texts[path], edits.get(path, []))
        try:
            texts[path] = with_imports(text, imports.get(path, []))
        except cst.ParserSyntaxError:
            texts[path] = text  # it does not parse: `_failed` sees that
    indexes = [each for _, mend in proposed for each in mend.indexes]
    migration = revision(app, indexes) if indexes else None
    if migration is not None:
        texts[migration[0]] = migration[1]
    return texts


def _failed(
    before: _State, after: _State, proposed: list[tuple[Finding, Mend]]
) -> list[tuple[Finding, Mend]]:
    """The fixes to be taken out: of a file that no longer parses, or has more findings than it should."""
    expected = Counter((each.rule, each.place.path) for each in before.found)
    expected.subtract(Counter((finding.rule, finding.place.path) for finding, _ in proposed))
    real = Counter((each.rule, each.place.path) for each in after.found)
    wrong = {key for key, number in real.items() if number > expected[key]}
    broken = {path for path in after.app.unread if path not in before.app.unread}
    changed = {finding.place.path for finding, _ in proposed}
    if any(path not in changed for _, path in wrong):
        return proposed
    stayed = {each.fingerprint for each in after.found}
    failed = [each for each in proposed if each[0].fingerprint in stayed]
    return failed or [
        (finding, mend)
        for finding, mend in proposed
        if finding.place.path in broken
        or any(
            path == finding.place.path and (rule == finding.rule or not _is_of_a_fix(rule, path, proposed))
            for rule, path in wrong
        )
    ]


def _is_of_a_fix(rule: str, path: str, proposed: list[tuple[Finding, Mend]]) -> bool:
    return any(finding.rule == rule and finding.place.path == path for finding, _ in proposed)
