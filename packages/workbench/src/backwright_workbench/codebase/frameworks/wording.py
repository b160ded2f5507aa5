"""What guards are called: `login_required` asks who, `IsOwnerOrAdmin` whether they may, `limiter.limit` how often.

What lives here: words and phrases, whatever the framework. What must not: how a name falls into words
(`facts/words.py`), what bodies do (`signs.py`).
"""

import re
from functools import lru_cache

from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.facts.words import phrase

WHO = (
    r"(?:users?|accounts?|members?|customers?|principal|identity|subject|person|player|teacher|student|employee|actor"
    r"|client|login)"
)
PROOF = (
    r"(?:auth|authentication|authenticated|login|logged in|login|signin|signed in|token|tokens|jwt|api key|apikey|key"
    r"|bearer|credentials?|session|oauth|oauth2|basic auth|cookie|identity|user|account|otp|2fa|signature|claims)"
)
KIND = r"(?:access|jwt|api|bearer|id|auth|user|users|oauth|oauth2|firebase|google|admin|refresh|valid|active|x|http)"
ASKS = (
    r"(?:require|requires|required|need|needs|must|verify|verified|check|checks|validate|ensure|enforce|assert|protect"
    r"|demand|decode|parse|extract|resolve|load|authenticate|guard)"
)
RIGHT = (
    r"(?:admins?|administrators?|superusers?|staff|role|roles|permissions?|perms?|scopes?|owners?|ownership|acl|rbac|abac"
    r"|authoriz\w*|authoris\w*|privileges?|polic(?:y|ies)|moderators?|superadmin|managers?|access rights?|groups?"
    r"|entitle\w*|tenant)"
)
PART = r"(?:id|ids|exists?|name|data|input|in|format|email)"
"""What makes a check of a user's name or form out of a check of the user."""
PHRASES: tuple[tuple[Purpose, str], ...] = (
    (Purpose.AUTHENTICATION, rf"{PROOF} (?:is )?(?:required|needed|only|protected|guard|checker?|verifier|bearer)"),
    (Purpose.AUTHENTICATION, rf"{ASKS} (?!csrf)(?:\w+ )?(?:{KIND} )*{PROOF}(?! {PART})"),
    (Purpose.AUTHENTICATION, r"is (?:fully )?(?:authenticated|logged in|logged|signed in)"),
    (Purpose.AUTHENTICATION, r"authenticated|authentication|authenticator|unauthenticated|logged in|protected"),
    (Purpose.AUTHENTICATION, rf"(?:current|logged in|authenticated|authorized|signed in|active|auth) (?:\w+ )?{WHO}"),
    (Purpose.AUTHENTICATION, r"(?:jwt|bearer|token|key|basic|oauth2?|session|digest|http|cookie|saml|oidc) auth"),
    (Purpose.AUTHENTICATION, r"oauth2(?: \w+)?|http (?:bearer|basic|digest)|api key|jwt|get token header|auth header"),
    (Purpose.AUTHENTICATION, rf"{WHO} (?:id )?(?:from|by|of) (?:\w+ )?(?:token|jwt|session|request|header|cookie)"),
    (Purpose.AUTHENTICATION, r"get (?:user|token|jwt|auth|identity|me)$|^auth$|^auth (?:middleware|guard|dep\w*)"),
    (Purpose.AUTHENTICATION, r"login"),
    (Purpose.AUTHENTICATION, r"^authorizer$|authenticate$|authenticate (?:request|token)|api token|user auth"),
    (Purpose.AUTHORIZATION, rf"{RIGHT} (?:\w+ )?(?:required|needed|only|protected|guard|checker?|accepted|allowed)"),
    (Purpose.AUTHORIZATION, rf"(?:{ASKS}|has|have|is|with|allow|allows|any|all) (?:\w+ )?(?:\w+ )?{RIGHT}"),
    (Purpose.AUTHORIZATION, r"(?:current|get|active) (?:\w+ )?(?:\w+ )?(?:admin|superuser|staff|owner|manager)\w*"),
    (Purpose.AUTHORIZATION, r"permissions?|^authori[sz]e[ds]?\b|^can \w+|(?:check|has|verify|require) access|rbac"),
    (Purpose.AUTHORIZATION, r"role (?:checker|guard)|user passes test|is owner|own(?:s|ed) by|authorization|^roles?$"),
    (Purpose.RATE_LIMIT, r"rate ?limit\w*|limiter|slowapi|throttl\w*|rate limiter|slow ?down|brute ?force|axes|flood"),
    (Purpose.RATE_LIMIT, r"limit (?:requests?|rate|attempts)|max attempts|lockout|quota"),
    (Purpose.CSRF, r"csrf|xsrf|csrf protect"),
    (Purpose.CORS, r"cors|cross origin"),
    (Purpose.HEADERS, r"talisman|secur\w+ headers?|secure headers?|helmet|hsts|csp|content security|x ?frame\w*"),
    (Purpose.HEADERS, r"headers? (?:security|middleware)|security middleware|secweb"),
    (Purpose.ERRORS, r"(?:errors?|exceptions?) (?:\w+ )?(?:handl\w+|middleware|catch\w*|wrapper)|catch|handle (?:\w+ )?"
                     r"(?:errors?|exceptions?)|server error"),
    (Purpose.CACHE, r"cached?|caching|etag|conditional|memoize\w*|last modified|never cache"),
    (Purpose.SESSION, r"session middleware|sessions? (?:interface|auth)|server side session|^session$"),
    (Purpose.VALIDATION, r"validat\w+|use (?:args|kwargs)|expects?|schema|parser|parse (?:body|args|json)|marshal"),
    (Purpose.DATABASE, r"db|database|(?:get|async|sql|local|db) session|session(?:local| maker| factory)?$|repositor\w+"
                       r"|connection|unit of work|uow|mongo|engine"),
    (Purpose.TRANSACTION, r"atomic|transaction\w*|commit on success"),
    (Purpose.LOGGING, r"log|logs|logged|logging|logger|audit\w*|metrics|trac(?:e|ed|ing)|timing|instrument\w*|sentry"),
)  # fmt: skip
COMPILED = tuple((purpose, re.compile(rf"(?:(?<=\s)|^)(?:{text})(?=\s|$)")) for purpose, text in PHRASES)
WAIVED = re.compile(
    r"\b(?:request form|exempt|allow any|anonymous|public|unprotected|no auth|not required|skip|disable\w*"
    r"|unauthenticated only)\b"
)
HEADER = re.compile(r"\bauthorization (?=header|token|code|scheme|credentials?|bearer|url|server)")
OPTIONAL = re.compile(
    r"\b(?:optional|optionally|maybe|or none|if any|or anonymous|try|possible|allow anonymous)\b"
)
DEMANDS = re.compile(r"\b(?:require[ds]?|needed|ensure|enforce|only|must|assert|protected|protect)\b")
OR_READ = re.compile(r"\b(?:or read only|or readonly)\b")
NOT_A_CHECK = re.compile(
    r"\b(?:create|make|generate|encode|issue|new|hash|refresh token|login user|logout|register|sign ?up|set|delete"
    r"|build|password|passwords|add|update|revoke|authenticate|save|send|insert|store"
    r"|url|uri|redirect|page|form|template|count|list)\b"
)


SAYS_WHO = re.compile(
    r"\b(?:auth|authenticated|authorized|jwt|token|current|logged|login|api key|apikey|required?)\b"
)
"""Without one of these, a call such as `check_user` in a handler is no check of the caller."""
TOLD = frozenset({Purpose.AUTHENTICATION, Purpose.AUTHORIZATION})


@lru_cache(maxsize=20_000)
def named_purposes(name: str) -> frozenset[Purpose]:
    """What a guard, decorator, dependency or middleware is for, as far as its name tells; empty if it does not.

    `name` may be dotted: `limiter.limit`, `auth.login_required`. Who must have a right must be known, so a name that
    speaks of rights asks who it is too.
    """
    spoken = _said(name.rpartition(".")[2])
    if WAIVED.search(spoken):
        return frozenset()
    found = {purpose for purpose, pattern in COMPILED if pattern.search(spoken)}
    if not found and "." in name:
        with_owner = _said(".".join(name.split(".")[-2:]))
        found = {purpose for purpose, pattern in COMPILED if pattern.search(with_owner)}
    if Purpose.AUTHORIZATION in found:
        found.add(Purpose.AUTHENTICATION)
    if found & {Purpose.AUTHENTICATION, Purpose.RATE_LIMIT, Purpose.ERRORS}:
        found -= {Purpose.LOGGING, Purpose.VALIDATION, Purpose.SESSION, Purpose.DATABASE}
    return frozenset(found)


def _said(name: str) -> str:
    return HEADER.sub("auth ", phrase(name))


@lru_cache(maxsize=20_000)
def is_optional_name(name: str) -> bool:
    """Whether a name says that unknown callers pass: `get_current_user_optional`, `IsAuthenticatedOrReadOnly`."""
    spoken = phrase(name.rpartition(".")[2])
    return bool(OPTIONAL.search(spoken) or OR_READ.search(spoken))


@lru_cache(maxsize=20_000)
def demands(name: str) -> bool:
    """Whether a name says that unknown callers are refused: `require_admin_key`, `login_required`."""
    return bool(DEMANDS.search(phrase(name.rpartition(".")[2])))


@lru_cache(maxsize=20_000)
def is_check(name: str) -> frozenset[Purpose]:
    """What a call in the body of a handler checks, by its name: narrower than what is said of a guard.

    `create_access_token` and `verify_password` are steps of a login, not checks of the caller.
    """
    spoken = phrase(name.rpartition(".")[2])
    if NOT_A_CHECK.search(spoken) or spoken in ("login", "permissions", "roles", "role"):
        return frozenset()
    found = named_purposes(name.rpartition(".")[2]) & {*TOLD, Purpose.RATE_LIMIT}
    return found if SAYS_WHO.search(spoken) or Purpose.AUTHORIZATION in found else found - TOLD
