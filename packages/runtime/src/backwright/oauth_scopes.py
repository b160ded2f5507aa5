"""Scopes: how far a token reaches that a program holds.

What lives here: the rule and the words for it. What must not: clients, tokens, HTTP.

The rule: a scope of the API is the name of a role. A program that acts for a person may do what the person's
roles allow, as far as the token's scopes name these roles; a role that the person does not have, or has lost,
is not given by any scope. So a token narrows and never widens, and every access rule (rows, fields, actions)
holds as it is written. Whoever holds any scope of the API also may what everybody signed in may; `signed_in`
is the scope for that alone. A token with none of them reads who the person is, and nothing else.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from backwright.actor import PUBLIC, SIGNED_IN

OPENID: Final = "openid"
IDENTITY: Final[Mapping[str, str]] = {
    OPENID: "know that you are you",
    "profile": "see your name",
    "email": "see your e-mail address",
    "offline_access": "go on while you are away, until you end it",
}
"""The scopes that OpenID Connect defines (Core §5.4, §11), in words that follow "… may"."""

LONGEST: Final = 500
"""Characters of all scopes of one token together."""

_SCOPE: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,63}", re.ASCII)
"""RFC 6749 §3.3."""


def reach(roles: frozenset[str], scopes: frozenset[str]) -> frozenset[str]:
    """The roles that count for a token with these scopes, out of those that its subject has."""
    named = scopes - IDENTITY.keys()
    return (roles & named) | {PUBLIC, SIGNED_IN} if named else frozenset({PUBLIC})


def scopes_of(roles: type[StrEnum]) -> dict[str, str]:
    """Every scope that a service knows, with what it lets a program do.

    Raises `TypeError` for a role whose name cannot be a scope, or is one that means something else.
    """
    found = {**IDENTITY, SIGNED_IN: "do what everybody who is signed in may do"}
    for role in map(str, roles):
        if role in found or not _SCOPE.fullmatch(role):
            raise TypeError(f"the role {role!r} cannot be a scope of OAuth: give it another name")
        found[role] = f"do what you may do as {role.replace('_', ' ')}"
    return found


def in_order(scopes: Iterable[str]) -> str:
    """Scopes as they stand in a token and in an answer: sorted, each once, with spaces between."""
    return " ".join(sorted(set(scopes)))
