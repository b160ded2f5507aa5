"""Reading what checks have left for drawings: anything of it may be missing, or of another shape.

What lives here: taking out what is usable. What must not: drawing it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from backwright_workbench.verify.verdict import Verification

Row = Mapping[str, Any]

MOST = 5_000
"""Rows of one list that are looked at."""


def data_of(verification: Verification, check: str) -> Row:
    """What a check has left for drawings."""
    found = verification.get(check)
    return found.data if found is not None and isinstance(found.data, Mapping) else {}


def rows(data: object, key: str) -> list[Row]:
    """The objects in the list under a key."""
    found = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [each for each in found[:MOST] if isinstance(each, Mapping)]


def number(row: object, key: str) -> float | None:
    """A number that can be drawn."""
    found = row.get(key) if isinstance(row, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
        return None
    return float(found)


def numbers(data: object, key: str) -> list[float]:
    """The numbers in the list under a key."""
    found = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [
        float(each)
        for each in found[:MOST]
        if isinstance(each, (int, float)) and not isinstance(each, bool) and math.isfinite(each)
    ]


def words(row: object, key: str, most: int = 300) -> str:
    """A text on one line, cut where nobody reads on; a number is written as one."""
    found = row.get(key) if isinstance(row, Mapping) else None
    said = " ".join(str(found).split()) if isinstance(found, (str, int, float)) else ""
    return said if len(said) <= most else said[: most - 1] + "…"


def block(row: object, key: str, most: int = 8_000) -> str:
    """A text of several lines, cut where nobody reads on. A list is a line for each."""
    found = row.get(key) if isinstance(row, Mapping) else None
    if isinstance(found, Sequence) and not isinstance(found, str):
        found = "\n".join(str(each) for each in found[:200])
    if isinstance(found, Mapping):
        found = "\n".join(f"{key}: {value}" for key, value in list(found.items())[:200])
    said = found if isinstance(found, str) else ""
    return said if len(said) <= most else said[:most] + "\n…"


def names(data: object, key: str) -> list[str]:
    """The texts in the list under a key."""
    found = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [each for each in found[:MOST] if isinstance(each, str)]


def mapping(row: object, key: str) -> Row:
    """The object under a key."""
    found = row.get(key) if isinstance(row, Mapping) else None
    return found if isinstance(found, Mapping) else {}


T = TypeVar("T")


def thinned(series: list[T], most: int = 240) -> list[T]:
    """Every nth row, so that a long run is drawn as well as a short one."""
    step = max(1, math.ceil(len(series) / most))
    return series[::step]
