"""The systems that are compared: how each is set up, started and asked.

What lives here: commands, environments, and what a system does not offer. What must not: measuring.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import jwt

from bench.load import WrongAnswer, ask
from bench.operations import LIMIT, OPERATIONS, PAGE
from bench.processes import NotStarted, run
from bench.wire import HOST, Dialect, raw

ROOT: Final = Path(__file__).parents[2]
PEERS: Final = ROOT / "benchmarks" / "peers"
CHECKOUT: Final = Path(os.environ.get("BENCH_CHECKOUT", ROOT))
"""The checkout whose service is measured; another one than this shows what a change has brought."""

SERVICE: Final = CHECKOUT / "examples" / "work-orders"
OWN_PYTHON: Final = str(ROOT / ".venv" / "bin" / "python")
SECRET: Final = "a secret of the benchmark that is long enough for everybody"
METRICS_TOKEN: Final = "a-token-for-metrics"
PASSWORD: Final = "wide-open-benchmark-7"
LIMIT_PER_USER: Final = "9999999/minute"
EVERYTHING: Final = frozenset(each.name for each in OPERATIONS)
UNCACHED: Final = EVERYTHING - {"list_cached"}


@dataclass(frozen=True)
class System:
    """One line of the table."""

    name: str
    title: str
    engine: str
    """`postgresql` or `sqlite`."""
    folder: Path
    command: Callable[[int], list[str]]
    offers: frozenset[str] = UNCACHED
    scheme: str = "postgresql"
    """What the address of the database begins with."""
    guarded: bool = False
    """Whether rate limit, metrics and an access log are on, which is checked."""
    warms_slowly: bool = False
    """Whether code is compiled while it runs, which takes thousands of requests."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Whether this is the service that Backwright writes."""
        return self.folder == SERVICE

    def variables(self, database: str, port: int, files: Path) -> dict[str, str]:
        """The environment of a start."""
        if self.ours:
            return {**ours(database, files), **self.environment}
        parts = urlsplit(database)
        url = (
            urlunsplit(parts._replace(scheme=self.scheme))
            if parts.netloc
            else f"{self.scheme}:///{parts.path}"
        )
        common = {"DATABASE_URL": url, "PORT": str(port), "JWT_SECRET": SECRET, "FILES": str(files)}
        guards = {"GUARDS": "1", "RATE_LIMIT": LIMIT_PER_USER} if self.guarded else {}
        return {
            **common,
            "NODE_ENV": "production",
            "PYTHONDONTWRITEBYTECODE": "1",
            **guards,
            **self.environment,
        }


def ours(database: str, files: Path) -> dict[str, str]:
    """The settings of our service: production, every guard on, the limit raised and still counted."""
    return {
        "ENVIRONMENT": "production",
        "PUBLIC_URL": f"https://{HOST}",
        "SECRET_KEY": "Zm9yIHRoZSBiZW5jaG1hcmsgYW5kIG5vd2hlcmUgZWxzZSwgcmFuZG9tOiA5eHE3dkx3",
        "DATABASE_URL": database,
        "FILES_URL": f"file:{files}",
        "RATE_LIMIT": LIMIT_PER_USER,
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "METRICS_TOKEN": METRICS_TOKEN,
        "PYTHONPATH": f"src:{CHECKOUT / 'packages' / 'runtime' / 'src'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _uvicorn(port: int) -> list[str]:
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", "main:app", "--port", str(port), *options]


def _serve(port: int) -> list[str]:
    return [OWN_PYTHON, "-m", "work_orders", "serve", "--port", str(port)]


def _gunicorn(port: int) -> list[str]:
    options = ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--keep-alive", "75"]
    return [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", *options]


def _node(script: str) -> Callable[[int], list[str]]:
    return lambda port: ["node", script]


_RAW = UNCACHED - {"login", "upload"}
SYSTEMS: Final = (
    System("backwright-postgresql", "Backwright", "postgresql", SERVICE, _serve, EVERYTHING, guarded=True),
    System(
        "fastapi-sqlalchemy", "FastAPI + SQLAlchemy async + Pydantic", "postgresql", PEERS / "fastapi", _uvicorn,
        scheme="postgresql+asyncpg",
    ),
    System(
        "fastapi-guarded", "FastAPI, with slowapi, instrumentator, structlog", "postgresql", PEERS / "fastapi",
        _uvicorn, scheme="postgresql+asyncpg", guarded=True,
    ),
    System(
        "litestar", "Litestar + advanced-alchemy", "postgresql", PEERS / "litestar", _uvicorn,
        scheme="postgresql+asyncpg",
    ),
    System("django-rest-framework", "Django REST Framework", "postgresql", PEERS / "django", _gunicorn),
    System("fastify", "Fastify + pg", "postgresql", PEERS / "fastify", _node("main.js"), warms_slowly=True),
    System(
        "fastify-guarded", "Fastify, with rate-limit, metrics, pino", "postgresql", PEERS / "fastify",
        _node("main.js"), guarded=True, warms_slowly=True,
    ),
    System("nestjs", "NestJS + TypeORM", "postgresql", PEERS / "nestjs", _node("dist/main.js"), warms_slowly=True),
    System("raw-asgi", "raw ASGI + asyncpg + msgspec", "postgresql", PEERS / "raw", _uvicorn, _RAW),
    System("backwright-sqlite", "Backwright", "sqlite", SERVICE, _serve, EVERYTHING, guarded=True),
    System(
        "fastapi-aiosqlite", "FastAPI + SQLAlchemy async + Pydantic", "sqlite", PEERS / "fastapi", _uvicorn,
        scheme="sqlite+aiosqlite",
    ),
)  # fmt: skip


@cache
def prepare(folder: Path) -> None:
    """Install what a peer needs. Raises `NotStarted` with one line if that is not possible here."""
    if not (folder / "package.json").exists():
        return
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotStarted("Node is not installed (version 20 or newer, with npm)")
    installed, wanted = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        _npm(folder, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error")
        installed.touch()
    scripts = json.loads((folder / "package.json").read_text()).get("scripts", {})
    if "build" in scripts:
        _npm(folder, "run", "build", "--silent")


def _npm(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["npm", *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise NotStarted(f"npm {arguments[0]} failed in {folder.name}: {said[-1] if said else 'no output'}")


def set_up_ours(database: str, files: Path, rows: int = 0) -> str:
    """Migrate, and make an account for each role: their password; and sample rows. Raises `NotStarted`."""
    environment = ours(database, files)
    run([OWN_PYTHON, "-m", "work_orders", "migrate", "up"], SERVICE, environment)
    development = environment | {"ENVIRONMENT": "development"}
    said = run([OWN_PYTHON, "-m", "work_orders", "seed", "--rows", str(rows)], SERVICE, development)
    found = re.search(r"with the password (\S+)", said)
    if found is None:
        raise NotStarted("seed did not name a password")
    return found[1]


def peer_dialect() -> Dialect:
    """How every peer is asked. Page 1,000 is an offset, as their documentation pages."""
    token = token_of("dispatcher")
    far = {"offset": str(LIMIT * (PAGE - 1))}
    return Dialect({}, far, token, {"email": "viewer@example.com", "password": PASSWORD})


def raw_dialect(after: str) -> Dialect:
    """As a peer, with a page that starts behind a row."""
    peer = peer_dialect()
    return Dialect(peer.query, {"after": after}, peer.token, peer.login)


def token_of(role: str) -> str:
    """A token that every peer accepts."""
    now = int(time.time())
    claims = {"sub": "00000000-0000-7000-8000-000000000001", "role": role, "iat": now, "exp": now + 3600}
    return jwt.encode(claims, SECRET, "HS256")


async def our_dialect(port: int, password: str, far: str | None) -> Dialect:
    """How our service is asked: with a token of its own, and a cursor from walking 1,000 pages unless it is known."""
    token = await sign_in(port, "dispatcher@example.com", password)
    query = {"sort": "-created_at", "embed": "asset,assignee"}
    known = far if far is not None else await walk(port, token, query)
    login = {"email": "viewer@example.com", "password": password}
    return Dialect(query, {"cursor": known}, token, login, forwarded=True)


async def sign_in(port: int, email: str, password: str) -> str:
    """An access token."""
    body = json.dumps({"email": email, "password": password}).encode()
    status, _, answer = await ask(port, raw("POST", "/auth/login", body=body))
    if status != 200:
        raise WrongAnswer(f"sign-in answered {status} {answer[:200]!r}")
    return str(json.loads(answer)["access_token"])


async def walk(port: int, token: str, query: Mapping[str, str]) -> str:
    """The cursor of page 1,000, found as a client finds it: page by page, larger ones for speed."""
    rest, cursor, large = LIMIT * (PAGE - 1), "", 100
    while rest:
        limit = min(rest, large)
        parameters = "&".join(f"{name}={value}" for name, value in query.items())
        path = f"/work-orders?limit={limit}&{parameters}" + (f"&cursor={cursor}" if cursor else "")
        status, _, answer = await ask(port, raw("GET", path, token))
        if status != 200:
            raise WrongAnswer(f"the walk ended with {status} {answer[:200]!r}")
        cursor, rest = json.loads(answer)["next"], rest - limit
    return cursor


def node_version() -> str | None:
    """The version of Node, if there is one."""
    if shutil.which("node") is None:
        return None
    return subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()


def cleaned() -> None:
    """Forget what this shell says about proxies: everything here is on this machine."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ.pop(name, None)
