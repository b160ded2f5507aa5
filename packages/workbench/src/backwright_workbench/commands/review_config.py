"""What a review is asked for, put together: the command line over the configuration over what is usual.

What lives here: finding the configuration, which of both wins, which rules there are. What must not: applying them.
"""

from dataclasses import dataclass, field
from pathlib import Path

from backwright_workbench.commands.review_rules import folder_rules, installed_rules
from backwright_workbench.errors import UserError
from backwright_workbench.review.baseline import FILE
from backwright_workbench.review.config import NEVER, Config, config_of
from backwright_workbench.review.finding import Confidence, Severity
from backwright_workbench.review.rule import LIVE, Rule, all_rules
from backwright_workbench.review.selection import Selection, refuse_unknown
from backwright_workbench.workspace.trees import read_file

PYPROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says; `None` and empty leave it to the configuration. `files` are reports by format."""

    place: Path
    form: str = "text"
    files: dict[str, Path] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    severity: Severity | None = None
    confidence: Confidence | None = None
    fail_on: str = ""
    since: str = ""
    """A commit: only what was brought since then is told."""
    baseline: Path | None = None
    write_baseline: bool = False
    config: Path | None = None
    no_config: bool = False
    allow_project_rules: bool = False
    merge: tuple[Path, ...] = ()
    tools: tuple[str, ...] = ()
    database: str = ""
    """The address of a running database, password included: it is shown nowhere."""
    fix: bool = False
    write: bool = False
    """Whether fixes are written; they are only shown if not."""
    allow_dirty: bool = False
    verbose: bool = False
    colour: bool = False
    width: int = 80
    command: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is done: the configuration, all rules that there are, those that are applied, and the levels."""

    config: Config
    known: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    selection: Selection
    fail_on: Severity | None
    baseline: Path | None
    remarks: tuple[str, ...] = ()


def wanted(asked: Asked) -> Wanted:
    """Both together. Raises `UserError` for a configuration or a name that is wrong."""
    config = configuration(asked)
    remarks = []
    known = [*all_rules(), *installed_rules()]
    if config.rules and (asked.config is not None or asked.allow_project_rules):
        root = Path(config.source).parent
        for folder in config.rules:
            known += folder_rules(root / folder)
    elif config.rules:
        remarks.append(
            f"{PYPROJECT} names rules of its own ({', '.join(config.rules)}), which were not loaded: they are programs "
            "of the project; --allow-project-rules loads them"
        )
    _refuse_twice(known)
    selection = Selection(
        asked.only or config.only,
        (*config.skip, *asked.skip),
        asked.severity or config.severity or Severity.LOW,
        asked.confidence or config.confidence or Confidence.MEDIUM,
    )
    rules = tuple(each for each in selection.chosen(known) if asked.database or each.family != LIVE)
    for names in config.ignore.values():
        refuse_unknown(names, known)
    if config.skip or config.only or config.exclude:
        remarks.append(f"{config.source or PYPROJECT} narrows this review: {_narrowed(config)}")
    level = asked.fail_on or config.fail_on or Severity.HIGH
    fail_on = None if level == NEVER else Severity(level)
    return Wanted(config, tuple(known), rules, selection, fail_on, _baseline(asked, config), tuple(remarks))


def configuration(asked: Asked) -> Config:
    """The configuration that was named, else the one of the project."""
    if asked.no_config:
        return Config()
    if asked.config is not None:
        return config_of(read_file(asked.config, what="configuration"), str(asked.config))
    place = asked.place / PYPROJECT if asked.place.is_dir() else asked.place.parent / PYPROJECT
    if place.is_symlink() or not place.is_file():
        return Config()
    return config_of(read_file(place, what="configuration"), str(place))


def _baseline(asked: Asked, config: Config) -> Path | None:
    if asked.baseline is not None:
        return asked.baseline
    if config.baseline:
        return Path(config.source).parent / config.baseline
    if asked.write_baseline:
        return (asked.place if asked.place.is_dir() else asked.place.parent) / FILE
    return None


def _narrowed(config: Config) -> str:
    parts = [("only", config.only), ("skips", config.skip), ("excludes", config.exclude)]
    return "; ".join(f"{word} {', '.join(names)}" for word, names in parts if names)


def _refuse_twice(known: list[Rule]) -> None:
    seen: set[str] = set()
    for rule in known:
        if rule.name in seen:
            raise UserError(
                f"there are two rules {rule.name}", next_step="give the one of your own another name"
            )
        seen.add(rule.name)
