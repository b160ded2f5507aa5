"""How callers prove who they are.

What lives here: methods of authentication in a brief. What must not: what callers may do (`access.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backwright_workbench.blueprint.model import AuthMethod
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import GLUE, is_plural, word_set
from backwright_workbench.brief.lexicon import sign_in as terms
from backwright_workbench.brief.mentions import mentions, negated
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import roles_like
from backwright_workbench.brief.trace import Quote

_WHO_MAY = word_set("can may read view browse see visible readable shown website")
"""A sentence with these opens a part of the service to everybody, not all of it."""
_OPEN = word_set("anyone anybody everyone everybody public open accessible available")
_WHOLE = word_set(
    "api apis service backend system app application everything all it this endpoint endpoints whole prototype mvp tool"
    " simple small build create make need rest internal access fully completely"
)
"""With these, what is open to everybody is the whole of it: `the API is open to everyone, no login`."""


@dataclass(frozen=True)
class SignIn:
    """The methods, and where the brief says that there is to be none."""

    methods: tuple[AuthMethod, ...]
    providers: tuple[str, ...]
    nobody: Quote | None
    refused: tuple[Clause, int, int] | None = None
    """The words that say so."""


def read_sign_in(page: Page, catalogue: Catalogue) -> SignIn:
    """The methods that a brief names, `password` if none; naming one and refusing all contradict each
    other.
    """
    said: dict[AuthMethod, Quote] = {}
    providers: list[str] = []
    for clause, first, stop in mentions(page, terms.ACCOUNT_MAIL, catalogue):
        page.claim(clause, first, stop, "auth", note="comes with every service; mail leaves by MAIL_URL")
    for method, pattern in terms.AUTH.items():
        for clause, first, stop in mentions(page, pattern, catalogue):
            page.claim(clause, first, stop, "auth.methods")
            if whose := terms.FOR_WHOM.match(" ".join(clause.words[stop:])):
                page.claim(clause, stop, stop + whose.group().count(" ") + 1, "auth.methods")
            if negated(clause, first):
                continue
            said.setdefault(method, page.quote(clause, first, stop))
            if method == "oidc":
                providers += _providers(clause.words[first:stop], whose.group().split() if whose else [])
    refused = _refusal(page, catalogue, others_do=bool(said))
    nobody = page.quote(*refused) if refused else None
    people: Quote | None = None
    for clause, first, stop in mentions(page, terms.SIGN_IN, catalogue):
        page.claim(clause, first, stop, "auth", note="accounts, sign-in and sign-out come with every service")
        people = people or page.quote(clause, first, stop)
    for clause, first, stop in mentions(page, terms.RBAC, catalogue):
        page.claim(clause, first, stop, "roles", "access")
        if nobody and not negated(clause, first):
            page.contradict("roles need callers who sign in", nobody, page.quote(clause, first, stop))
    if nobody and said:
        page.contradict("callers cannot both sign in and not sign in", nobody, next(iter(said.values())))
    if (
        "password" in said
        and "JWT" in _token_words(said["password"])
        and {"oauth2", "oidc", "sessions"} & said.keys()
    ):
        del said["password"]
    if set(said) <= {"mfa"} and not nobody:
        _assume_password(page, said)
    order: tuple[AuthMethod, ...] = ("password", "oauth2", "oidc", "sessions", "api_keys", "mfa")
    methods = tuple(method for method in order if method in said)
    methods = methods if set(methods) - {"mfa"} else ("password", *methods)
    return SignIn(methods, tuple(dict.fromkeys(providers)), nobody, refused)


def _providers(words: Sequence[str], more: Sequence[str]) -> list[str]:
    """The identity providers that are named, in their order: `SSO via Entra ID`, `social login (Google, Apple)`."""
    return [terms.PROVIDERS[word] for word in (*words, *more) if word in terms.PROVIDERS]


def _token_words(quote: Quote) -> str:
    """`JWT` if the words are about tokens and not about passwords."""
    phrase = quote.phrase.lower()
    return "JWT" if "password" not in phrase and ("jwt" in phrase or "token" in phrase) else ""


def _refusal(page: Page, catalogue: Catalogue, *, others_do: bool) -> tuple[Clause, int, int] | None:
    """Where the brief says that nobody signs in; not where it says so of some (`customers: none (no login)`)
    while others do.
    """
    for clause, first, stop in mentions(page, terms.NO_AUTH, catalogue):
        if (others_do and first > 0) or _of_some(clause.words[:first]):
            continue
        if _of_a_part(clause.words[:first]) or terms.PARTLY_OPEN.match(" ".join(clause.words[stop:])):
            continue
        page.claim(clause, first, stop, "access.public")
        return clause, first, stop
    return None


def _of_a_part(before: tuple[str, ...]) -> bool:
    """Whether only some of the service is open: `courses are visible to anyone without login`."""
    if _WHO_MAY & {*before}:
        return True
    last = before[len(before) - before[::-1].index(".") :] if "." in before else before
    named = [w for w in last if w.isalpha() and w not in GLUE | _OPEN | _WHOLE]
    return bool(_OPEN & {*last} and named)


def _of_some(before: tuple[str, ...]) -> bool:
    """Whether some people are spoken of right before: `customers: none (no login)`, `drivers have no account`."""
    named = [word for word in before if word not in _BETWEEN]
    end = before[-1:] and (before[-1] in _BETWEEN or before[-1] == named[-1])
    return bool(end and named) and (roles_like(named[-1]) or (is_plural(named[-1]) and named[-1] not in GLUE))


_BETWEEN = word_set(": ( - = none have has need needs get gets do does not") | {","}


def _assume_password(page: Page, said: dict[AuthMethod, Quote]) -> None:
    page.assume(
        "people sign in with a password and get tokens of 15 minutes, renewed by a refresh token",
        "the brief names no way to sign in" if not said else "a second factor needs a first",
        "auth.methods",
        f"methods: [{', '.join(dict.fromkeys(['password', *said]))}]",
    )
