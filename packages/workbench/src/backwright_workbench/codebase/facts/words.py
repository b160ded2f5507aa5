"""What names say: `newUserPassword` is about a password, `password_min_length` is not.

What lives here: splitting names into words, and which names are those of secrets. What must not: what guards and checks
are called (`frameworks/wording.py`), any rule.
"""

import re
from functools import cache, lru_cache

PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
SPOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
JOINED = re.compile(r"\b(oauth|sign|log|slow) (2|in|api)\b")
"""Words that belong together however they are spelled: `sign_in`, `SlowAPI`."""

PASSWORD = frozenset(["password", "passwd", "passphrase", "pwd", "pass"])
KEYS = frozenset(["secret", "apikey", "secretkey", "credential", "credentials", "salt", "pepper"])
KEY_BEFORE = frozenset(
    ["secret", "api", "private", "signing", "encryption", "jwt", "access", "auth", "app", "hmac", "crypto", "fernet",
     "master", "token", "session", "account", "shared", "client", "service"]
)  # fmt: skip
TOKENS = frozenset(["token", "jwt", "bearer", "authtoken"])
ABOUT = frozenset(
    ["url", "uri", "path", "file", "filename", "dir", "name", "names", "field", "fields", "header", "headers",
     "prefix", "suffix", "type", "types", "kind", "algorithm", "algorithms", "alg", "expire", "expires", "expiry",
     "expiration", "minutes", "hours", "days", "seconds", "ttl", "lifetime", "age", "length", "len", "min", "max",
     "size", "regex", "pattern", "re", "help", "label", "placeholder", "hasher", "hashers", "validators", "validator",
     "validation", "message", "messages", "msg", "error", "errors", "template", "scheme", "schemes", "count", "limit",
     "location", "class", "classes", "model", "serializer", "form", "view", "backend", "backends", "endpoint",
     "route", "cookie", "param", "params", "query", "title", "text", "description", "policy", "id", "ids", "version",
     "format", "env", "var", "variable", "key_name", "issuer", "audience", "scope", "scopes", "context", "hint",
     "strength", "reset", "required", "enabled", "rules", "mode", "method", "methods", "provider", "manager",
     "service", "status", "state", "event", "action", "permission", "column", "table", "input", "output", "selector",
     "subject", "encoding", "digest", "rounds", "iterations", "flavor",
     "store", "values", "hash", "hashed", "hashing", "encrypted", "encoded"]
)  # fmt: skip
"""Words after which a name is about a secret, and is not one."""
INTRODUCING = frozenset(
    ["is", "has", "check", "verify", "validate", "enable", "enabled", "disable", "use", "allow", "show", "require",
     "needs", "with", "without", "missing", "invalid", "wrong", "forgot", "change", "update"]
)  # fmt: skip
"""Words before which it is not one either."""


@cache
def words(name: str) -> tuple[str, ...]:
    """`newUserPassword`, `NEW_USER_PASSWORD` and `new-user-password` → new, user, password."""
    return tuple(each.lower() for each in PARTS.findall(name))


@lru_cache(maxsize=20_000)
def phrase(name: str) -> str:
    """The words of a name as patterns of phrases want them, numbers apart: `getUser_v2` → `get user v 2`."""
    spoken = " ".join(each.lower() for each in SPOKEN.findall(name.replace("OAuth", "Oauth")))
    return JOINED.sub(r"\1\2", spoken)


@cache
def secret_kind(name: str) -> str:
    """`password`, `key` or `token` if what has this name is one; empty if it is not, or only about one."""
    parts = words(name)
    if not parts or (len(parts) > 1 and parts[-1] in ABOUT):
        return ""
    if parts[0] in INTRODUCING:
        return ""
    if any(part in PASSWORD for part in parts):
        return "password" if parts != ("pass",) else ""
    if any(part in KEYS for part in parts):
        return "key"
    if (
        parts[-1] in ("key", "keys")
        and any(part in KEY_BEFORE for part in parts[-3:-1])
        and "metadata" not in parts
    ):
        return "key"
    if any(part in TOKENS for part in parts):
        return "token"
    return ""


def hidden(value: str) -> str:
    """A secret as it may be shown: its first two characters."""
    return f"{value[:2]}…" if len(value) > 4 else "…"
