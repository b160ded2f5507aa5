"""Blueprint → the files of a service, as text. Values in, values out: nothing here reads or writes a disk."""

from backwright_workbench.codegen.files import DERIVED, lines_by_area, write

__all__ = ["DERIVED", "lines_by_area", "write"]
