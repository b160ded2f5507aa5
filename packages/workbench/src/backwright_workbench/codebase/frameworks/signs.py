"""What a body does that tells a check of the caller: it reads who calls, refuses, compares roles or owners.

What lives here: the signs in one body, framework words included. What must not: following calls (`purposes.py`).
"""

import re
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s

RIGHTS = re.compile(
    r"\b(?:admin\w*|superuser|staff|roles?|perms?|permissions?|scopes?|moderator|superadmin|privileges?|groups?)\b"
)
OWNERS = re.compile(
    r"^(?:owners?|user|author|creator|created by|account|customer|member|seller|uploader|poster|profile|assignee|sender"
    r"|receiver|recipient|client|person|student|teacher|doctor|patient|employee|buyer|player|host|organi[sz]er|uid"
    r"|tenant)(?: (?:id|pk|uuid|username|name|email|ids))?$"
)
SELF_PARTS = re.compile(
    r"^(?:id|pk|uuid|user id|userid|uid|username|sub|public id|email|user|owner id|account id)$"
)
QUERIES = frozenset(
    ["filter", "filter_by", "get", "exclude", "get_object_or_404", "get_list_or_404", "where", "find", "find_one",
     "first", "get_or_none", "aget", "get_or_404", "first_or_404", "find_first", "delete_one", "update_one", "one",
     "delete_many", "find_one_and_update", "find_one_and_delete", "get_or_create", "update_or_create", "filter_related"]
)  # fmt: skip
COLLECTION = frozenset(["all", "add", "remove", "order_by", "count"])
STRICT_CALLS = frozenset(
    ["verify_jwt_in_request", "verify_jwt_refresh_token_in_request", "jwt_required", "check_object_permissions",
     "permission_denied"]
)  # fmt: skip
SQL_OWNER = re.compile(
    r"\b(?:where|and)\b.{0,200}?\b(?:owner|user|author|account|customer|creator|created_by)(?:_?id|_?name)?\s*(?:=|in\b)",
    re.I | re.S,
)
CAREFUL = frozenset(
    ["x-frame-options", "content-security-policy", "strict-transport-security", "x-content-type-options"]
)
VERDICTS = re.compile(r"^(?:has|is|can|may|test func|check|authorized|allowed|must)\b")
"""Functions whose answer is the verdict: what they return is what they test."""


@dataclass(slots=True)
class Signs:
    """What one body shows; each node is the first of its kind."""

    identity: s.Node | None = None
    """It reads who the caller is: a header, a token, the session, the user of the request."""
    proof: bool = False
    """What it reads is a proof (token, key, session), so to refuse without it is authentication."""
    refusal: s.Node | None = None
    """It answers 401 or 403, sends to the login page, or stops where nobody is known."""
    raises: bool = False
    """It raises something else than an answer of another meaning (404, 400, 409, 422)."""
    role: s.Node | None = None
    owner: s.Node | None = None
    strict: s.Node | None = None
    """A call that refuses by itself."""
    limits: bool = False
    """It answers 429."""
    headers: bool = False
    """It sets headers that make browsers careful."""
    catches: bool = False
    """It answers for any exception of what it surrounds."""
    calls: list[tuple[s.Call, bool]] = field(default_factory=list)
    """The calls of the body, and whether they are given who the caller is."""
