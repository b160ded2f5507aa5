"""Only tokens that were issued are taken, until they end: forged, stolen and ended ones are not.

Red: a signature that nobody made, a token in an address, a session that goes on after signing out, a refresh token that
is good twice, an answer that tells who has an account, a cookie that a script can read.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from backwright.testing_forgeries import forgeries

from backwright_workbench.verify.attacks.clients import Answer, Clients, json_of
from backwright_workbench.verify.attacks.operations import Operation, operations
from backwright_workbench.verify.attacks.production import ADDRESS, SETTINGS
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

JWKS = "/.well-known/jwks.json"
REFUSED = (400, 401, 403, 404, 429)
SAME = "not the right sentence"
NEXT = "verify with one algorithm and your own keys; name both in the code, never take them from the token"

CHECK = Check(
    title="Forged, stolen and ended tokens are refused",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.CALLERS}),
    proves=("OWASP API2:2023", "CWE-287", "CWE-347", "CWE-613", "CWE-598", "RFC 8725"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has just signed in."""

    email: str
    access: str
    refresh: str


def run(subject: Subject) -> Outcome:
    """Forges tokens, then goes through the life of a session."""
    stand = subject.stands.shared()
    known = [each for each in operations(stand.document) if each.closed]
    tried: dict[str, int] = {}
    with Clients(stand) as clients:
        caller = next(
            (each[0] for role, each in stand.callers.items() if role), next(iter(clients.callers()), None)
        )
        header = caller.header() if caller is not None else {}
        if caller is None or not header:
            raise NotRun("nobody here signs requests with a header")
        probe = _probe(known, clients, caller)
        faults = list(_forged(clients, probe, header, tried))
        faults += _elsewhere(clients, probe, header, tried)
        if (
            subject.service is not None and not faults
        ):  # else every operation takes them, and some end sessions
            faults += _everywhere(clients, known, header, tried)
    if subject.service is not None:
        with subject.stands.fresh(rows=0, **SETTINGS) as own, Clients(own) as clients:
            offered = operations(stand.document)  # in production none is served
            faults += _lived(clients, probe, _session(own, clients), offered, tried)
    subject.record.keep("tried.json", json.dumps(tried, indent=1), command=f"each against {probe}")
    figures = (Figure("attempts", len(tried)),)
    return judged(f"{len(tried)} attempts with tokens against {probe}", faults, figures=figures)


def _probe(known: list[Operation], clients: Clients, caller: Caller) -> Operation:
    """An operation that this caller may call and nobody else: what a token lets in shows there."""
    for each in sorted(known, key=lambda each: (each.path != "/auth/me", each.path)):
        if each.method != "GET" or each.names:
            continue
        statuses = [
            clients.ask(who, "GET", each.path).status_code for who in (caller, clients.stand.anonymous)
        ]
        if statuses[0] == 200 and statuses[1] in (401, 403):
            return each
    raise NotRun(
        "no list that this caller may read, and nobody else", "give the header of somebody who may read one"
    )


def _forged(
    clients: Clients, probe: Operation, header: Mapping[str, str], tried: dict[str, int]
) -> Iterator[Fault]:
    """Headers that nobody has issued, made from one that was."""
    name = "Authorization" if "Authorization" in header else next(iter(header))
    for kind, value in forged_headers(header[name], _published(clients)).items():
        answer = clients.ask(clients.stand.anonymous, "GET", probe.path, headers={name: value})
        tried[kind] = answer.status_code
        if answer.status_code < 300:
            yield Fault(
                f"{probe} is answered for {kind}",
                str(probe),
                why="OWASP API2:2023: anybody can be anybody",
                next_step=NEXT,
            )


def forged_headers(value: str, published: Mapping[str, Any]) -> dict[str, str]:
    """What was tried → the header. A value that is no JWT is only cut, changed and left out."""
    scheme, _, token = value.rpartition(" ")
    before = f"{scheme} " if scheme else ""
    found = {
        "a token that is cut off": before + token[:-4],
        "a token that is changed": before
        + token[:-6]
        + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB"),
        "an empty token": before.strip() or "-",
        "a token of null": f"{before}null",
        "a token of undefined": f"{before}undefined",
    }
    if token.count(".") != 2 or not token.startswith("eyJ"):
        return found
    try:
        made = forgeries(token, published if published.get("keys") else {"keys": [_any_key()]})
    except (ValueError, KeyError):
        return found
    return found | {f"a forged token: {kind}": before + forged for kind, forged in made.items()}


def _any_key() -> Any:
    from joserfc.jwk import ECKey

    return ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "none"}


def _published(clients: Clients) -> Mapping[str, Any]:
    answer = clients.ask(clients.stand.anonymous, "GET", JWKS)
    found = json_of(answer) if answer.status_code == 200 else None
    return found if isinstance(found, dict) else {}


def _elsewhere(
    clients: Clients, probe: Operation, header: Mapping[str, str], tried: dict[str, int]
) -> Iterator[Fault]:
    """A good token where tokens leak: in the address, and twice."""
    token = next(iter(header.values())).rpartition(" ")[2]
    for name in ("access_token", "token", "jwt", "api_key", "authorization"):
        answer = clients.ask(clients.stand.anonymous, "GET", probe.path, params={name: token})
        tried[f"?{name}="] = answer.status_code
        if answer.status_code < 300:
            yield Fault(
                f"{probe} takes a token in its address (?{name}=)",
                str(probe),
                why="CWE-598: addresses are logged, kept in histories and sent on as Referer",
                next_step="take tokens in the Authorization header alone",
            )


def _everywhere(
    clients: Clients, known: list[Operation], header: Mapping[str, str], tried: dict[str, int]
) -> Iterator[Fault]:
    """No other operation has a door of its own: two forgeries for each."""
    made = forged_headers(header["Authorization"], _published(clients))
    for kind in ("a forged token: no signature", "a forged token: a key of the attacker's own"):
        for each in known:
            headers = {"Authorization": made[kind]}
            answer = clients.ask(clients.stand.anonymous, each.method, each.at(), headers=headers)
            tried[f"{each} with {kind}"] = answer.status_code
            if answer.status_code not in (401, 429):
                yield Fault(
                    f"{each} answers {answer.status_code} to {kind}",
                    str(each),
                    why="OWASP API2:2023: it does not go by the same verification as the rest",
                    next_step="let it depend on backwright.accounts.current_actor",
                )


def _session(stand: Stand, clients: Clients) -> Session:
    """Signs in anew, so that nobody else is signed out."""
    caller = next(each[0] for role, each in stand.callers.items() if role)
    told = json_of(clients.ask(caller, "GET", "/auth/me"))
    email = str(told.get("email", "")) if isinstance(told, dict) else ""
    return _signed_in(clients, email, str(stand.password))


def _signed_in(clients: Clients, email: str, password: str) -> Session:
    answer = clients.ask(
        clients.stand.anonymous, "POST", "/auth/login", json={"email": email, "password": password}
    )
    said = json_of(answer)
    if answer.status_code != 200 or not isinstance(said, dict):
        raise NotRun(f"a second session cannot be opened: {answer.status_code}")
    return Session(email, str(said.get("access_token")), str(said.get("refresh_token")))


def _lived(
    clients: Clients, probe: Operation, session: Session, offered: list[Operation], tried: dict[str, int]
) -> Iterator[Fault]:
    """Refreshing, replaying, signing out, asking who is here."""
    yield from _replayed(clients, session, tried)
    yield from _signed_out(
        clients, probe, _signed_in(clients, session.email, str(clients.stand.password)), tried
    )
    yield from _who_is_here(clients, session.email, offered, tried)
    yield from _cookies(clients, session.email, offered)


def _replayed(clients: Clients, session: Session, tried: dict[str, int]) -> Iterator[Fault]:
    """A refresh token that comes twice ends the session: one of the two who had it is not its owner."""

    def refreshed(token: str) -> Answer:
        return clients.ask(clients.stand.anonymous, "POST", "/auth/refresh", json={"refresh_token": token})

    chain = [session.refresh]
    for _ in range(2):
        said = json_of(refreshed(chain[-1]))
        if not isinstance(said, dict) or "refresh_token" not in said:
            yield Fault(
                "a refresh token is not taken",
                "POST /auth/refresh",
                "sessions end when the access token does",
            )
            return
        chain.append(str(said["refresh_token"]))
    if len(set(chain)) != len(chain):
        yield Fault(
            "refreshing gives the same token again",
            "POST /auth/refresh",
            "CWE-613: who steals it has it for good",
        )
    replayed = refreshed(chain[0])
    tried["a refresh token that was used"] = replayed.status_code
    if replayed.status_code < 300:
        yield Fault(
            "a refresh token is good twice",
            "POST /auth/refresh",
            "CWE-613: a stolen one is as good as its owner's",
        )
    family = refreshed(chain[-1])
    tried["the newest of a session that was replayed"] = family.status_code
    if family.status_code < 300:
        yield Fault(
            "the session goes on after one of its refresh tokens came twice",
            "POST /auth/refresh",
            why="RFC 9700 4.14: whoever stole it may be the one who goes on",
            next_step="end the whole session when a token comes again",
        )


def _signed_out(
    clients: Clients, probe: Operation, session: Session, tried: dict[str, int]
) -> Iterator[Fault]:
    anonymous, headers = clients.stand.anonymous, {"Authorization": f"Bearer {session.access}"}
    before = clients.ask(anonymous, "GET", probe.path, headers=headers).status_code
    clients.ask(anonymous, "POST", "/auth/logout", headers=headers)
    after = clients.ask(anonymous, "GET", probe.path, headers=headers).status_code
    tried["an access token after signing out"] = after
    if before < 300 and after < 300:
        yield Fault(
            "an access token is good after signing out",
            "POST /auth/logout",
            why="CWE-613: who has it goes on",
            next_step="look at the session of a token, not at the token alone",
        )
    refreshed = clients.ask(
        anonymous, "POST", "/auth/refresh", json={"refresh_token": session.refresh}
    ).status_code
    tried["a refresh token after signing out"] = refreshed
    if refreshed < 300:
        yield Fault(
            "a refresh token is good after signing out", "POST /auth/logout", "CWE-613: the session goes on"
        )


def _who_is_here(
    clients: Clients, email: str, offered: list[Operation], tried: dict[str, int]
) -> Iterator[Fault]:
    """Signing in, asking for a new password and registering answer alike, whether there is an account or not."""
    bodies = (
        ("/auth/login", {"password": SAME}),
        ("/auth/password/forgot", dict[str, str]()),
        ("/auth/register", dict[str, str]()),
    )
    for path, rest in bodies:
        if path not in {each.path for each in offered}:
            continue
        answers = [
            clients.ask(clients.stand.anonymous, "POST", path, json={"email": each, **rest})
            for each in (email, "nobody.at.all@example.com")
        ]
        said = [(each.status_code, _plain(each, email)) for each in answers]
        tried[f"who is here, {path}"] = answers[0].status_code
        if said[0] != said[1] and 429 not in {status for status, _ in said}:
            yield Fault(
                f"it tells who has an account: {said[0][0]} for somebody, {said[1][0]} for nobody",
                f"POST {path}",
                why="CWE-204: addresses can be tried out",
                next_step="answer the same, whether there is an account or not",
            )


def _plain(answer: Answer, email: str) -> str:
    found = json_of(answer)
    if isinstance(found, dict):
        found = {name: value for name, value in found.items() if name != "request_id"}
    return str(found).replace(email, "").replace("nobody.at.all@example.com", "")


def _cookies(clients: Clients, email: str, offered: list[Operation]) -> Iterator[Fault]:
    """Cookies that a session is kept in: out of reach for scripts and for other sites."""
    for each in offered:
        if each.method != "POST" or not each.path.endswith(("/session", "/sessions", "/login")):
            continue
        given = {"email": email, "password": str(clients.stand.password)}
        try:
            answer = clients.ask(
                clients.stand.anonymous, "POST", each.at(), json=given, headers={"Origin": ADDRESS}
            )
        except httpx2.HTTPError:
            continue
        for cookie in answer.headers.get_list("set-cookie"):
            yield from weak_cookie(cookie, str(each))


def weak_cookie(cookie: str, place: str) -> Iterator[Fault]:
    """What a cookie does not say that it should."""
    name, flags = cookie.partition("=")[0], {part.strip().lower() for part in cookie.split(";")[1:]}
    missing = [flag for flag in ("httponly", "secure") if flag not in flags]
    if not any(flag.startswith("samesite=") and flag != "samesite=none" for flag in flags):
        missing.append("samesite")
    if missing and "csrf" not in name.lower():
        yield Fault(
            f"the cookie {name} is without {', '.join(missing)}",
            place,
            why="CWE-1004, CWE-614, CWE-1275: scripts, plain HTTP or other sites can use it",
            next_step="HttpOnly; Secure; SameSite=Lax, and __Host- in front of its name",
        )
