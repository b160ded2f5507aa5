"""What is only known when more of a line is read: texts side by side, and the errors of an `except`.

What lives here: going back to what was written and completing it. What must not: reading tokens (`newer.py`).
"""

TEXT = "__backwright_text__"
"""What stands for an f-string in rewritten code; nobody calls something of this name."""


class Run:
    """Texts that stand side by side are one; with a value in one of them, a call of all."""

    def __init__(self, out: list[str]) -> None:
        self._out = out
        self._after: list[int] = []
        self._before = 0
        self._is_made = False

    def take(self, text: str, is_made: bool) -> None:
        if not self._after:
            self._before = len(self._out)
            self._out.append("")
            self._is_made = False
        self._is_made |= is_made
        self._out += [text, ""]
        self._after.append(len(self._out) - 1)

    def end(self) -> None:
        if len(self._after) > 1 and self._is_made:
            self._out[self._before] = f"{TEXT}("
            for each in self._after:
                self._out[each] = ","
            self._out[self._after[-1]] = ")"
        self._after.clear()


class Clause:
    """`except A, B:` gets its parentheses."""

    def __init__(self, out: list[str]) -> None:
        self._out = out
        self._before = -1
        self._has_comma = False

    def begin(self) -> None:
        self._out.append(" ")
        self._before = len(self._out) - 1
        self._has_comma = False

    def leave(self) -> None:
        self._before = -1

    def take(self, sign: str) -> str:
        """A token outside of brackets, as it is to be written."""
        if self._before < 0 or sign not in (",", ":", "\n"):
            return sign
        if sign == ",":
            self._has_comma = True
            return sign
        before, self._before = self._before, -1
        if not self._has_comma or sign != ":":
            return sign
        self._out[before] = " ("
        return "):"
