"""Running databases in a few lines of TOML, as pages of rules have them.

Each table is a heading; `columns` are `name type`, with `?` where NULL is taken; `indexes` are `name (columns)` with
`unique`, `invalid`, `scans=3`, `size=5000000` behind it; `keys` say which column refers to which table.
"""

import re
import tomllib
from typing import Any

from backwright_workbench.codebase.facts.live import (
    Live,
    LiveColumn,
    LiveIndex,
    LiveKey,
    LiveSequence,
    LiveTable,
)
from backwright_workbench.codebase.live.columns import family

INDEX = re.compile(r"(\w+) \(([\w, ]*)\)(.*)")


def live_of(text: str) -> Live:
    """The database that a text describes."""
    given = tomllib.loads(text)
    tables = tuple(_table(name, each) for name, each in given.items() if isinstance(each, dict))
    sequences = tuple(_sequence(each) for each in given.get("sequences", ()))
    return Live(given.get("dialect", "postgresql"), tables, sequences, given.get("days"))


def _table(name: str, given: dict[str, Any]) -> LiveTable:
    columns = {}
    for each in given.get("columns", ()):
        column, _, declared = each.partition(" ")
        plain = declared.rstrip("?")
        columns[column] = LiveColumn(column, family(plain), plain, declared.endswith("?"))
    indexes = [_index(each) for each in given.get("indexes", ())]
    if given.get("primary"):
        key = tuple(given["primary"])
        indexes.insert(0, LiveIndex(f"{name}_pkey", key, True, True, True, scans=given.get("scans", 1)))
    keys = tuple(LiveKey(tuple(of.split(", ")), target) for of, target in given.get("keys", {}).items())
    return LiveTable(
        name,
        "public",
        columns,
        tuple(indexes),
        keys,
        given.get("rows"),
        given.get("dead"),
        given.get("analysed"),
    )


def _index(text: str) -> LiveIndex:
    found = INDEX.fullmatch(text)
    assert found is not None, text
    words = dict(each.partition("=")[::2] for each in found[3].split())
    scans = int(words["scans"]) if "scans" in words else None
    return LiveIndex(
        found[1],
        tuple(each.strip() for each in found[2].split(",")),
        is_unique="unique" in words,
        is_needed="unique" in words,
        is_valid="invalid" not in words,
        kind=words.get("kind", ""),
        scans=scans,
        size=int(words.get("size", 0)),
    )


def _sequence(text: str) -> LiveSequence:
    name, last, _, most = text.split()
    table, _, column = name.rpartition(".")
    return LiveSequence(f"{table}_{column}_seq", table, column, int(last), int(most))
