"""What fixes change, as a diff with a few words about each: shown before anything is written.

What lives here: lines and colours. What must not: deciding what is changed.
Secrets are shortened here as in any report, so this is for reading, and no patch.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from backwright_workbench.reports.review.frames import printable, redacted, shortened
from backwright_workbench.reports.review.paint import Paint
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.mending.mended import Mended
from backwright_workbench.review.outcome import Review

CONTEXT = 3


def changes(
    review: Review,
    mended: Mended,
    *,
    colour: bool = False,
    width: int = 80,
    verbose: bool = False,
    written: bool = False,
) -> str:
    """The diff, what it mends, what a person has to do then, and what stays."""
    paint = Paint(colour, width)
    rows: list[str] = []
    for path, text in sorted(mended.files.items()):
        rows += _file(review, path, text, paint)
    rows += ["", *_mended(mended, paint, written)]
    rows += _left(mended, paint, verbose)
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _file(review: Review, path: str, text: str, paint: Paint) -> Iterator[str]:
    old = review.app.files.get(path)
    before, after = (old or "").splitlines(), text.splitlines()
    yield paint(f"--- {printable(path) if old is not None else '/dev/null'}", "bold")
    yield paint(f"+++ {printable(path)}", "bold")
    for group in SequenceMatcher(None, before, after).get_grouped_opcodes(CONTEXT):
        first, last = group[0], group[-1]
        yield paint(
            f"@@ -{first[1] + 1},{last[2] - first[1]} +{first[3] + 1},{last[4] - first[3]} @@", "cyan"
        )
        for kind, start, end, begin, stop in group:
            if kind == "equal":
                yield from (f" {_old(review, path, at, before)}" for at in range(start, end))
                continue
            yield from (paint(f"-{_old(review, path, at, before)}", "high") for at in range(start, end))
            near = any(review.holds_secret(path, at + 1) for at in range(start, end))
            clean = shortened if near else redacted
            yield from (
                paint(f"+{printable(clean(each.expandtabs(4)))}", "green") for each in after[begin:stop]
            )


def _old(review: Review, path: str, at: int, lines: list[str]) -> str:
    line = lines[at].expandtabs(4)
    return printable(shortened(line) if review.holds_secret(path, at + 1) else redacted(line))


def _mended(mended: Mended, paint: Paint, written: bool) -> Iterator[str]:
    if not mended.fixed:
        yield paint("Nothing of what was found has a fix that is safe here.", "bold")
        return
    number, files = len(mended.fixed), len(mended.files)
    said = f"{_counted(number, 'finding')} in {_counted(files, 'file')}"
    yield paint(f"{'Mended' if written else 'Can be mended'}: {said}", "bold")
    for rule, count in sorted(Counter(finding.rule for finding, _ in mended.fixed).items()):
        notes = sorted({mend.note for finding, mend in mended.fixed if finding.rule == rule and mend.note})
        yield f"  {rule} ({count})"
        for note in notes:
            yield from paint.prose(note, "→ ", indent=4, style="cyan")
    if not written:
        yield from paint.prose("nothing is written yet; --fix --write does it", indent=0)


def _left(mended: Mended, paint: Paint, verbose: bool) -> Iterator[str]:
    reasons: dict[str, list[Finding]] = {}
    for finding, why in mended.left:
        reasons.setdefault(why, []).append(finding)
    if reasons:
        yield ""
        yield paint(f"Left to you: {_counted(len(mended.left), 'finding')}", "bold")
    for why, found in sorted(reasons.items(), key=lambda each: len(each[1])):
        rules = Counter(each.rule for each in found)
        listed = ", ".join(
            f"{rule} ({count})" if count > 1 else rule for rule, count in sorted(rules.items())
        )
        yield from paint.prose(f"{why}: {listed}", indent=2, hang=4)
        if verbose:
            yield from (f"    {printable(str(each.place))} {each.rule}" for each in found)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def as_values(mended: Mended) -> Mapping[str, str]:
    """For programs: the numbers."""
    return {"mended": str(len(mended.fixed)), "left": str(len(mended.left)), "files": str(len(mended.files))}
