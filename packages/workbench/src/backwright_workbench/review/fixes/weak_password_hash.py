"""Passwords are hashed with argon2; old hashes are taken until their owners sign in, and then replaced.

Only where it is all in sight: one function that hashes, one that compares, every place that asks the second one, the
column, and how its session is committed. Anything less would lock people out, or leave the old hashes for ever.
"""

from collections.abc import Iterator

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Standing
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.signing_in import replaced_at
from backwright_workbench.review.mending.source import last_name
from backwright_workbench.review.mending.spot import Spot

ENOUGH = 100
"""Characters that a hash of argon2 needs in its column."""
FAST = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
NOTE = "install argon2-cffi; each old hash is replaced when its owner signs in"
REQUIREMENTS = "requirements.txt"


def mend(spot: Spot) -> Mend | None:
    """Both functions, each place where somebody signs in, and the dependency."""
    made = spot.function
    old = _returned(spot, made)
    if (
        made is None
        or old is None
        or made.is_async
        or len(made.params) != 1
        or not _is_fast(old, made.params[0].name)
    ):
        return None
    check = _check(spot, made)
    if check is None or not _is_apart(spot, made, check):
        return None
    sites = _sites(spot, check)
    edits: list[Edit] = []
    for site in sites:
        found = replaced_at(spot, site, made.name, ENOUGH)
        if found is None:
            return None
        edits += found
    body = _returned(spot, check)
    if not sites or body is None:
        return None
    plain, stored = _given(spot, body, made)
    if plain is None or stored not in {each.name for each in check.params}:
        return None
    before = spot.source.code(old)
    line = spot.source.indent(spot.source.span(body)[0])
    new = [
        f'if not {stored}.startswith("$argon2"):',
        f"    return hmac.compare_digest({_renamed(before, made.params[0].name, plain)}, {stored})",
        "try:",
        f"    return argon2.PasswordHasher().verify({stored}, {plain})",
        "except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):",
        "    return False",
    ]
    statement = _statement(spot, body)
    edits += [
        spot.source.replace(old, f"argon2.PasswordHasher().hash({made.params[0].name})"),
        spot.source.replace(statement, f"{spot.source.newline}{line}".join(new)),
        *_dependency(spot),
    ]
    return spot.mend(*edits, imports=("argon2", "hmac"), note=NOTE)


def _definition(spot: Spot, function: Function) -> cst.FunctionDef | None:
    for node in spot.source.nodes(cst.FunctionDef):
        if node.name.value == function.name and spot.source.line(node) in (function.line, function.first):
            return node
    return None


def _returned(spot: Spot, function: Function | None) -> cst.BaseExpression | None:
    """What a function returns, if that is all that it does (but for its docstring)."""
    node = _definition(spot, function) if function is not None and function.module is spot.module else None
    if node is None or not isinstance(node.body, cst.IndentedBlock):
        return None
    lines = list(node.body.body)
    if function is not None and function.doc:
        lines = lines[1:]
    if len(lines) == 1 and isinstance(lines[0], cst.SimpleStatementLine) and len(lines[0].body) == 1:
        only = lines[0].body[0]
        return only.value if isinstance(only, cst.Return) else None
    return None


def _statement(spot: Spot, value: cst.BaseExpression) -> cst.CSTNode:
    node: cst.CSTNode = value
    while not isinstance(node, cst.Return):
        node = spot.source.parents[node]
    return node


def _is_fast(node: cst.BaseExpression, param: str) -> bool:
    """`hashlib.sha256(password.encode()).hexdigest()`: no salt, nothing else."""
    if not isinstance(node, cst.Call) or last_name(node.func) != "hexdigest" or node.args:
        return False
    inner = node.func.value if isinstance(node.func, cst.Attribute) else None
    if not isinstance(inner, cst.Call) or last_name(inner.func) not in FAST or len(inner.args) != 1:
        return False
    encoded = inner.args[0].value
    if not isinstance(encoded, cst.Call) or last_name(encoded.func) != "encode":
        return False
    return isinstance(encoded.func, cst.Attribute) and getattr(encoded.func.value, "value", None) == param


def _check(spot: Spot, made: Function) -> Function | None:
    """The function of the file that compares with what the first one makes, if there is one."""
    found = [
        each
        for each in spot.module.functions.values()
        if each is not made and len(each.params) == 2 and not each.is_async and _calls(spot, made, each)
    ]
    return found[0] if len(found) == 1 else None


def _calls(spot: Spot, made: Function, function: Function) -> bool:
    body = _returned(spot, function)
    return body is not None and _given(spot, body, made)[0] is not None


def _given(spot: Spot, node: cst.BaseExpression, made: Function) -> tuple[str | None, str]:
    """The names of the password and the stored hash in `hash(password) == stored` or `compare_digest(…)`."""
    sides: list[cst.BaseExpression] = []
    if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
        if isinstance(node.comparisons[0].operator, cst.Equal):
            sides = [node.left, node.comparisons[0].comparator]
    elif isinstance(node, cst.Call) and last_name(node.func) == "compare_digest":
        sides = [each.value for each in node.args]
    for one, other in ((sides[0], sides[1]), (sides[1], sides[0])) if len(sides) == 2 else ():
        if isinstance(one, cst.Call) and last_name(one.func) == made.name and len(one.args) == 1:
            value = one.args[0].value
            if isinstance(value, cst.Name) and isinstance(other, cst.Name):
                return value.value, other.value
    return None, ""


def _uses(spot: Spot, function: Function) -> Iterator[Standing[s.Call]]:
    return (each for each in spot.app.calls(function.name) if each.node.refers == function.qualified)


def _sites(spot: Spot, check: Function) -> list[Standing[s.Call]]:
    return list(_uses(spot, check))


def _is_apart(spot: Spot, made: Function, check: Function) -> bool:
    """Whether what is hashed elsewhere is stored, and neither compared nor searched: each new hash is another one."""
    calls = {each.node for each in _uses(spot, made) if each.function is not check}
    if any(each.function is None or each.function.is_async for each in _uses(spot, made)):
        return False
    for each in spot.app.nodes(s.Operation):
        if each.node.operator in ("==", "!=", "in") and calls & set(s.calls_in(each.node)):
            return False
    return not any(
        calls & set(s.calls_in(*each.node.args, *each.node.keywords))
        for each in spot.app.nodes(s.Call)
        if each.node.name
        in ("filter", "filter_by", "where", "find_one", "find", "get", "execute", "one_or_none")
    )


def _renamed(code: str, old: str, new: str) -> str:
    class Renamer(cst.CSTTransformer):
        def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
            return updated_node.with_changes(value=new) if original_node.value == old else updated_node

    changed = cst.parse_expression(code).visit(Renamer())
    return cst.Module([]).code_for_node(changed) if isinstance(changed, cst.CSTNode) else code


def _dependency(spot: Spot) -> Iterator[Edit]:
    """A line of the requirements, if the project has such a file and argon2 is not in it."""
    text = spot.app.files.get(REQUIREMENTS)
    if text is not None and "argon2-cffi" not in spot.app.dependencies:
        gap = "" if text.endswith("\n") or not text else "\n"
        yield Edit(REQUIREMENTS, len(text), len(text), f"{gap}argon2-cffi>=23.1\n")
