"""Python 2: recognised, and not read.

What lives here: what only Python 2 takes. What must not: reading it.
"""

import re

ONLY_THERE = re.compile(
    r"""
      \braise\s+[\w.]+\s*,                                #  raise ValueError, "x"
    | \bur["'] | <> | `[^`]+` | \b0\d*[1-9]\d*\b | \b(?:0[xX][\da-fA-F]+|\d+)[lL]\b
    | ^\s*def\s+\w+\s*\(.*\([\w\s,]+\)[^=]*\)\s*:           # def f(a, (b, c)):
    """,
    re.VERBOSE,
)
CAUGHT = re.compile(r"^\s*except\b[^:(#]*,\s*([a-z_]\w*)\s*:")


def is_python_2(text: str, error: SyntaxError) -> bool:
    """Whether the line at which Python 3 gives up is one that Python 2 takes."""
    if "Missing parentheses in call to" in error.msg:
        return True
    lines = text.splitlines()
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    caught = CAUGHT.match(line)
    if caught:  # `except IOError, error:`, and not two kinds of errors as Python 3.14 writes them
        return not re.search(rf"\b(?:class|import)\b[^\n]*\b{caught[1]}\b", text)
    return error.msg.startswith(("invalid", "leading zeros", "Generator")) and bool(ONLY_THERE.search(line))
