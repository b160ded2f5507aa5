"""SQL that is put together from values and reaches a database, also by way of a variable.

What lives here: following texts through one function at a time. What must not: any other weakness.
"""

import ast
import re
from collections.abc import Iterator

SQL = re.compile(
    r"\s*\(?\s*(?:select\b.*\bfrom|insert\s+into|update\b.*\bset|delete\s+from|with\b.*\bselect|drop\s+(?:table|database)|"
    r"alter\s+table|truncate|create\s+(?:table|index)|grant\b|set\s+\w+)\b|.*\b(?:where|order\s+by|values)\b.*",
    re.IGNORECASE | re.DOTALL,
)
RUNNERS = re.compile(
    "execute|executemany|exec_driver_sql|executescript|scalars?|text|raw|fetch(?:row|val|one|all)?|stream|RawSQL|read_sql|literal_column"
)
"""Names of calls that take a statement as text."""

SURE = re.compile("execute|executemany|exec_driver_sql|executescript|text|RawSQL|literal_column")
WRAPS = re.compile("text|SQL|str|dedent|strip|bindparams|execution_options")
"""Those that take nothing else: what is put together for them need not look like SQL."""


def _fixed(tree: ast.Module) -> set[str]:
    """Names at the top of the file that are texts or numbers which the code itself says."""
    found: set[str] = set()
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and target.id.isupper() and _is_said(value, found):
            found.add(target.id)
    return found


def _is_said(node: ast.AST | None, fixed: set[str]) -> bool:
    """Whether a value is in the code itself: constants, and what is put together of nothing else."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id in fixed
    if isinstance(node, ast.FormattedValue):
        return _is_said(node.value, fixed)
    if isinstance(node, ast.JoinedStr):
        return all(_is_said(each, fixed) for each in node.values)
    if isinstance(node, ast.BinOp):
        return _is_said(node.left, fixed) and _is_said(node.right, fixed)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_said(each, fixed) for each in node.elts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
        return all(_is_said(each, fixed) for each in node.args)
    if isinstance(node, ast.Attribute):
        return node.attr in ("__tablename__", "__table__")
    return False


def built_statements(tree: ast.Module) -> Iterator[int]:
    """The lines of calls that are given such a statement."""
    fixed = _fixed(tree)
    makers = _makers(tree, fixed)
    scopes: list[ast.AST] = [tree]
    scopes += [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in scopes:
        built = dict(makers)
        known = set(fixed)
        for node in _in_order(scope):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name):
                    if _is_said(node.value, known):
                        if not isinstance(node, ast.AugAssign):
                            known.add(target.id)
                            built.pop(target.id, None)
                    elif (text := _built(node.value, known, built)) is not None:
                        built[target.id] = text
                        known.discard(target.id)
                    elif isinstance(node, ast.AugAssign) and target.id in known:
                        built[target.id] = node
                        known.discard(target.id)
            if isinstance(node, ast.Call) and RUNNERS.fullmatch(name := last(node.func)) and node.args:
                text = _built(node.args[0], known, built)
                if text is not None and (SURE.fullmatch(name) or SQL.match(_words(text))):
                    if name == "text" and isinstance(node.func, ast.Attribute) and not _is_alchemy(node.func):
                        continue
                    yield node.lineno


def _makers(tree: ast.Module, fixed: set[str]) -> dict[str, ast.AST]:
    """Functions of the file that return a statement which they have put together."""
    found: dict[str, ast.AST] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in ast.walk(node):
                text = _built(each.value, fixed, {}) if isinstance(each, ast.Return) and each.value else None
                if text is not None and SQL.match(_words(text)):
                    found[node.name] = text
    return found


def _is_alchemy(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("sa", "sqlalchemy", "sql")


def _in_order(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope as they are written, without those of functions in it."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Assign | ast.AnnAssign | ast.AugAssign):
            yield from _in_order(child)
            yield child
        else:
            yield child
            yield from _in_order(child)


def _built(node: ast.AST, fixed: set[str], built: dict[str, ast.AST]) -> ast.AST | None:
    """The expression that puts a text together from values that the code does not say; none if it does not."""
    if isinstance(node, ast.Name):
        return built.get(node.id)
    if isinstance(node, ast.JoinedStr):
        return None if _is_said(node, fixed) else node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        if _is_said(node, fixed):
            return None
        if isinstance(node.op, ast.Mod):
            return node if _is_text(node.left, fixed) else None
        parts = (node.left, node.right)
        inner = next((each for part in parts if (each := _built(part, fixed, built)) is not None), None)
        return inner or (node if any(_is_text(part, fixed) for part in parts) else None)
    if isinstance(node, ast.Call):
        name = last(node.func)
        if name == "format" and isinstance(node.func, ast.Attribute) and _is_text(node.func.value, fixed):
            said = all(_is_said(each, fixed) for each in (*node.args, *(key.value for key in node.keywords)))
            return None if said else node
        if name in built:
            return built[name]
        inside = node.args[0] if node.args else getattr(node.func, "value", None)
        text = None if inside is None else _built(inside, fixed, built)
        return text if text is not None and (WRAPS.fullmatch(name) or SQL.match(_words(text))) else None
    if isinstance(node, ast.Await):
        return _built(node.value, fixed, built)
    if isinstance(node, ast.IfExp):
        return _built(node.body, fixed, built) or _built(node.orelse, fixed, built)
    return None


def _is_text(node: ast.AST, fixed: set[str]) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left, fixed) or _is_text(node.right, fixed)
    said = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return said or isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Name) and node.id in fixed)


def _words(node: ast.AST) -> str:
    """The words of an expression that the code says."""
    return " ".join(
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def last(node: ast.AST) -> str:
    """The last part of a name: `execute` of `work.session.execute`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
