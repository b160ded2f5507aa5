"""Python source text → neutral syntax with resolved names. Nothing is imported or executed."""

from backwright_workbench.codebase.python.loading import load

__all__ = ["load"]
