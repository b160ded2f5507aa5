"""Where somebody signs in: once the password is known to be right, the stored hash can be replaced.

What lives here: finding that moment in a function, and how its row is stored. What must not: hashing.
"""

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Standing
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.review.mending.edit import Edit
from backwright_workbench.review.mending.source import Source, last_name
from backwright_workbench.review.mending.spot import Spot


def replaced_at(spot: Spot, site: Standing[s.Call], hashes: str, enough: int) -> list[Edit] | None:
    """The edits that store a new hash after the check at `site`; None where the moment or the row is not clear.

    `hashes` is the name of the function that hashes, which has to be known in that file; `enough` is how long the
    column has to be.
    """
    function, call = site.function, site.node
    if function is None or function.is_async or len(call.args) != 2 or call.keywords:
        return None
    stored = call.args[1]
    if not isinstance(stored, s.Attribute) or not isinstance(stored.base, s.Name):
        return None
    commit = _commit(spot, function, stored)
    if commit is None or not _fits(spot, function, stored, enough):
        return None
    if hashes not in site.module.imports and hashes not in site.module.functions:
        return None
    source = (
        spot.source
        if site.module is spot.module
        else Source(site.module.path, spot.app.files[site.module.path])
    )
    return _after(source, call, hashes, commit)


def _fits(spot: Spot, function: Function, stored: s.Attribute, enough: int) -> bool:
    kind = spot.app.types.of(stored.base, function)
    model = spot.app.models.get(kind.name) if kind is not None else None
    column = model.column(stored.name) if model is not None else None
    return column is not None and (column.length is None or column.length >= enough)


def _commit(spot: Spot, function: Function, stored: s.Attribute) -> str | None:
    """The statement that stores the row."""
    assert isinstance(stored.base, s.Name)
    kind = spot.app.types.of(stored.base, function)
    model = spot.app.models.get(kind.name) if kind is not None else None
    if model is not None and model.orm == "django":
        return f'{stored.base.id}.save(update_fields=["{stored.name}"])'
    for param in function.params:
        found = spot.app.types.of(s.Name(param.line, param.line, 0, param.name, ""), function)
        if (
            found is not None
            and found.name.startswith(("sqlalchemy.orm", "sqlmodel."))
            and "Session" in found.name
        ):
            return f"{param.name}.commit()"
    for node in function.walk():
        if isinstance(node, s.Attribute) and node.name == "session" and isinstance(node.base, s.Name):
            return f"{node.base.id}.session.commit()"
    made = [
        name for name, known in function.module.imports.items() if known.endswith((".db", ".database.db"))
    ]
    own = [name for name, each in function.module.assigned() if s.last_name(each.value) == "SQLAlchemy"]
    names = {*made, *own}
    return f"{names.pop()}.session.commit()" if len(names) == 1 else None


def _after(source: Source, call: s.Call, hashes: str, commit: str) -> list[Edit] | None:
    """After `if not verify(…): raise …`, or at the beginning of `if verify(…):`."""
    position = source.at(call.line, call.column)
    node: cst.CSTNode | None = next(
        (each for each in source.nodes(cst.Call) if source.span(each)[0] == position), None
    )
    if not isinstance(node, cst.Call):
        return None
    plain, stored = (source.code(each.value) for each in node.args)
    negated = False
    above = source.parents.get(node)
    while not isinstance(above, cst.If):
        if isinstance(above, cst.UnaryOperation) and isinstance(above.operator, cst.Not):
            negated = not negated
        elif isinstance(above, cst.BooleanOperation):
            if isinstance(above.operator, cst.Or) is not negated:
                return None
        else:
            return None
        above = source.parents.get(above)
    if not isinstance(above.body, cst.IndentedBlock):
        return None
    first = source.span(above.body.body[0])[0]
    start = source.span(above)[0]
    inner, outer = source.indent(first), source.indent(start)
    step = inner[len(outer) :] or "    "
    lines = [
        f'if not {stored}.startswith("$argon2"):',
        f"{step}{stored} = {hashes}({plain})",
        f"{step}{commit}",
    ]
    if not negated:
        return [source.insert(first, f"{source.newline}{inner}".join(lines) + f"{source.newline}{inner}")]
    ends = _ends(above.body.body[-1])
    is_elif = source.text.startswith("elif", start)
    if not ends or above.orelse is not None or is_elif:
        return None
    end = source.text.find("\n", source.span(above)[1])
    at = end + 1 if end >= 0 else len(source.text)
    lead = "" if end >= 0 else source.newline
    return [source.insert(at, lead + "".join(f"{outer}{each}{source.newline}" for each in lines))]


def _ends(node: cst.BaseStatement) -> bool:
    """Whether nobody comes past a statement: `return`, `raise`, `abort(401)`."""
    last = node.body[-1] if isinstance(node, cst.SimpleStatementLine) else None
    if isinstance(last, cst.Expr) and isinstance(last.value, cst.Call):
        return last_name(last.value.func) == "abort"
    return isinstance(last, cst.Return | cst.Raise)
