"""Secrets from Vault (or OpenBao): its KV engine, over its HTTP API.

What lives here: signing in and reading one secret. What must not: which settings are read from it
(`secret_source.py`). Nothing is written, renewed or kept: a token of Kubernetes is asked for once per look.

`VAULT_ADDR` says where it is; `VAULT_TOKEN`, `VAULT_TOKEN_FILE` (an agent's), or `VAULT_ROLE` with the token of the
pod's service account (`VAULT_KUBERNETES_TOKEN_FILE`, mount `VAULT_KUBERNETES_MOUNT`) who asks; `VAULT_NAMESPACE` and
`VAULT_CACERT` are Vault's own. The path is that of the API: `secret/data/app` for version 2 of the engine.
"""

import json
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from backwright.secret_source_problem import NotRead

SECONDS: Final = 5.0
"""How long one question to Vault may take."""

ATTEMPTS: Final = 3
"""How often a question is put to a Vault that does not answer, is sealed or stands by."""

PAUSE: Final = 0.5
LARGEST: Final = 1 << 20
ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount/token"
"""Where Kubernetes puts the token of a pod's service account."""


class Vault:
    """One Vault. Nothing is opened before the first `read`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._token: str | None = None
        self._answers: dict[str, dict[str, Any]] = {}
        self._gone: NotRead | None = None
        """Why Vault was given up. Every setting says so, and none waits again."""

    def read(self, path: str, field: str) -> str:
        """A field of the secret at a path. Raises `NotRead`."""
        if not field or not path.strip("/"):
            raise NotRead("that names no field; write vault:secret/data/app#field")
        if self._token is None:
            self._token = self._signed_in()
        if path not in self._answers:
            self._answers[path] = self._ask("GET", f"/v1/{quote(path.strip('/'))}")
        found: Any = self._answers[path].get("data")
        if isinstance(found, dict) and isinstance(found.get("data"), dict) and "metadata" in found:
            found = found["data"]  # version 2 of the engine
        if not isinstance(found, dict) or field not in found:
            raise NotRead("there is no such field")
        value = found[field]
        if not isinstance(value, str) or not value:
            raise NotRead("that field is empty or no text")
        return value

    def _signed_in(self) -> str:
        variables = self._variables
        if token := variables.get("vault_token"):
            return token
        if file := variables.get("vault_token_file"):
            return _content(file, "VAULT_TOKEN_FILE")
        if role := variables.get("vault_role"):
            mount = variables.get("vault_kubernetes_mount", "kubernetes").strip("/")
            file = variables.get("vault_kubernetes_token_file", ACCOUNT)
            said = {"role": role, "jwt": _content(file, "the service account's token")}
            answer = self._ask("POST", f"/v1/auth/{quote(mount)}/login", said)
            token = (answer.get("auth") or {}).get("client_token")
            if isinstance(token, str):
                return token
            raise NotRead("Vault gave no token for VAULT_ROLE")
        raise NotRead("nothing says who asks; set VAULT_TOKEN, VAULT_TOKEN_FILE or VAULT_ROLE")

    def _ask(self, method: str, path: str, said: Mapping[str, str] | None = None) -> dict[str, Any]:
        if self._gone is not None:
            raise self._gone
        for attempt in range(1, ATTEMPTS + 1):
            try:
                status, raw = self._once(method, path, said)
            except (OSError, HTTPException) as error:
                if attempt == ATTEMPTS:
                    self._gone = NotRead(f"Vault does not answer: {type(error).__name__}")
                    raise self._gone from None
            else:
                if status == 200:
                    return _parsed(raw)
                if status < 429:
                    raise NotRead(_meaning(status))
                if attempt == ATTEMPTS:
                    self._gone = NotRead(_meaning(status))
                    raise self._gone
            time.sleep(PAUSE * attempt)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, said: Mapping[str, str] | None) -> tuple[int, bytes]:
        headers = {"X-Vault-Request": "true", "Accept": "application/json"}
        if self._token is not None:
            headers["X-Vault-Token"] = self._token
        if namespace := self._variables.get("vault_namespace"):
            headers["X-Vault-Namespace"] = namespace
        connection, base = self._connection()
        try:
            body = None if said is None else json.dumps(said).encode()
            connection.request(method, base + path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(LARGEST)
        finally:
            connection.close()

    def _connection(self) -> tuple[HTTPConnection, str]:
        """A connection that is not open yet, and what the paths begin with."""
        address = self._variables.get("vault_addr", "")
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise NotRead("VAULT_ADDR has to say where Vault is, such as https://vault.example.com:8200")
        try:
            port = parts.port
        except ValueError:
            raise NotRead("VAULT_ADDR has no such port") from None
        base = parts.path.rstrip("/")
        if parts.scheme == "https":
            try:
                trusted = ssl.create_default_context(cafile=self._variables.get("vault_cacert"))
            except (OSError, ssl.SSLError):
                raise NotRead("VAULT_CACERT names a file that holds no certificate") from None
            return HTTPSConnection(parts.hostname, port, timeout=SECONDS, context=trusted), base
        if self._variables.get("environment") == "production" and not _is_loopback(parts.hostname):
            raise NotRead("VAULT_ADDR must be https in production: secrets pass over it")
        return HTTPConnection(parts.hostname, port, timeout=SECONDS), base


def _content(file: str, name: str) -> str:
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise NotRead(f"{name} ({file}) cannot be read: {error.strerror}") from None


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotRead("what answers at VAULT_ADDR is no Vault")
    return found


def _meaning(status: int) -> str:
    if status in (400, 401, 403):
        return f"Vault refuses ({status}): this token or role may not read it"
    if status == 404:
        return "Vault has nothing there (404); version 2 of the engine needs /data/ in the path"
    if 300 <= status < 400:
        return f"Vault sends elsewhere ({status}); let VAULT_ADDR name the active node"
    return f"Vault cannot answer now ({status}): it is sealed, standing by or overloaded"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
