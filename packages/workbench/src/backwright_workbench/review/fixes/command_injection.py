"""A command for a shell becomes a program with its arguments."""

import re
import shlex

import libcst as cst

from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.pieces import Unknown, pieces_of, plain_value
from backwright_workbench.review.mending.source import argument, is_name, is_spread, last_name, positional
from backwright_workbench.review.mending.spot import Spot

SHELL = re.compile(r"[|&;<>$`()*?~#!{}\[\]\n\\]|^\s*\w+=")
"""What a shell gives a meaning to; a command with any of it stays as it is."""
RUNS = ("run", "call", "check_call", "check_output", "Popen")
HOLE = "\x00"


def mend(spot: Spot) -> Mend | None:
    """Only simple commands, in which each value is (a part of) one argument."""
    call = spot.call("system", "popen", *RUNS)
    if call is None or is_spread(call) or not positional(call) or call.args[0].keyword is not None:
        return None
    try:
        words = _words(spot, call.args[0].value)
    except (Unknown, ValueError):
        return None
    known = spot.refers(call)
    if known in ("os.system", "os.popen") and len(call.args) == 1:
        return _of_os(spot, call, words, known)
    shell = argument(call, "shell")
    if not known.startswith("subprocess.") or shell is None or not is_name(shell.value, "True"):
        return None
    return spot.mend(
        spot.source.replace(call.args[0].value, words), spot.source.without_argument(call, shell)
    )


def _of_os(spot: Spot, call: cst.Call, words: str, known: str) -> Mend | None:
    """`os.system` gives a code, `os.popen` a file that is read at once."""
    parent = spot.source.parents.get(call)
    if known == "os.system":
        is_used = not isinstance(parent, cst.Expr)
        text = f"subprocess.run({words}, check=False){'.returncode' if is_used else ''}"
        return spot.mend(spot.source.replace(call, text), imports=("subprocess",))
    above = spot.source.parents.get(parent) if parent is not None else None
    if (
        not isinstance(parent, cst.Attribute)
        or last_name(parent) != "read"
        or not isinstance(above, cst.Call)
    ):
        return None
    text = f"subprocess.run({words}, capture_output=True, text=True, check=False).stdout"
    edit = Edit(spot.source.path, spot.source.span(call)[0], spot.source.span(above)[1], text)
    return spot.mend(edit, imports=("subprocess",)) if not above.args else None


def _words(spot: Spot, node: cst.BaseExpression) -> str:
    """The list of program and arguments. Raises `Unknown` or `ValueError`."""
    found = pieces_of(spot.source, node)
    values = [each.value for each in found.pieces if each.value]
    literal = "".join(HOLE if each.value else each.text for each in found.pieces)
    if SHELL.search(literal.replace(HOLE, "")) or not values:
        raise Unknown
    shown: list[str] = []
    for word in shlex.split(literal):
        parts = word.split(HOLE)
        if len(parts) == 1:
            shown.append(f'"{word}"' if '"' not in word else repr(word))
            continue
        if not shown:
            raise Unknown  # the value decides which program runs
        if len(parts) == 2 and parts == ["", ""]:
            shown.append(_text(spot, plain_value(values.pop(0))))
            continue
        inner = [parts[0]]
        for part in parts[1:]:
            inner += [f"{{{values.pop(0)}}}", part]
        code = "".join(inner)
        if '"' in code or "\\" in code:
            raise Unknown
        shown.append(f'f"{code}"')
    return f"[{', '.join(shown)}]"


def _text(spot: Spot, code: str) -> str:
    """The code of a value that has to be a text."""
    function = spot.function
    for each in function.params if function is not None else ():
        if each.name == code and getattr(each.annotation, "refers", "") == "builtins.str":
            return code
    return f"str({code})"
