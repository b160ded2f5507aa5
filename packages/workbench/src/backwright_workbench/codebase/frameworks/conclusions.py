"""What the signs of a function and of all that it calls say together.

What lives here: from signs to purposes. What must not: finding the signs (`sign_reading.py`), following calls.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.frameworks.signs import Signs


def concluded(
    chain: list[tuple[s.Call | None, Function, Signs]], is_guard: bool
) -> tuple[set[Purpose], bool]:
    """What the signs say together, and whether somebody is refused."""
    found: set[Purpose] = set()
    signs = [each for _, _, each in chain]
    raises = is_guard and any(each.raises and (via is None or each.proof) for via, _, each in chain)
    refuses = raises or any(each.refusal is not None or each.strict is not None for each in signs)
    identity = any(each.identity is not None for each in signs)
    if (identity and refuses) or any(each.strict for each in signs):
        found.add(Purpose.AUTHENTICATION)
    if is_guard and any(each.proof for each in signs):
        found.add(Purpose.AUTHENTICATION)
    has_role = any(each.role and (each.refusal or each.raises) for each in signs)
    if any(each.owner for each in signs) or has_role or (refuses and any(each.role for each in signs)):
        found.add(Purpose.AUTHORIZATION)
    if any(each.limits for via, _, each in chain if via is None):
        found.add(Purpose.RATE_LIMIT)
    if is_guard and signs:
        found |= {Purpose.HEADERS} if any(each.headers for each in signs) else set()
        found |= {Purpose.ERRORS} if any(each.catches for each in signs[:2]) else set()
    return found, refuses


def body_guard(
    function: Function, chain: list[tuple[s.Call | None, Function, Signs]], purposes: frozenset[Purpose]
) -> Guard:
    """The guard that a handler is to itself, at the place of what shows it best."""
    for via, _, signs in chain:
        owned = signs.owner or signs.role if Purpose.AUTHORIZATION in purposes else None
        node = owned or signs.strict or signs.identity
        if node is not None:
            place = function.at(via or node)
            return Guard(s.written(via.callee if via else _plain(node)), purposes, Level.BODY, place)
    return Guard(function.name, purposes, Level.BODY, function.head)


def _plain(node: s.Node) -> s.Node:
    if not isinstance(node, s.Operation) or not node.operands:
        return node
    return node.operands[-1 if node.operator in ("in", "not in") else 0]
