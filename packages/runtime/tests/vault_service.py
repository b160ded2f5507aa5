"""A counterpart of Vault on this machine, as far as its HTTP API is used: KV 1 and 2, the login of Kubernetes.

The program itself is in no package registry that tests may use. What it answers is taken from its documentation
(developer.hashicorp.com/vault/api-docs): paths, statuses, the shape of the JSON, the check of the token.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class VaultService:
    """What it holds, and who may ask. Change it while it runs."""

    def __init__(self) -> None:
        self.address = ""
        self.tokens = {"hvs.token-of-the-service"}
        self.roles: dict[str, str] = {}
        """Role → the JWT that may take it."""
        self.mounts: dict[str, int] = {"secret": 2, "old": 1}
        self.secrets: dict[str, Mapping[str, Any]] = {}
        """`mount/path` → fields."""
        self.namespace: str | None = None
        self.sealed = False
        self.asked: list[str] = []

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """Status and document."""
        self.asked.append(f"{method} {path}")
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if self.namespace != headers.get("X-Vault-Namespace"):
            return 403, {"errors": ["permission denied"]}
        if method == "POST" and path == "/v1/auth/kubernetes/login":
            return self._login(json.loads(body))
        if headers.get("X-Vault-Token") not in self.tokens:
            return 403, {"errors": ["permission denied"]}
        mount, _, rest = path.removeprefix("/v1/").partition("/")
        if mount not in self.mounts:
            return 404, {"errors": [f"no handler for route {mount!r}"]}
        if self.mounts[mount] == 1:
            found = self.secrets.get(f"{mount}/{rest}")
            return (200, {"data": found, "lease_duration": 2764800}) if found else (404, {"errors": []})
        if not rest.startswith("data/"):
            return 404, {"errors": [], "warnings": ["Invalid path for a versioned K/V secrets engine."]}
        found = self.secrets.get(f"{mount}/{rest.removeprefix('data/')}")
        if found is None:
            return 404, {"errors": []}
        metadata = {
            "created_time": "2026-11-21T08:00:00Z",
            "deletion_time": "",
            "destroyed": False,
            "version": 3,
        }
        return 200, {"data": {"data": found, "metadata": metadata}, "lease_duration": 0}

    def _login(self, said: Mapping[str, str]) -> tuple[int, Any]:
        if self.roles.get(said["role"]) != said["jwt"]:
            return 403, {"errors": ["permission denied"]}
        self.tokens.add("hvs.made-for-the-role")
        return 200, {"auth": {"client_token": "hvs.made-for-the-role", "lease_duration": 3600}}


@contextmanager
def vault_service() -> Iterator[VaultService]:
    """A started one."""
    service = VaultService()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = service.answer(self.command, self.path, dict(self.headers.items()), body)
            raw = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _do

        def log_message(self, *_: object) -> None:
            """A test says itself what it saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
