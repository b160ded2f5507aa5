"""Sending what is full of recognisable values: as somebody, as nobody, and while the database is away.

What lives here: the order of sending. What must not: the values (`canaries.py`), or looking for them (`logs.py`).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from secrets import token_urlsafe
from time import monotonic
from typing import Any

import httpx2

from backwright_workbench.errors import SetupError
from backwright_workbench.verify.checks.security.canaries import Canaries, Sent, credentials, requests
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.stands import FEW, ServiceStands
from backwright_workbench.verify.subject import Subject

LOGIN = "/auth/login"
PATIENCE = 60.0
"""Seconds for one pass through all operations."""


AS_IN_PRODUCTION = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://api.example.com",
    "ALLOWED_HOSTS": "127.0.0.1",
    "LOG_LEVEL": "DEBUG",
}
"""A service logs differently while it is developed; and in production, too, somebody turns on DEBUG one day."""


@contextmanager
def as_in_production(subject: Subject) -> Iterator[Stand]:
    """A stand as in production. What else a service asks for there is made up, and leads nowhere."""
    settings: dict[str, Any] = dict(AS_IN_PRODUCTION)
    with ExitStack() as stack:
        while True:
            try:
                stand = stack.enter_context(subject.stands.fresh(rows=FEW, **settings))
            except SetupError as error:
                asked = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", error.why or "")) - settings.keys()
                if not asked:
                    raise
                settings |= {name: made_up(name) for name in sorted(asked)}
            else:
                yield stand
                return


def made_up(name: str) -> str:
    """A value for a setting that a service cannot start without."""
    if name.endswith("_URLS"):
        return "https://app.example.com/signed-in"
    if name.endswith(("_URL", "_ISSUER")):
        return f"{'smtps' if name.startswith('MAIL') else 'https'}://127.0.0.1:9"
    return "office@example.com" if name.endswith("_FROM") else token_urlsafe(48)


def everything(
    subject: Subject, stand: Stand, document: Mapping[str, Any], canaries: Canaries
) -> Iterator[tuple[Sent, httpx2.Response]]:
    """Every operation as the caller who may do most, and as nobody; logins that fail; a database that is away."""
    roles = sorted(stand.callers, key=lambda role: (role != "admin", role == "", role))
    with stand.anonymous.client() as nobody:
        yield from sign_in(subject, nobody, canaries)
        prepared: list[Sent] = []
        if roles and stand.callers[roles[0]]:
            with stand.callers[roles[0]][0].client() as somebody:
                prepared = list(requests(document, canaries, rows_there(somebody, document)))
                if stand.gate is not None:
                    stand.gate.close()
                    yield from _sent(
                        somebody,
                        [each for each in prepared if each.method == "POST" and each.json][:3],
                        subject,
                    )
                    stand.gate.open()
                yield from _sent(somebody, prepared, subject)
        wrong = prepared[1::2]
        if not prepared:
            wrong = prepared = list(requests(document, canaries, {}))
        yield from _sent(nobody, wrong, subject)
        first = next((each for each in prepared if each.method == "GET"), None)
        for headers in credentials(canaries):
            if first is not None:
                yield from _sent(nobody, [Sent(first.operation, "GET", first.path, {}, headers)], subject)
        for path in ("/no-such-path", "/"):
            secret = (
                canaries.make(f"the query of GET {path}", secret=True)
                if subject.blueprint is not None
                else "x"
            )
            yield from _sent(
                nobody,
                [Sent(f"GET {path}", "GET", path, {"access_token": secret, "password": secret})],
                subject,
            )


def rows_there(client: httpx2.Client, document: Mapping[str, Any]) -> dict[str, str]:
    """For each list the id of a row of it."""
    found: dict[str, str] = {}
    for path, item in document.get("paths", {}).items():
        if "get" in item and "{" not in path and "/auth" not in path:
            with suppress(httpx2.HTTPError, ValueError):
                answer = client.get(path)
                told = answer.json() if answer.status_code == 200 else []
                rows = (
                    next((each for each in told.values() if isinstance(each, list)), [])
                    if isinstance(told, dict)
                    else told
                )
                if rows and isinstance(rows[-1], dict) and "id" in rows[-1]:
                    found[path] = str(rows[-1]["id"])
    return found


def sign_in(
    subject: Subject, client: httpx2.Client, canaries: Canaries
) -> Iterator[tuple[Sent, httpx2.Response]]:
    """Somebody signs in, refreshes, and mistypes the password: what was given out is secret from then on."""
    if not isinstance(subject.stands, ServiceStands):
        return
    email = next((each for of_role in subject.stands.prepared.addresses.values() for each in of_role), "")
    right = Sent(
        f"POST {LOGIN}", "POST", LOGIN, json={"email": email, "password": subject.stands.prepared.password}
    )
    for sent, answer in _sent(client, [right], subject):
        given = answer.json() if answer.status_code == 200 else {}
        for name, value in given.items():
            if "token" in name and isinstance(value, str) and len(value) > 15:
                canaries.secret[value] = f"{name} of POST {LOGIN}"
        # the answer itself holds them, rightly: only its status is kept
        yield sent, httpx2.Response(answer.status_code, headers=answer.headers)
    wrong = {"email": email, "password": canaries.make(f"a mistyped password in POST {LOGIN}", secret=True)}
    yield from _sent(client, [Sent(f"POST {LOGIN}", "POST", LOGIN, json=wrong)], subject)
    torn = Sent(f"POST {LOGIN}", "POST", LOGIN, json=None, headers={"Content-Type": "application/json"})
    content = f'{{"email": "x", "password": "{canaries.make(f"broken JSON in POST {LOGIN}", secret=True)}'
    yield torn, client.post(LOGIN, content=content.encode(), headers=dict(torn.headers))


def _sent(
    client: httpx2.Client, prepared: list[Sent], subject: Subject
) -> Iterator[tuple[Sent, httpx2.Response]]:
    began = monotonic()
    for each in prepared:
        if monotonic() - began > PATIENCE:
            return
        try:
            answer = client.request(
                each.method, each.path, params=dict(each.query) or None, headers=dict(each.headers), json=each.json,
                data=dict(each.form) if each.form is not None else None, timeout=10,
            )  # fmt: skip
        except httpx2.HTTPError as error:
            subject.say(f"{each.operation}: {type(error).__name__}")
            continue
        yield each, answer
