"""Identity providers for tests, on the loopback interface.

`served_provider`: the program oidc-provider, with real discovery, keys and login. A person signs in under any name
with any password; `PEOPLE` says what it knows of some.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
from npm_programs import fetched, node
from services import free_port, wait_for_port

VERSION = "9.13.3"
CLIENT_ID, SECRET = "office", "a secret of the client, for tests only"
API = "https://office.example.org/api"
"""The audience of access tokens for the service's API."""

PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {
        "email": "Ada@example.org",
        "email_verified": True,
        "name": "Ada",
        "groups": ["/staff", "/chess"],
    },
    "bob": {"email": "bob@example.org", "email_verified": True, "name": "Bob", "groups": []},
    "eve": {"email": "ada@example.org", "email_verified": False, "name": "Ada", "groups": ["/admins"]},
    "boss": {"email": "boss@example.org", "email_verified": True, "name": "Boss", "groups": ["/admins"]},
}
"""Eve says that Ada's address is hers, which the provider has not checked."""


@dataclass
class ProviderServer:
    """A provider that listens."""

    issuer: str

    def settings(self, **changed: Any) -> dict[str, Any]:
        """What an operator says of it."""
        return {
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "scopes": "openid email profile groups",
            **changed,
        }


@contextmanager
def served_provider(
    service: str, *, return_to: Sequence[str] = (), reached_at: str = ""
) -> Iterator[ProviderServer]:
    """The program, for a service at this address, which the provider itself reaches at `reached_at`. npm fetches it at
    the first use."""
    package, port = fetched("oidc-provider", VERSION), free_port()
    issuer = f"http://127.0.0.1:{port}"
    client = {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uris": [f"{service}/auth/oidc/keycloak/callback"],
        "post_logout_redirect_uris": list(return_to),
        "grant_types": ["authorization_code"],
        "backchannel_logout_uri": f"{reached_at or service}/auth/oidc/keycloak/backchannel-logout",
        "backchannel_logout_session_required": True,
        "scope": "openid email profile groups api",
    }
    told = {"issuer": issuer, "port": port, "clients": [client], "people": PEOPLE}
    script = Path(__file__).with_name("oidc_provider.mjs")
    process = subprocess.Popen(
        [node(), str(script)],
        env={
            **os.environ,
            "PACKAGE": str(package),
            "TOLD": json.dumps(told),
            "NODE_TLS_REJECT_UNAUTHORIZED": "0",  # the service of a test has signed its certificate itself
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield ProviderServer(issuer)
    finally:
        process.kill()
        process.wait()


async def sign_in_at(provider: httpx2.AsyncClient, url: str, login: str, until: str) -> str:
    """What a person does at the provider: fill its forms in, until it sends the browser to an address that begins
    with `until`."""
    answer = await provider.get(url)
    for _ in range(12):
        if answer.is_redirect:
            url = urljoin(str(answer.url), answer.headers["location"])
            if url.startswith(until):
                return url
            answer = await provider.get(url)
            continue
        assert answer.status_code == 200, answer.text
        form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
        assert form is not None, answer.text
        given = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
        if given.get("prompt") == "login":
            given |= {"login": login, "password": "any"}
        answer = await provider.post(urljoin(str(answer.url), unescape(form[1])), data=given)
    raise AssertionError("the provider sends nobody back")


def fragment(answer: httpx2.Response) -> dict[str, str]:
    """What stands in the fragment of the address that a browser is sent to."""
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).fragment))


def query(url: str) -> dict[str, str]:
    """What stands in the query of an address."""
    return dict(parse_qsl(urlsplit(url).query))
