"""The files of a service → its blueprint. Values in, values out: nothing is imported, executed or written."""

from backwright_workbench.codebase.readback.notes import ReadBack, Unread
from backwright_workbench.codebase.readback.plain import plain
from backwright_workbench.codebase.readback.reading import read, read_blueprint

__all__ = ["ReadBack", "Unread", "plain", "read", "read_blueprint"]
