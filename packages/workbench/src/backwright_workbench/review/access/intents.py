"""What an endpoint is for, as its path and the name of its handler tell: login, registration, health, …

What lives here: words of paths and names. What must not: what bodies do (`effects.py`).
"""

import re
from enum import StrEnum
from functools import cache

from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.codebase.facts.words import words


class Intent(StrEnum):
    """What callers come for. All but `OTHER` and `CONFIRM` are open to callers whom nobody knows yet."""

    LOGIN = "login"
    REGISTER = "registration"
    RESET = "password reset"
    CODE = "one-time code"
    TOKEN = "token"  # noqa: S105 - a kind of endpoint
    LOGOUT = "logout"
    HEALTH = "health"
    DOCS = "documentation"
    CALLBACK = "callback"  # another server calls; what it sends is signed, or a code
    CONTACT = "contact"  # made for strangers: contact, newsletter, feedback, anonymous boards
    OTHER = ""


PHRASES: tuple[tuple[Intent, str], ...] = (
    (Intent.LOGOUT, r"log ?out|sign ?out|log ?off|revoke|blacklist"),
    (Intent.CALLBACK, r"web ?hooks?|call ?back|oauth\w*|sso|saml|oidc|ipn|\.well|well known|interactions?"),
    (Intent.CODE, r"(?:verify|check|validate|confirm|send|resend|request|generate) (?:\w+ )?(?:otp|pin|2fa|mfa)"
                  r"|(?:verify|confirm|send|resend|request) (?:\w+ )?code"
                  r"|otp|2fa|mfa|two factor|totp|(?:resend|verify|confirm) (?:\w+ )?(?:email|account|activation)"
                  r"|email (?:verify|verification|confirm)|activate(?: user| account)?|activation"),
    (Intent.RESET, r"(?:request |send |start |ask |do |handle |process )?"
                   r"(?:forgot|forgotten|reset|recover|lost|restore|forget) (?:\w+ )?(?:password|pwd|passwd|pass|pw)"
                   r"|(?:\w+ )?(?:password|pwd|passwd|pass) (?:\w+ )?(?:reset|recover\w*|forgot\w*|lost|restore|forget)"
                   r"|recover account|account recovery|forgot|forgotpassword|resetpassword"),
    (Intent.REGISTER, r"(?:do |api |user |post |handle |process |\w+ )?(?:register|registration|sign ?up|signup)(?: (?:"
                      r"user|users|account|new user|customer|member|client|student|admin|post|submit|form|page|api))?"
                      r"|create account|new account"),
    (Intent.LOGIN, r"(?:do |api |user |admin |post |handle |process )?(?:log ?in|sign ?in|signin|authenticate|logon)"
                   r"(?: \w+){0,4}|\w+ (?:log ?in|sign ?in)|obtain (?:\w+ )*token|token obtain(?: \w+)*"
                   r"|(?:create|get|generate|issue|new) (?:\w+ )?(?:access |auth |jwt |bearer )?token|auth token"
                   r"|login for access token|access token|get auth token"),
    (Intent.TOKEN, r"refresh(?: \w+)*|token refresh|token verify|verify token|tokens?|jwt|renew(?: token)?|introspect"),
    (Intent.HEALTH, r"(?:\w+ )*health\w*(?: check)?|live|liveness|livez|ready|readiness|readyz|ping|heartbeat"
                      r"|alive|up|status"
                    r"|version|favicon.*|robots.*|sitemap.*|metrics"),
    (Intent.DOCS, r"docs?|redoc|openapi.*|swagger.*|schema|api docs|graphiql|playground|static|media|assets|about|home"
                  r"|index|root|welcome|faq|terms|privacy|manifest.*"),
    (Intent.CONTACT, r"contact(?: us)?|send contact|subscribe|unsubscribe|newsletters?|feedback|wait ?list|guest ?book"
                     r"|shorten(?:er|ed)?|create paste|new paste|paste create|csrf(?: token)?|consent|cookies?"
                     r"|track(?:ing)?|analytics|events? collect|captcha|locale|language|set language|theme|vote"
                     r"|unlock|demo request|request demo|inquiry|enquir\w+|leads?|csp report|report csp"),
)  # fmt: skip
COMPILED = tuple((intent, re.compile(text)) for intent, text in PHRASES)
SEGMENT = re.compile(r"\{[^}]*\}")
FILLERS = frozenset(
    [
        "api",
        "v",
        "view",
        "views",
        "route",
        "endpoint",
        "handler",
        "page",
        "rest",
        "action",
        "async",
        "http",
        "auth",
    ]
)


@cache
def spoken(name: str) -> str:
    """A name as people say it, without what says nothing: `LoginAPIView` → `login`."""
    parts = [each for each in words(name) if each not in FILLERS and not re.fullmatch(r"v?\d+", each)]
    return " ".join(parts or words(name)[-1:])


@cache
def intent_of_name(name: str) -> Intent:
    """What one name tells: of a handler or view, or a segment of a path."""
    text = spoken(name)
    return next((intent for intent, pattern in COMPILED if pattern.fullmatch(text)), Intent.OTHER)


def intent_of(route: Route) -> Intent:
    """What a route is for: the end of its path counts before the name of its handler, and that before the view's."""
    segments = [each for each in SEGMENT.sub("", route.path).split("/") if each]
    if any(re.fullmatch(r"web[-_]?hooks?", each) for each in segments):
        return Intent.CALLBACK
    names = segments[-1:]
    if len(segments) > 1:
        names.append("_".join(segments[-2:]))
    handler = route.handler.name if route.handler else ""
    if handler and handler not in VERBS:
        names.insert(0, handler)
    if route.view is not None:
        names.append(route.view.name)
    found = [intent for name in names if (intent := intent_of_name(name))]
    strong = [each for each in found if each not in (Intent.DOCS, Intent.HEALTH)]
    if strong:
        return strong[0]
    if not segments and "{" not in route.path and (route.path or not handler):
        return Intent.DOCS
    return found[0] if found else Intent.OTHER


VERBS = frozenset(
    ["get", "post", "put", "patch", "delete", "list", "create", "retrieve", "update", "destroy", "partial_update",
     "mutate", "dispatch", "dispatch_request", "form_valid", "head", "options", "handle", "__call__"]
)  # fmt: skip
"""Names of handlers that only repeat the method."""
