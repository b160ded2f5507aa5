"""The files of a service → its blueprint. Values in, values out: nothing is imported, executed or written."""

from backwright_workbench.codebase.notes import ReadBack, Unread
from backwright_workbench.codebase.plain import plain
from backwright_workbench.codebase.reading import read, read_blueprint

__all__ = ["ReadBack", "Unread", "plain", "read", "read_blueprint"]
