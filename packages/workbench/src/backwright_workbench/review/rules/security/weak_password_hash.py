"""Passwords that are stored as they are, or behind a hash that is cheap to try."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.compared_passwords import asked, compared, in_statement
from backwright_workbench.review.finding import Seen, Severity
from backwright_workbench.review.rule import About
from backwright_workbench.review.stored_passwords import ASKING, STORE, assigned, written

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


def find(app: Application) -> Iterator[Seen]:
    """Fast hashes of passwords, passwords that are written as they came, and passwords that are compared as texts."""
    for standing in app.nodes(s.Call):
        yield from _hashed(standing)
        yield from written(app, standing)
        if standing.node.name in ASKING:
            yield from asked(app, standing)
    for assign in app.nodes(s.Assign):
        yield from assigned(app, assign)
    for operation in app.nodes(s.Operation):
        yield from compared(app, operation)
    for built in app.nodes(s.Text):
        yield from in_statement(built)
    for literal in app.nodes(s.Literal):
        yield from in_statement(literal)


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


def _seen(standing: Standing[s.Call], message: str) -> Seen:
    return Seen(standing.place, f"{message}: whoever reads the table has the passwords", fix=STORE)
