"""Who calls: the expressions of a body that hold the caller, or a proof of who it is.

What lives here: headers, cookies, sessions, the user of a request, and names that hold one of these. What must not:
what is done with it (`signs.py`).
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import phrase
from backwright_workbench.codebase.frameworks.claims import claimed

PROOFS = re.compile(r"\b(?:auth\w*|token|apikey|api key|jwt|bearer|access key|secret)\b")
COOKIES = re.compile(r"\b(?:token|session\w*|auth\w*|user\w*|jwt|sid|login|logged|admin|role)\b")
SESSIONS = re.compile(
    r"\b(?:users?|username|userid|uid|id|logged\w*|login|loggedin|account|auth\w*|email|admin|role|token|profile"
    r"|identity|member|customer|student|teacher|name|jwt|sub)\b"
)
CALLERS = re.compile(
    r"^(?:(?:current|logged in|auth|authed|authenticated|authorized|session|request|requesting|cur|active|this|jwt)"
    r" (?:\w+ )?(?:users?|user id|account|member|admin|identity|principal|customer|person|uid|username|claims|email)"
    r"(?: id| name| email)?|me|identity|principal|claims|requester|caller|actor|viewer)$"
)
KNOWN_CALLERS = frozenset(
    ["flask_login.current_user", "flask_jwt_extended.current_user", "flask_security.current_user", "flask.g.user",
     "flask.g.current_user", "flask_login.utils.current_user"]
)  # fmt: skip
STORES = frozenset(["flask.session", "quart.session", "flask_session.session"])
REQUEST_PARTS = frozenset(["headers", "META", "environ"])
REQUEST_USERS = frozenset(
    ["user", "auth", "authorization", "current_user", "jwt_payload", "user_id", "account", "identity", "uid"]
)
IDENTITY_CALLS = frozenset(
    ["get_jwt_identity", "get_current_user", "get_jwt", "get_jwt_claims", "current_identity", "get_raw_jwt"]
)
DECODERS = frozenset(
    ["jwt.decode", "jose.jwt.decode", "jwt.api_jwt.decode", "authlib.jose.jwt.decode", "jose.jwt.get_claims",
     "firebase_admin.auth.verify_id_token", "flask_jwt_extended.decode_token",
     "google.oauth2.id_token.verify_oauth2_token",
     "python_jwt.verify_jwt"]
)  # fmt: skip


class Callers:
    """The expressions of one function that are the caller; names are added as it is read."""

    def __init__(self, function: Function, names: frozenset[str]) -> None:
        self.function = function
        self.names = set(names)
        self.claims = claimed(function) - self.names

    def is_caller(self, node: s.Node) -> bool:
        """Whether an expression holds who the caller is, or a proof of it."""
        match node:
            case s.Name(id=name, refers=known):
                if name in self.names or known in KNOWN_CALLERS:
                    return True
                if name in self.claims:
                    return False
                return name[:1].islower() and bool(CALLERS.match(phrase(name)))
            case s.Attribute(base=base, name=name, refers=known):
                if known in KNOWN_CALLERS or (name in REQUEST_USERS and is_request(base)):
                    return True
                return self.is_caller(base) or (name == "current_user" and isinstance(base, s.Name))
            case s.Item(base=base, key=key):
                return self.is_kept(base, joined_key(key)) or self.is_caller(base)
            case s.Call(callee=callee, args=args):
                if node.name in IDENTITY_CALLS or node.refers in DECODERS:
                    return True
                if isinstance(callee, s.Attribute):
                    if callee.name in ("get", "get_secure_cookie", "pop") and args:
                        return self.is_kept(callee.base, joined_key(args[0])) or self.is_caller(callee.base)
                    if self.is_caller(callee.base):
                        return True
                return any(self.is_caller(each) for each in args[:3]) or any(
                    self.is_caller(each.value) for each in node.keywords
                )
            case s.Awaited(value=value) | s.Bound(value=value):
                return self.is_caller(value)
            case s.Operation(operator="or" | "and", operands=operands):
                return any(self.is_caller(each) for each in operands)
            case s.Choice(yes=yes, no=no):
                return self.is_caller(yes) or self.is_caller(no)
        return False

    def is_kept(self, base: s.Expression, key: str | None) -> bool:
        """Whether the caller is kept under this key: of headers, cookies or the session."""
        if key is None:
            return False
        place = s.last_name(base)
        spoken = phrase(key)
        if place in REQUEST_PARTS:
            return bool(PROOFS.search(spoken))
        if place in ("cookies", "COOKIES"):
            return bool(COOKIES.search(spoken))
        if s.refers(base) in STORES or (place == "session" and isinstance(base, s.Attribute | s.Name)):
            return bool(SESSIONS.search(spoken))
        return place == "g" and s.refers(base) == "flask.g" and bool(SESSIONS.search(spoken))

    def is_kept_in(self, node: s.Operation) -> bool:
        return len(node.operands) == 2 and self.is_kept(node.operands[1], joined_key(node.operands[0]))

    def holds(self, node: s.Expression) -> bool:
        """Whether what is handed over holds who calls: itself, or in a list or mapping."""
        match node:
            case s.Group(items=items) | s.Pairs(values=items):
                return any(self.holds(each) for each in items)
        return self.is_caller(node)

    def is_person(self, node: s.Expression) -> bool:
        """Whether an expression is the caller itself, not a store that the caller is kept in."""
        is_one = isinstance(node, s.Name | s.Attribute) and self.is_caller(node)
        return is_one and s.last_name(node) not in ("headers", "cookies", "session")

    def is_caller_itself(self, node: s.Attribute) -> bool:
        """`request.user`, `g.user`: an attribute that is the caller, not a part of it."""
        return node.refers in KNOWN_CALLERS or (node.name in REQUEST_USERS and is_request(node.base))


def key_of(node: s.Node) -> str:
    """The key of `session["role"]` and of `session.get("role")`."""
    if isinstance(node, s.Call) and node.name == "get" and isinstance(node.callee, s.Attribute) and node.args:
        return s.text_of(node.args[0]) or ""
    return (s.text_of(node.key) or "") if isinstance(node, s.Item) else ""


def is_request(node: s.Node) -> bool:
    """`request`, `self.request`, `request.state`, `info.context`, `g`."""
    name = s.last_name(node)
    if isinstance(node, s.Attribute) and name in ("state", "ctx", "scope"):
        return is_request(node.base)
    return name in ("request", "req", "g", "connection", "context", "conn", "websocket", "_request")


def joined_key(node: s.Expression) -> str | None:
    """A key, or the written parts of one that is put together: `PREFIX + "_logged_in"`."""
    if isinstance(node, s.Operation | s.Text):
        return written_text(node) or None
    return s.text_of(node)


def written_text(node: s.Expression) -> str:
    return " ".join(
        each.value for each in s.walk(node) if isinstance(each, s.Literal) and isinstance(each.value, str)
    )
