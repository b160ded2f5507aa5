"""Texts that are made of values: `%`, `format`, `join`.

What lives here: templates of texts. What must not: other operations.
"""

import re
import string

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.flow.frame import Frame
from backwright_workbench.codebase.flow.given import Given
from backwright_workbench.codebase.flow.parts import part
from backwright_workbench.codebase.flow.values import EMPTY, Value, composed


def pieces(text: str) -> list[tuple[str, bool, str]]:
    """A `%` format in its parts: text before, whether a value follows, and the specifier."""
    found: list[tuple[str, bool, str]] = []
    last = 0
    for each in re.finditer(r"%(?:\((\w+)\))?[-+ #0]*(?:\d+|\*)?(?:\.\d+)?([a-zA-Z%])", text):
        if each.group(2) == "%":
            continue
        found.append((text[last : each.start()], True, each.group(0)))
        last = each.end()
    found.append((text[last:], False, ""))
    return found


def percent(frame: Frame, node: s.Operation, values: list[Value]) -> Value:
    """`text % values`; numbers are harmless."""
    template, given = values
    right = node.operands[1]
    if template.text is None:
        return composed([template, Value(given.all_taints())], frame.at(node))
    if isinstance(right, s.Group) and given.parts is not None:
        items = [given.parts.get(str(at), EMPTY) for at in range(len(right.items))]
    elif isinstance(right, s.Pairs):
        items = []
    else:
        items = [Value(given.all_taints(), given.text)]
    made: list[Value] = [Value(template.taints, "")] if template.taints else []
    for at, (before, has_value, specifier) in enumerate(pieces(template.text)):
        made.append(Value(text=before))
        if has_value:
            if specifier[-1] not in "sra":
                made.append(EMPTY)
            elif isinstance(right, s.Pairs):
                named = re.match(r"%\((\w+)\)", specifier)
                made.append(
                    (given.parts or {}).get(named.group(1), EMPTY) if named else Value(given.all_taints())
                )
            else:
                made.append(items[at] if at < len(items) else EMPTY)
    return composed(made, frame.at(node))


def formatted(frame: Frame, given: Given) -> Value:
    """`"…{}…".format(value)`."""
    text = given.receiver.text or ""
    pieces: list[Value] = [Value(given.receiver.taints, "")] if given.receiver.taints else []
    automatic = 0
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        return composed([Value((), text), given.arguments()], frame.at(given.node))
    for before, name, _, _ in parsed:
        pieces.append(Value(text=before))
        if name is None:
            continue
        first = name.split(".")[0].split("[")[0]
        if first == "" or first.isdigit():
            at = int(first) if first else automatic
            automatic += 1
            found = given.args[at] if at < len(given.args) else EMPTY
        else:
            found = given.named.get(first) or part(given.spread, first)
        pieces.append(Value(found.all_taints(), found.text))
    return composed(pieces, frame.at(given.node))


def joined(frame: Frame, given: Given) -> Value:
    """`separator.join(values)`."""
    items = given.args[0] if given.args else EMPTY
    between = Value((), given.receiver.text)
    if not items.parts:
        return composed([Value(items.all_taints(), items.text), between], frame.at(given.node))
    pieces: list[Value] = []
    for each in items.parts.values():
        pieces += [Value(each.all_taints(), each.text), between]
    if items.taints:
        pieces += [Value(items.taints), between]
    return composed(pieces[:-1] if len(pieces) > 2 else pieces, frame.at(given.node))
