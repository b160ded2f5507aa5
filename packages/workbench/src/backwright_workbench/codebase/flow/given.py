"""A call with the values of its arguments.

What lives here: asking for arguments. What must not: what a call does with them.
"""

from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.flow.values import EMPTY, Value, merged


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A call with the values of its arguments."""

    node: s.Call
    receiver: Value
    args: list[Value]
    named: dict[str, Value]
    spread: Value

    def arguments(self) -> Value:
        """All arguments as one."""
        return Value(
            merged(
                taint
                for each in (*self.args, *self.named.values(), self.spread)
                for taint in each.all_taints()
            )
        )

    def everything(self) -> Value:
        """All arguments as one; the text of a single one."""
        if len(self.args) == 1 and not self.named:
            return Value(self.args[0].all_taints(), self.args[0].text)
        return self.arguments()

    def at(self, argument: int | str) -> Value:
        """The value at a position or under a name."""
        if isinstance(argument, int):
            return self.args[argument] if argument < len(self.args) else EMPTY
        return self.named.get(argument, EMPTY)
