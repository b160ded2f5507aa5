"""A real browser for tests: headless Chromium, driven over its debugging pipe (Chrome DevTools Protocol).

Debian has it as `chromium-headless-shell`. On a machine without it a test is a skip that says so; where the pipeline
says that it has one (`CI_CHROMIUM`), that is a failure.

`web(app)` puts applications behind one TLS port, so that pages have names, sites and a secure origin as on the
web: the browser takes every name under `.test` for this machine and believes its certificate.
"""

import asyncio
import json
import os
import shutil
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from services import PATIENT, free_port
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--ignore-certificate-errors", "--host-resolver-rules=MAP *.test 127.0.0.1",
)  # fmt: skip
WIRE = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
"""A program that becomes the browser, which expects its pipe at 3 (commands) and 4 (answers)."""

LONGEST = 64 * 1024 * 1024


def program() -> str:
    """The browser on this machine."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI_CHROMIUM"):
        pytest.fail("there is no Chromium, and CI_CHROMIUM says that there must be")
    if found is None:
        pytest.skip("no Chromium is installed (Debian: apt install chromium-headless-shell)")
    return found


class Chromium:
    """A browser that runs."""

    def __init__(self, commands: asyncio.StreamWriter, answers: asyncio.StreamReader) -> None:
        self._commands, self._answers = commands, answers
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loads: dict[str, asyncio.Event] = {}
        self._last = 0

    async def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """The result of a command. Raises `RuntimeError` with what the browser says against it."""
        self._last += 1
        command = {"id": self._last, "method": method, "params": params}
        if session is not None:
            command["sessionId"] = session
        self._waiting[self._last] = asyncio.get_running_loop().create_future()
        answer = self._waiting[self._last]
        self._commands.write(json.dumps(command).encode() + b"\0")
        async with asyncio.timeout(PATIENT):
            found = await answer
        if "error" in found:
            raise RuntimeError(f"{method}: {found['error']['message']}")
        result: dict[str, Any] = found["result"]
        return result

    async def listen(self) -> None:
        """Hand out answers, and note the pages that have loaded, until the browser ends."""
        with suppress(asyncio.IncompleteReadError):
            while True:
                message = json.loads((await self._answers.readuntil(b"\0"))[:-1])
                if (waiting := self._waiting.pop(message.get("id", 0), None)) is not None:
                    waiting.set_result(message)
                elif message.get("method") == "Page.loadEventFired" and message["sessionId"] in self._loads:
                    self._loads[message["sessionId"]].set()

    async def profile(self) -> "Profile":
        """A browser of somebody's own: no cookie in it comes from another one."""
        found = await self.send("Target.createBrowserContext")
        return Profile(self, found["browserContextId"])

    def loads(self, session: str) -> asyncio.Event:
        """What is set when the page of a tab has loaded."""
        return self._loads.setdefault(session, asyncio.Event())


class Profile:
    """Cookies, and the tabs that share them."""

    def __init__(self, browser: Chromium, context: str) -> None:
        self._browser, self._context = browser, context

    async def tab(self, address: str) -> "Tab":
        """A new tab in which a page has loaded."""
        made = await self._browser.send(
            "Target.createTarget", url="about:blank", browserContextId=self._context
        )
        attached = await self._browser.send("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        tab = Tab(self._browser, attached["sessionId"])
        await self._browser.send("Page.enable", attached["sessionId"])
        await tab.open(address)
        return tab

    async def cookies(self) -> list[dict[str, Any]]:
        """The cookies with all their attributes, also those that no script sees."""
        found = await self._browser.send("Storage.getCookies", browserContextId=self._context)
        cookies: list[dict[str, Any]] = found["cookies"]
        return cookies


class Tab:
    """One page."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session

    async def open(self, address: str) -> None:
        """Go there as by the address bar, and wait until it has loaded. Raises `RuntimeError` if it cannot."""
        loaded = self._browser.loads(self._session)
        loaded.clear()
        found = await self._browser.send("Page.navigate", self._session, url=address)
        if "errorText" in found:
            raise RuntimeError(f"{address}: {found['errorText']}")
        async with asyncio.timeout(PATIENT):
            await loaded.wait()

    async def run(self, script: str) -> Any:
        """The value of a script in the page, waited for. Raises `RuntimeError` for what it throws."""
        found = await self._browser.send(
            "Runtime.evaluate", self._session, expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"]["exception"].get("description", str(found)))
        return found["result"].get("value")

    async def run_and_load(self, script: str) -> None:
        """Run a script that leads to another page, such as the sending of a form, and wait for that."""
        loaded = self._browser.loads(self._session)
        loaded.clear()
        await self.run(script)
        async with asyncio.timeout(PATIENT):
            await loaded.wait()

    async def status(self) -> int:
        """The status with which the page was answered."""
        return int(await self.run("performance.getEntriesByType('navigation')[0].responseStatus"))


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """A browser that has just started and knows nothing."""
    found = program()
    (ours_out, ours_in), (theirs_out, theirs_in) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as folder:
        wired = [sys.executable, "-I", "-c", WIRE, str(ours_out), str(theirs_in)]
        process = await asyncio.create_subprocess_exec(
            *wired, found, *OPTIONS, f"--user-data-dir={folder}",
            pass_fds=(ours_out, theirs_in), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        os.close(ours_out)
        os.close(theirs_in)
        loop = asyncio.get_running_loop()
        answers = asyncio.StreamReader(limit=LONGEST)
        reading, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(theirs_out, "rb")
        )
        writing, flow = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(ours_in, "wb")
        )
        browser = Chromium(asyncio.StreamWriter(writing, flow, None, loop), answers)
        listening = asyncio.create_task(browser.listen())
        try:
            yield browser
        finally:
            await browser.send("Browser.close")
            listening.cancel()
            await asyncio.wait([listening])
            writing.close()
            reading.close()
            await process.wait()


BLANK = HTMLResponse("<!doctype html><title>A page</title>", headers={"Referrer-Policy": "unsafe-url"})


@asynccontextmanager
async def web(apps: Mapping[str, ASGIApp], port: int) -> AsyncIterator[None]:
    """The applications by the names of their hosts at `https://<name>:<port>`; every other name has an empty page."""

    async def by_host(scope: Scope, receive: Receive, send: Send) -> None:
        host = dict(scope["headers"])[b"host"].decode().partition(":")[0]
        await apps.get(host, BLANK)(scope, receive, send)

    with tempfile.TemporaryDirectory(prefix="certificate-") as folder:
        certificate = Path(folder) / "certificate.pem"
        certificate.write_bytes(_certificate())
        config = uvicorn.Config(
            by_host, "127.0.0.1", port, lifespan="off", log_config=None, ssl_certfile=certificate,
            server_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        config.ssl_version = ssl.PROTOCOL_TLS_SERVER
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        serving = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _certificate() -> bytes:
    """A certificate for one hour, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)


__all__ = ["Chromium", "Profile", "Tab", "chromium", "free_port", "web"]
