"""What a migration does to a table that others work with meanwhile.

What lives here: rules on the statements of one revision, and squawk's on PostgreSQL. What must not: a database.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.workspace.processes import clean_environment, run

RULES: Final = {
    "adding-field-with-default": "writes every row of the table at once",
    "adding-foreign-key-constraint": "looks at every row while nobody may write to either table",
    "adding-not-nullable-field": "looks at every row while nobody may read or write",
    "adding-required-field": "fails on a table with rows, and breaks the release that is still running",
    "changing-column-type": "writes every row anew while nobody may read or write",
    "constraint-missing-not-valid": "looks at every row while nobody may write",
    "disallowed-unique-constraint": "builds its index while nobody may read or write",
    "renaming-column": "breaks the release that is still running",
    "renaming-table": "breaks the release that is still running",
    "require-concurrent-index-creation": "builds the index while nobody may write",
    "require-concurrent-index-deletion": "waits for everybody, with everybody behind it",
    "ban-drop-column": "breaks the release that is still running",
    "ban-drop-table": "breaks the release that is still running",
    "ban-drop-not-null": "surprises the release that is still running",
    "adding-serial-primary-key-field": "writes every row anew while nobody may read or write",
    "ban-concurrent-index-creation-in-transaction": "fails: it cannot be done in a transaction",
}
"""Squawk's rules that are about others who work meanwhile, and why each matters. The rest is about taste."""

_CREATED: Final = re.compile(r'CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?["`]?(\w+)', re.I)
_TABLE: Final = re.compile(
    r'(?:ALTER TABLE (?:ONLY |IF EXISTS )*|\bON |DROP TABLE (?:IF EXISTS )?)["`]?(\w+)', re.I
)
_DROPPED: Final = re.compile(r'DROP INDEX (?:CONCURRENTLY )?(?:IF EXISTS )?["`]?(\w+)', re.I)
_ADDED: Final = re.compile(
    r"ADD (?:COLUMN )?(?!CONSTRAINT|INDEX|KEY|UNIQUE|PRIMARY|FOREIGN|CHECK)\W?\w+.*\bNOT NULL\b", re.I | re.S
)
_SAFE: Final = re.compile(r"\bDEFAULT\b", re.I)

OWN: Final = (
    ("adding-required-field", re.compile(_ADDED.pattern, re.I | re.S)),
    (
        "changing-column-type",
        re.compile(r"ALTER TABLE .*(?:ALTER COLUMN \S+ TYPE|MODIFY |CHANGE )", re.I | re.S),
    ),
    ("renaming-column", re.compile(r"RENAME COLUMN", re.I)),
    ("renaming-table", re.compile(r"RENAME TO", re.I)),
    ("ban-drop-column", re.compile(r"DROP COLUMN", re.I)),
    ("ban-drop-table", re.compile(r"^DROP TABLE", re.I)),
)
"""The same for engines that squawk does not know."""


@dataclass(frozen=True, slots=True)
class Risk:
    """One statement that keeps others waiting, or breaks them."""

    rule: str
    statement: str
    table: str
    advice: str = ""


def altering(statements: Sequence[str]) -> list[str]:
    """Those about tables that are there already: not made by this revision."""
    made = {name.lower() for each in statements for name in _CREATED.findall(each)}
    return [each for each in statements if (table := table_of(each)) and table.lower() not in made]


def table_of(statement: str) -> str:
    """The table that a statement is about; empty if that cannot be seen."""
    if _CREATED.match(statement):
        return ""
    found = _TABLE.search(statement) or _DROPPED.search(statement)
    return found[1] if found is not None else ""


def by_own_rules(statements: Sequence[str]) -> Iterator[Risk]:
    """On MariaDB and SQLite."""
    made = {name.lower() for each in statements for name in _CREATED.findall(each)}
    for each in altering(statements):
        if table_of(each).startswith("_alembic_tmp") or any(name.startswith("_alembic_tmp") for name in made):
            continue  # SQLite's way of altering a table: the whole file is locked anyway
        for rule, pattern in OWN:
            if pattern.search(each) and not (rule == "adding-required-field" and _SAFE.search(each)):
                yield Risk(rule, each, table_of(each))


def by_squawk(statements: Sequence[str], folder: Path) -> list[Risk]:
    """On PostgreSQL."""
    changed = altering(statements)
    if not changed:
        return []
    binary = Path(sys.executable).with_name("squawk")
    if not binary.exists():
        raise NotRun("squawk is not installed", "install squawk-cli beside the workbench")
    file = folder / "migration.sql"
    file.write_text(";\n".join(changed) + ";\n")
    command = [str(binary), "--reporter", "json", "--assume-in-transaction", str(file)]
    done = run(command, cwd=folder, env=clean_environment(), timeout=60)
    text = "\n".join(done.output)
    start, end = text.find("["), text.rfind("]")
    lines = _lines(changed)
    found = []
    for each in json.loads(text[start : end + 1]) if start >= 0 else ():
        rule = str(each.get("rule_name", each.get("rule", "")))
        if rule in RULES:
            statement = lines.get(int(each.get("line", 0)), "")
            found.append(Risk(rule, statement, table_of(statement), str(each.get("help") or "")))
    return list({(each.rule, each.statement): each for each in found}.values())


def _lines(statements: Sequence[str]) -> dict[int, str]:
    """Which statement stands in which line, counted from 0."""
    found: dict[int, str] = {}
    for each in statements:
        at = len(found)
        found |= {at + number: each for number in range(each.count("\n") + 1)}
    return found
