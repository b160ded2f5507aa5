"""A token is checked again, in the way that the project signs its own."""

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.source import argument, is_name, is_spread, positional, text_in
from backwright_workbench.review.mending.spot import Spot
from backwright_workbench.review.rules.security.jwt_misuse import SWITCHES


def mend(spot: Spot) -> Mend | None:
    """Switches go, `none` is no algorithm, and missing `algorithms` are those that `encode` uses."""
    call = spot.call("decode")
    if call is None or is_spread(call):
        return None
    has_key = len(positional(call)) > 1 or argument(call, "key") is not None
    algorithms = argument(call, "algorithms") or (positional(call)[2] if len(positional(call)) > 2 else None)
    edits: list[Edit | None] = []
    switch = argument(call, "verify")
    if switch is not None and is_name(switch.value, "False"):
        edits.append(spot.source.without_argument(call, switch))
    options = argument(call, "options")
    if options is not None:
        edits += _options(spot, call, options)
    if algorithms is not None:
        edits += _without_none(spot, algorithms.value)
    else:
        used = _algorithm(spot)
        edits.append(spot.source.with_argument(call, f'algorithms=["{used}"]') if used else None)
    return spot.mend(*edits) if edits and has_key else None


def _options(spot: Spot, call: cst.Call, options: cst.Arg) -> list[Edit | None]:
    if not isinstance(options.value, cst.Dict):
        return [None]
    entries = [each for each in options.value.elements if isinstance(each, cst.DictElement)]
    off = [each for each in entries if text_in(each.key) in SWITCHES and is_name(each.value, "False")]
    if len(off) == len(options.value.elements):
        return [spot.source.without_argument(call, options)] if off else []
    return [spot.source.replace(each.value, "True") for each in off]


def _without_none(spot: Spot, node: cst.BaseExpression) -> list[Edit | None]:
    if not isinstance(node, cst.List):
        return []
    kept = [each for each in node.elements if (text_in(each.value) or "").lower() != "none"]
    if len(kept) == len(node.elements):
        return []
    shown = ", ".join(spot.source.code(each.value) for each in kept)
    return [spot.source.replace(node, f"[{shown}]") if kept else None]


def _algorithm(spot: Spot) -> str:
    """The one algorithm with which the project writes its tokens; empty if there are several, or none is seen."""
    found: set[str] = set()
    for each in spot.app.calls("encode"):
        if each.node.refers.startswith(("jwt.", "jose.")):
            given = each.node.argument(2, "algorithm")
            if isinstance(given, s.Name | s.Attribute) and given.refers:
                given = spot.app.project.value(given.refers)
            found.add(s.text_of(given) or ("" if given is not None else "HS256"))
    return found.pop() if len(found) == 1 else ""
