"""Which values of a request reach which dangerous place, over calls and files.

What lives here: following values through the neutral syntax. What must not: what a rule thinks of it.
"""

from backwright_workbench.codebase.flow.analysis import flows
from backwright_workbench.codebase.flow.found import Flow, Passed

__all__ = ["Flow", "Passed", "flows"]
