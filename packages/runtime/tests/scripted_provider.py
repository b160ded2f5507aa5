"""An identity provider that does what a test tells it, wrong things above all. It listens on loopback."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID, SECRET = "office", "a secret: of the client + for tests"
Answer = tuple[int, dict[str, str], bytes]
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
EC_KEY = ECKey.generate_key("P-256", {"kid": "elliptic", "use": "sig"})

SAME: Mapping[str, Any] = {}
"""A userinfo that adds nothing to the ID token."""


@dataclass
class Expected:
    """A code that was given out: what the exchange has to show, and what it gets."""

    challenge: str
    id_token: str
    access_token: str
    userinfo: Mapping[str, Any] | None


@dataclass
class ScriptedProvider:
    """The provider. `overrides` answers a path in the place of the right answer; `seen` counts requests."""

    port: int = 0
    keys: list[Any] = field(default_factory=lambda: [KEY])
    metadata_changes: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    codes: dict[str, Expected] = field(default_factory=dict)
    posted: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **changed: Any) -> dict[str, Any]:
        """What an operator says of it."""
        return {"issuer": self.issuer, "client_id": CLIENT_ID, "client_secret": SECRET, **changed}

    def metadata(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?kept=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata_changes,
        }
        return {name: value for name, value in found.items() if value is not None}

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Claims of a good ID token; None leaves one out."""
        moment = int(time.time())
        found = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "ada",
            "iat": moment,
            "exp": moment + 300,
            "email": "ada@example.org",
            "email_verified": True,
            "name": "Ada",
            **changed,
        }
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, claims: Mapping[str, Any], *, key: Any = KEY, **header: Any) -> str:
        """A token, signed with a key; `alg`, `kid` and the like may be given otherwise."""
        of_key = {} if isinstance(key, bytes) else {"kid": key.kid}
        made = {"alg": "ES256" if isinstance(key, ECKey) else "RS256", "typ": "JWT", **of_key, **header}
        made = {name: value for name, value in made.items() if value is not None}
        start = f"{b64(json.dumps(made).encode())}.{b64(json.dumps(claims).encode())}"
        if made["alg"].lower() == "none":
            return f"{start}."
        if made["alg"] == "HS256":  # an algorithm for secrets, with what everybody can read as the secret
            secret = key if isinstance(key, bytes) else key.as_pem(private=False)
            return f"{start}.{b64(hmac.digest(secret, start.encode(), hashlib.sha256))}"
        return f"{start}.{b64(jws.JWSRegistry.algorithms[made['alg']].sign(start.encode(), key))}"

    def give(
        self,
        url: str,
        *,
        id_token: str | None = None,
        userinfo: Mapping[str, Any] | None = SAME,
        **changed: Any,
    ) -> dict[str, str]:
        """What the browser is sent back with, after this address was visited and a person signed in."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["code_challenge_method"] == "S256"
        claims = self.claims(**{"nonce": asked["nonce"], **changed})
        code = secrets.token_urlsafe(16)
        token = id_token if id_token is not None else self.sign(claims)
        told = {"sub": claims.get("sub")} if userinfo is SAME else userinfo
        self.codes[code] = Expected(asked["code_challenge"], token, secrets.token_urlsafe(16), told)
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        path = urlsplit(target).path
        self.seen[path] += 1
        if path in self.overrides:
            return self.overrides[path]()
        if path == "/.well-known/openid-configuration":
            return told(self.metadata())
        if path == "/jwks":
            return told({"keys": [key.as_dict(private=False) for key in self.keys]})
        if path == "/token" and method == "POST":
            return self._token(headers, dict(parse_qsl(body.decode())))
        if path == "/userinfo":
            given = headers.get("Authorization", "").removeprefix("Bearer ")
            found = [each.userinfo for each in self.codes.values() if each.access_token == given]
            return told(found[0]) if found and found[0] is not None else (401, {}, b"")
        return 404, {}, b""

    def _token(self, headers: Mapping[str, str], fields: dict[str, str]) -> Answer:
        self.posted.append(fields)
        proof = base64.b64decode(headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if [unquote_plus(part) for part in proof.split(":", 1)] != [CLIENT_ID, SECRET]:
            return told({"error": "invalid_client"}, 401)
        expected = self.codes.get(fields.get("code", ""))
        verifier = fields.get("code_verifier", "")
        if expected is None or b64(hashlib.sha256(verifier.encode()).digest()) != expected.challenge:
            return told({"error": "invalid_grant"}, 400)
        tokens = {
            "access_token": expected.access_token,
            "id_token": expected.id_token,
            "token_type": "Bearer",
        }
        return told(tokens)


def told(content: Any, status: int = 200) -> Answer:
    """JSON, as providers answer."""
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def scripted_provider() -> Iterator[ScriptedProvider]:
    """A fresh one that listens."""
    provider = ScriptedProvider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            status, headers, content = provider.answer(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # who asked has heard enough

        do_GET = do_POST = _answer

        def log_message(self, *_: Any) -> None:
            """A test says itself what it saw."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Whoever hangs up has a reason."""

    server = Server(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
