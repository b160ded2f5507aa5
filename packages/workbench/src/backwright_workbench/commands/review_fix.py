"""`backwright review PATH --fix`: what can be mended safely, shown as a diff, and written if that is asked for.

What lives here: the order of things. What must not: any fix, and how the diff looks.
"""

from collections.abc import Generator

from backwright_workbench.commands.events import Event, Step, Summary
from backwright_workbench.commands.review_config import Asked, Wanted
from backwright_workbench.reports.review.changes import as_values, changes
from backwright_workbench.review.mending.mended import Mended, mended
from backwright_workbench.review.outcome import Review, rank
from backwright_workbench.workspace.projects import Reading
from backwright_workbench.workspace.rewriting import refuse_uncommitted, rewrite


def fix(asked: Asked, reading: Reading, result: Review, want: Wanted) -> Generator[Event, None, None]:
    """The fixes of what is told, proved by a second review; ends with the diff."""
    step = Step("fix", "Mend what can be mended safely")
    yield step.started()
    odd = {path for path, _ in reading.odd}
    told = [each for each in result.findings if not each.is_foreign and each.place.path not in odd]
    done = mended(result.app, told, want.rules, want.config.role)
    done.left += [(each, "its file is not UTF-8") for each in result.findings if each.place.path in odd]
    if asked.write and done.files:
        if not asked.allow_dirty:
            refuse_uncommitted(reading.root, list(done.files))
        rewrite(reading.root, done.files, reading.files)
    what = f"{len(done.fixed)} of {len(result.findings)} findings"
    yield step.finished(f"{what}, {'written' if asked.write else 'not written'}")
    shown = changes(
        result, done, colour=asked.colour, width=asked.width, verbose=asked.verbose, written=asked.write
    )
    yield Summary(not _severe(asked, done, result, want), shown, dict(as_values(done)))


def _severe(asked: Asked, done: Mended, result: Review, want: Wanted) -> bool:
    """Whether something is as severe as was asked for, of what is left once the fixes are written."""
    if want.fail_on is None:
        return False
    left = [finding for finding, _ in done.left] if asked.write else result.findings
    return any(rank(each.severity) <= rank(want.fail_on) for each in left)
