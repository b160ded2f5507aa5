"""Passwords that are stored as they are, or behind a hash that is cheap to try."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.passwords import hashes_itself, is_hashed, is_password, is_raw, name_of
from backwright_workbench.review.rule import About

ABOUT = About(
    "Passwords are stored so that they can be read or guessed",
    Severity.HIGH,
    cwe=(256, 916),
    owasp=("A02:2021", "API2:2023"),
)
FAST = re.compile(
    r"^(?:hashlib\.(?:md5|sha1|sha224|sha256|sha384|sha512|sha3_\d+|blake2[bs]|new)|Crypto\.Hash\.\w+\.new)$"
)
WEAK_SCHEMES = re.compile(
    r"plaintext|^(?:hex_)?md[45]|^(?:hex_)?sha1|unsalted|^des_crypt|^(?:hex_)?sha256$|ldap_|^mysql", re.I
)
AGAIN = frozenset(
    [
        "confirm",
        "confirmation",
        "confirmed",
        "repeat",
        "repeated",
        "again",
        "2",
        "verify",
        "retype",
        "old",
        "new",
    ]
)
ASKING = frozenset(["filter_by", "filter", "find_one", "get_or_none", "find"])
REAL = frozenset(["real", "stored", "actual", "saved", "db", "existing", "correct"])
CONSTRUCTORS = frozenset(
    ["create", "insert_one", "insert", "get_or_create", "update_or_create", "update_one", "values"]
)
STORE = "store the result of a slow, salted hash: argon2 (`argon2.PasswordHasher().hash(password)`), and verify with it"


def find(app: Application) -> Iterator[Seen]:
    """Fast hashes of passwords, passwords that are written as they came, and passwords that are compared as texts."""
    for standing in app.nodes(s.Call):
        yield from _hashed(standing)
        yield from _written(app, standing)
    for assign in app.nodes(s.Assign):
        yield from _assigned(app, assign)
    for compared in app.nodes(s.Operation):
        yield from _compared(app, compared)


# Hashes


def _hashed(standing: Standing[s.Call]) -> Iterator[Seen]:
    call = standing.node
    if FAST.match(call.refers) and _is_of_password(standing):
        name = call.refers.rpartition(".")[2]
        if not _is_prepared(standing):
            yield _seen(
                standing, f"a password is hashed with {name}, of which a machine tries billions a second"
            )
    elif call.name == "CryptContext":
        schemes = call.keyword("schemes")
        names = [s.text_of(each) or "" for each in schemes.items] if isinstance(schemes, s.Group) else []
        if names and WEAK_SCHEMES.search(names[0]):
            yield _seen(standing, f"passwords are stored as `{names[0]}`")
    elif call.name == "generate_password_hash":
        method = s.text_of(call.argument(1, "method")) or ""
        rounds = method.rpartition(":")[2]
        if method and (WEAK_SCHEMES.search(method.partition(":")[0]) or method == "plain"):
            yield _seen(standing, f"passwords are hashed as `{method}`")
        elif method.startswith("pbkdf2") and rounds.isdigit() and int(rounds) < 100_000:
            yield _seen(standing, f"passwords are hashed as `{method}`: too few rounds")


def _is_of_password(standing: Standing[s.Call]) -> bool:
    """Whether what is hashed is called a password, or the function is there to hash one."""
    for node in s.walk(*standing.node.args):
        name = s.last_name(node) if isinstance(node, s.Name | s.Attribute) else s.text_of(node) or ""
        if isinstance(node, s.Name | s.Attribute | s.Literal) and secret_kind(name) == "password":
            return True
    function = standing.function
    return (
        function is not None
        and bool(standing.node.args)
        and "password" in words(function.name)
        and ("hash" in function.name.lower() or "encrypt" in function.name.lower())
    )


def _is_prepared(standing: Standing[s.Call]) -> bool:
    """Whether the fast hash only shortens what a slow one then takes (bcrypt reads 72 bytes)."""
    function = standing.function
    if function is None:
        return False
    return any(
        re.search(r"bcrypt|argon2|scrypt|pbkdf2", s.written(call.callee), re.I)
        for call in s.calls_in(*function.body)
    )


# Writes


def _written(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    """`User(password=form.password)`."""
    call = standing.node
    if call.name in ASKING:
        yield from _asked(app, standing)
        return
    found = app.types.callee(call, standing.function)
    owner = found if isinstance(found, Class) else None
    if owner is None and not (call.name in CONSTRUCTORS and isinstance(call.callee, s.Attribute)):
        return
    if owner is None and _is_foreign(app, call.refers):
        return
    if owner is not None and (owner.qualified not in app.models or hashes_itself(app, owner)):
        return
    for name, value in _parts(app, call, owner):
        if secret_kind(name) == "password" and is_raw(app, value, standing.function):
            yield _seen(standing, f"`{name}` is stored as it came", place_of=value)
            if owner is not None:
                yield from _column(app, owner, name)
            return


def _is_foreign(app: Application, known: str) -> bool:
    """Whether it is of a library: `URL.create(password=…)` makes an address."""
    first = known.partition(".")[0]
    if ".objects" in known:
        return False
    return bool(first) and all(name.partition(".")[0] != first for name in app.project.modules)


def _column(app: Application, owner: Class, name: str) -> Iterator[Seen]:
    """The column that holds what was written to it raw."""
    column = app.models[owner.qualified].columns.get(name)
    if column is not None:
        message = f"`{owner.name}.{column.attribute}` holds passwords as they came"
        yield Seen(
            column.place, f"{message}: whoever reads the table has them", fix=STORE, cause=owner.qualified
        )


def _asked(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    """`filter_by(name=name, password=password)`: who asks for a row by its password has it stored readable."""
    pairs = [(each.name, each.value) for each in standing.node.keywords]
    for each in standing.node.args:
        if isinstance(each, s.Pairs):
            pairs += [
                (s.text_of(key) or "", value) for key, value in zip(each.keys, each.values, strict=True)
            ]
    for name, value in pairs:
        if secret_kind(name) == "password" and _is_plain(value, standing.function):
            yield _seen(standing, "a row is asked for by its password")
            owner = app.project.classes.get(_asked_class(standing.node))
            if owner is not None and owner.qualified in app.models:
                yield from _column(app, owner, name)
            return


def _is_plain(value: s.Expression, function: Function | None) -> bool:
    is_value = isinstance(value, s.Name | s.Item | s.Attribute)
    return is_value and is_password(value) and not is_hashed(value, function)


def _asked_class(call: s.Call) -> str:
    """`User` of `User.query.filter_by(…)` and `session.query(User).filter_by(…)`."""
    root = s.root_of(call)
    if s.refers(root):
        return s.refers(root)
    inner = next((each for each in s.calls_in(call) if each.name == "query" and each.args), None)
    return s.refers(inner.args[0]) if inner is not None else ""


def _parts(app: Application, call: s.Call, owner: Class | None) -> Iterator[tuple[str, s.Expression]]:
    yield from ((each.name, each.value) for each in call.keywords)
    for each in call.args:
        if isinstance(each, s.Pairs):
            yield from (
                (s.text_of(key) or "", value) for key, value in zip(each.keys, each.values, strict=True)
            )
    made = app.project.method(owner, "__init__") if owner is not None else None
    if made is not None:
        yield from ((param.name, value) for param, value in zip(made.params[1:], call.args, strict=False))


def _assigned(app: Application, standing: Standing[s.Assign]) -> Iterator[Seen]:
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
            yield _seen(standing, f"`{s.written(target)}` is set to what came in")


# Comparisons


def _compared(app: Application, standing: Standing[s.Operation]) -> Iterator[Seen]:
    """`user.password == password`, in code or in a condition of a query."""
    if standing.node.operator not in ("==", "!=") or len(standing.node.operands) != 2:
        return
    left, right = standing.node.operands
    for stored, given in ((left, right), (right, left)):
        if _are_both(stored, given) and not is_hashed(given, standing.function):
            yield _seen(
                standing,
                f"`{s.written(stored)}` is compared with `{s.written(given)}`: it is stored readable",
            )
            return
        if not isinstance(stored, s.Attribute | s.Item) or secret_kind(name_of(stored)) != "password":
            continue
        if set(words(name_of(stored)) + words(name_of(given))) & AGAIN or not _is_stored(
            app, stored, standing.function
        ):
            continue
        if is_raw(app, given, standing.function) or (
            isinstance(given, s.Name)
            and secret_kind(given.id) == "password"
            and not is_hashed(given, standing.function)
        ):
            yield _seen(
                standing,
                f"`{s.written(stored)}` is compared with what the caller sends: it is stored readable",
            )
            return


def _are_both(stored: s.Expression, given: s.Expression) -> bool:
    """`password == real_password`."""
    if not (isinstance(stored, s.Name) and isinstance(given, s.Name)):
        return False
    return is_password(stored) and is_password(given) and bool(set(words(stored.id)) & REAL)


def _is_stored(app: Application, node: s.Attribute | s.Item, function: Function | None) -> bool:
    """Whether it belongs to a row: a model, or something that is called like one."""
    kind = app.types.of(node.base, function)
    if kind is not None and kind.name in app.project.classes:
        return kind.name in app.models
    if isinstance(node.base, s.Name | s.Attribute) and node.base.refers in app.models:
        return True
    parts = set(words(s.last_name(node.base)))
    return bool(
        parts & {"user", "account", "row", "record", "admin", "found", "existing", "member", "customer", "u"}
    ) and (
        not parts
        & {"form", "data", "request", "schema", "credentials", "payload", "body", "in", "input", "create"}
    )


def _seen(
    standing: Standing[s.Call] | Standing[s.Assign] | Standing[s.Operation],
    message: str,
    place_of: s.Expression | None = None,
) -> Seen:
    place = standing.module.at(place_of) if place_of is not None else standing.place
    return Seen(place, f"{message}: whoever reads the table has the passwords", Confidence.HIGH, fix=STORE)
