"""Tokens that are accepted without being checked, or that never end."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "A token is not checked, or never ends", Severity.HIGH, cwe=(347, 613), owasp=("API2:2023", "A07:2021")
)

LIBRARIES = ("jwt.", "jose.", "authlib.jose.", "joserfc.", "jwcrypto.", "python_jwt.")
HARMLESS = frozenset(
    ["super", "__call__", "print", "debug", "info", "warning", "error", "split", "replace", "strip", "lower", "get",
     "startswith", "removeprefix", "str", "len", "partition"]
)  # fmt: skip
"""Calls that check nothing."""
SWITCHES = frozenset(["verify_signature", "verify_exp", "verify_aud", "verify"])
UNVERIFIED = frozenset(["get_unverified_claims", "get_unverified_claim"])
FIX = 'decode with the key and a fixed list: `jwt.decode(token, key, algorithms=["HS256"])`; set and require `exp`'


def find(app: Application) -> Iterator[Seen]:
    """Decoding without a check, algorithms that the token may choose, and tokens without an end."""
    for standing in app.nodes(s.Call):
        call = standing.node
        if not call.refers.startswith(LIBRARIES):
            continue
        if call.name == "decode":
            yield from _decoded(app, standing)
        elif call.name == "encode":
            yield from _encoded(app, standing)
        elif (
            call.name in UNVERIFIED
            and standing.function is not None
            and not _verifies(app, standing.function)
        ):
            yield _seen(standing, f"`{call.name}` reads what a token claims without checking its signature")
    yield from _unread(app)
    for setting in app.nodes(s.Assign):
        target = setting.node.targets[0]
        name = s.text_of(target.key) if isinstance(target, s.Item) else s.last_name(target)
        if name == "JWT_ACCESS_TOKEN_EXPIRES" and s.constant(setting.node.value) is False:
            yield Seen(setting.place, "access tokens never expire: a stolen one works for ever", fix=FIX)


def _decoded(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    call = standing.node
    for name in _switched_off(app, call):
        if name in ("verify", "verify_signature") and _is_peek(app, standing):
            return
        yield _seen(standing, f"a token is decoded with `{name}` off: anybody can write one")
        return
    given = _value(app, call.argument(2, "algorithms"))
    if isinstance(given, s.Group) and any(str(s.constant(each)).lower() == "none" for each in given.items):
        yield _seen(standing, "a token may say that it is not signed (`none` is among its algorithms)")
    elif given is None and call.refers in ("jwt.decode", "jwt.api_jwt.decode") and len(call.args) < 3:
        if not any(not each.name for each in call.keywords):
            yield _seen(standing, "`jwt.decode` has no `algorithms`: the token chooses how it is checked")
    elif isinstance(given, s.Call | s.Item) and "header" in s.written(given).lower():
        yield _seen(standing, "the algorithm is taken from the token itself")
    elif _is_environment(given):
        yield _seen(
            standing,
            "`algorithms` is one text from the environment, not a list: unset, any algorithm passes",
            Confidence.MEDIUM,
        )


def _is_environment(node: s.Expression | None) -> bool:
    """`os.getenv("ALGORITHM")` with nothing to fall back to."""
    if isinstance(node, s.Item):
        return s.refers(node.base) == "os.environ"
    is_read = isinstance(node, s.Call) and node.refers in ("os.getenv", "os.environ.get")
    return is_read and isinstance(node, s.Call) and node.argument(1, "default") is None


def _unread(app: Application) -> Iterator[Seen]:
    """Dependencies of routes whose value is thrown away, and that let any token pass."""
    told: set[Function] = set()
    for standing in app.nodes(s.Call):
        listed = _value(app, standing.node.keyword("dependencies"))
        for each in listed.items if isinstance(listed, s.Group) else ():
            if not isinstance(each, s.Call) or each.name not in ("Depends", "Security") or not each.args:
                continue
            found = app.project.definition(s.refers(_value(app, each.args[0])) or s.refers(each.args[0]))
            if isinstance(found, Class):
                found = found.methods.get("__call__")
            if found is not None and found not in told and _lets_any_pass(app, found):
                told.add(found)
                place = next(
                    (found.at(n) for n in found.walk() if isinstance(n, s.Return) and n.value), found.head
                )
                yield Seen(
                    place,
                    f"`{found.owner.name if found.owner else found.name}` stands before routes and never checks the "
                    "token: any text passes",
                    Confidence.HIGH,
                    fix=FIX,
                    about=found.qualified,
                )


def _lets_any_pass(app: Application, function: Function) -> bool:
    """Whether a function takes a token from a request, and does nothing with it but give it back."""
    takes = function.owner is not None and app.project.inherits(
        function.owner, "*.HTTPBearer", "*.OAuth2PasswordBearer", "*.HTTPBase", "*.OAuth2"
    )
    for param in function.params:
        for node in s.walk(*(each for each in (param.annotation, param.default) if each is not None)):
            if isinstance(node, s.Call) and node.name in ("Depends", "Security") and node.args:
                kind = app.types.of(node.args[0], None)
                name = kind.name.rpartition(".")[2] if kind else ""
                if name not in ("HTTPBearer", "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer"):
                    return False
                takes = True
    if not takes or not any(
        isinstance(node, s.Return) and node.value is not None for node in function.walk()
    ):
        return False
    for node in function.walk():
        if isinstance(node, s.Call) and not (
            node.name in HARMLESS
            or node.name.endswith(("Exception", "Error"))
            or node.refers == "builtins.super"
        ):
            return False
        if (
            isinstance(node, s.Operation)
            and node.operator in ("==", "!=", "in", "not in")
            and not any(str(s.constant(each)).lower() in ("bearer", "none", "") for each in node.operands)
        ):
            return False
    return True


def _is_peek(app: Application, standing: Standing[s.Call]) -> bool:
    """Whether only its times are read, or the same function checks it afterwards with the key that it names."""
    if standing.function is None:
        return False
    calls = list(s.calls_in(*standing.function.body))
    if any(each.name == "get" and _is_time(each) and _base(each) is standing.node for each in calls):
        return True
    checks = [
        call
        for call in calls
        if call is not standing.node
        and call.refers.startswith(LIBRARIES)
        and call.name in ("decode", "verify")
    ]
    return any(not set(_switched_off(app, call)) & {"verify", "verify_signature"} for call in checks)


def _is_time(call: s.Call) -> bool:
    return bool(call.args) and s.text_of(call.args[0]) in ("exp", "iat", "nbf")


def _base(call: s.Call) -> s.Expression | None:
    return call.callee.base if isinstance(call.callee, s.Attribute) else None


def _switched_off(app: Application, call: s.Call) -> Iterator[str]:
    if s.constant(call.keyword("verify")) is False:
        yield "verify"
    options = _value(app, call.keyword("options"))
    if isinstance(options, s.Pairs):
        for name, value in options.entries():
            if name in SWITCHES - {"verify_aud"} and s.constant(value) is False:
                yield name
    if isinstance(options, s.Call) and options.refers == "builtins.dict":
        yield from (
            each.name
            for each in options.keywords
            if s.constant(each.value) is False and each.name in SWITCHES
        )


def _encoded(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    call = standing.node
    algorithm = call.argument(2, "algorithm")
    if (
        algorithm is not None
        and str(s.constant(algorithm)).lower() in ("none", "")
        and s.constant(algorithm) is not ...
    ):
        yield _seen(standing, "a token is written without a signature")
        return
    after_header = call.refers.startswith(("joserfc.", "authlib.jose."))
    claims = call.argument(int(after_header), "payload") or call.keyword("claims")
    if standing.function is None or claims is None:
        return
    names = _claims(app, claims, standing.function)
    if names is not None and "exp" not in names:
        yield _seen(standing, "the token has no `exp`: a stolen one works for ever", Confidence.MEDIUM)


def _claims(app: Application, claims: s.Expression, function: Function) -> set[str] | None:
    """The names in a token, as far as the function shows them; None where some come from elsewhere."""
    found: set[str] = set()
    if isinstance(claims, s.Name) and not claims.refers:
        known = False
        for node in function.walk():
            match node:
                case s.Assign(targets=[s.Name(id=name)], value=value) if (
                    name == claims.id and value is not None
                ):
                    inner = _written(value)
                    if inner is None:
                        return None
                    found |= inner
                    known = True
                case s.Assign(targets=[s.Item(base=s.Name(id=name), key=key)]) if name == claims.id:
                    found.add(s.text_of(key) or "exp")
                case s.Call(callee=s.Attribute(base=s.Name(id=name), name="update" | "setdefault")) if (
                    name == claims.id
                ):
                    inner = _written(node.args[0]) if node.args else {each.name for each in node.keywords}
                    if inner is None:
                        return None
                    found |= inner
        return found if known else None
    return _written(claims)


def _written(value: s.Expression) -> set[str] | None:
    """The keys of a mapping that is written out; of a copy of a parameter nothing is known but what is added to it."""
    match value:
        case s.Pairs(keys=keys) if all(key is not None for key in keys):
            return {s.text_of(key) or "exp" for key in keys}
        case s.Call(refers="builtins.dict", args=[], keywords=keywords) if all(
            each.name for each in keywords
        ):
            return {each.name for each in keywords}
    return None


def _value(app: Application, node: s.Expression | None) -> s.Expression | None:
    """What a name of the project stands for."""
    if isinstance(node, s.Name | s.Attribute) and node.refers:
        return app.project.value(node.refers) or node
    return node


def _verifies(app: Application, function: Function) -> bool:
    """Whether the function checks the token as well (it may read the claims first, to find the key)."""
    return any(
        call.name in ("decode", "verify") and call.refers.startswith(LIBRARIES)
        for call in s.calls_in(*function.body)
    )


def _seen(standing: Standing[s.Call], message: str, confidence: Confidence = Confidence.HIGH) -> Seen:
    return Seen(standing.place, message, confidence, fix=FIX)
