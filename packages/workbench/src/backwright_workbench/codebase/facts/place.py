"""Where something stands in a project."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Lines of a file; lines count from 1, columns from 0, `end` is the last line."""

    path: str
    line: int
    end: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
