"""Small projects before and after their findings are mended."""

from collections.abc import Mapping

from backwright_workbench.codebase.application import read_application
from backwright_workbench.review.engine import findings
from backwright_workbench.review.mending.mended import Mended, mended
from backwright_workbench.review.rule import all_rules


def mend(files: Mapping[str, str] | str, *rules: str) -> Mended:
    """All fixes of these rules, the others watching."""
    files = {"app.py": files} if isinstance(files, str) else dict(files)
    app = read_application(files)
    found = [each for each in findings(app, all_rules(), {}) if not rules or each.rule in rules]
    return mended(app, found, all_rules())


def after(source: str, *rules: str) -> str:
    """The text of the only file afterwards."""
    return mend(source, *rules).files.get("app.py", source)
