"""Passwords that are written to a table as they came.

What lives here: constructors, assignments and the column behind them. What must not: hashes, comparisons.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Class
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.finding import Confidence, Seen
from backwright_workbench.review.passwords import hashes_itself, is_raw

ASKING = frozenset(["filter_by", "filter", "find_one", "get_or_none", "find"])
CONSTRUCTORS = frozenset(
    ["create", "insert_one", "insert", "get_or_create", "update_or_create", "update_one", "values"]
)
STORE = "store the result of a slow, salted hash: argon2 (`argon2.PasswordHasher().hash(password)`), and verify with it"


def written(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    """`User(password=form.password)`."""
    call = standing.node
    if call.name in ASKING:
        return  # a question: `compared_passwords`
    found = app.types.callee(call, standing.function)
    owner = found if isinstance(found, Class) else None
    if owner is None and not (call.name in CONSTRUCTORS and isinstance(call.callee, s.Attribute)):
        return
    if owner is None and _is_foreign(app, call.refers):
        return
    if owner is not None and (owner.qualified not in app.models or hashes_itself(app, owner)):
        return
    for name, value in _parts(app, call, owner):
        if secret_kind(name) == "password" and (is_raw(app, value, standing.function) or _is_text(value)):
            if not _is_text(value):  # a text in the code is another fault as well
                yield readable(standing, f"`{name}` is stored as it came", place_of=value)
            if owner is not None:
                yield from column_of(app, owner, name)
            return


def _is_foreign(app: Application, known: str) -> bool:
    """Whether it is of a library: `URL.create(password=…)` makes an address."""
    first = known.partition(".")[0]
    if ".objects" in known:
        return False
    return bool(first) and all(name.partition(".")[0] != first for name in app.project.modules)


def _is_text(value: s.Expression) -> bool:
    """Whether a password is written out, and not as a hash."""
    text = s.text_of(value)
    return bool(text) and not str(text).startswith(("$", "pbkdf2", "scrypt", "argon2", "bcrypt", "{"))


def _parts(app: Application, call: s.Call, owner: Class | None) -> Iterator[tuple[str, s.Expression]]:
    yield from named_values(call)
    made = app.project.method(owner, "__init__") if owner is not None else None
    if made is not None:
        yield from ((param.name, value) for param, value in zip(made.params[1:], call.args, strict=False))


def named_values(call: s.Call) -> Iterator[tuple[str, s.Expression]]:
    """What a call is given under a name: its keywords, and the entries of mappings that are written out."""
    yield from ((each.name, each.value) for each in call.keywords)
    for each in call.args:
        if isinstance(each, s.Pairs):
            yield from each.entries()


def assigned(app: Application, standing: Standing[s.Assign]) -> Iterator[Seen]:
    """`user.password = form.password`, but not where the class hashes by itself."""
    value = standing.node.value
    for target in standing.node.targets:
        if not isinstance(target, s.Attribute) or secret_kind(target.name) != "password" or value is None:
            continue
        if isinstance(target.base, s.Name) and target.base.id == "self":
            continue  # decided where one is made
        kind = app.types.of(target.base, standing.function)
        owner = app.project.classes.get(kind.name) if kind else None
        if owner is not None and (owner.qualified not in app.models or hashes_itself(app, owner)):
            continue
        if owner is None and not {"user", "account", "member", "customer", "admin"} & set(
            words(s.last_name(target.base))
        ):
            continue
        if is_raw(app, value, standing.function):
            yield readable(standing, f"`{s.written(target)}` is set to what came in")


def column_of(app: Application, owner: Class, name: str) -> Iterator[Seen]:
    """The column that holds what was written to it raw."""
    column = app.models[owner.qualified].columns.get(name)
    if column is not None:
        message = f"`{owner.name}.{column.attribute}` holds passwords as they came"
        yield Seen(
            column.place, f"{message}: whoever reads the table has them", fix=STORE, cause=owner.qualified
        )


def readable(
    standing: Standing[s.Call]
    | Standing[s.Assign]
    | Standing[s.Operation]
    | Standing[s.Text]
    | Standing[s.Literal],
    message: str,
    place_of: s.Expression | None = None,
) -> Seen:
    """What is seen where a password stays readable."""
    place = standing.module.at(place_of) if place_of is not None else standing.place
    return Seen(place, f"{message}: whoever reads the table has the passwords", Confidence.HIGH, fix=STORE)
