"""Stands for backends that Backwright did not write: an application in processes of its own, or one address.

What lives here: starting, finding the OpenAPI document, callers. What must not: what is asked.
"""

import shutil
import sys
import sysconfig
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from backwright_workbench.errors import SetupError, UserError
from backwright_workbench.verify.documents import LARGEST, found, read, rooted
from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.verify.stand import host
from backwright_workbench.verify.stand.callers import TIMEOUT, Caller
from backwright_workbench.verify.stand.server import Server
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.stands import FEW
from backwright_workbench.verify.target import Target
from backwright_workbench.workspace.network import HOST, free_port
from backwright_workbench.workspace.processes import clean_environment

ACCEPT = {"Accept": "application/json, application/yaml;q=0.5, */*;q=0.1"}

INTERPRETERS = (".venv/bin/python", "venv/bin/python")
"""Where a project keeps the Python that has what it needs."""


class ForeignStands:
    """What both kinds have in common. No engine is known: what a check says holds for what it has seen."""

    engine = ""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._sharing = threading.Lock()
        self._shared: Stand | None = None
        self._document: dict[str, Any] | None = None
        self._open = ExitStack()

    def shared(self) -> Stand:
        """The stand that checks share."""
        with self._sharing:
            if self._shared is None:
                self._shared = self._open.enter_context(self._first())
            return self._shared

    def _first(self) -> AbstractContextManager[Stand]:
        raise NotImplementedError

    def close(self) -> None:
        """End what was started."""
        self._open.close()

    def _callers(self, url: str) -> dict[str, tuple[Caller, ...]]:
        grouped: dict[str, list[Caller]] = {}
        for each in self._target.callers:
            caller = Caller(each.role, url, headers={each.header: each.value})
            grouped.setdefault(each.role, []).append(caller)
        return {role: tuple(callers) for role, callers in grouped.items()}

    def _read_document(self, url: str, prefix: str = "") -> dict[str, Any]:
        """The document: what was named, or what is published. Asked for once: all stands serve the same."""
        if self._document is None:
            named = self._target.openapi
            if not named:
                self._document = rooted(found(lambda path: self._published(f"{url}{prefix}{path}")), prefix)
            elif "://" in named:
                text = self._published(named)
                if text is None:
                    raise UserError(
                        "there is no OpenAPI document",
                        where=named,
                        why="it does not answer with 200, or with more than 20 MB",
                        next_step="open it in a browser; give another address or a file",
                    )
                self._document = rooted(read(text, named), prefix)
            else:
                self._document = rooted(read(_text(Path(named)), named), prefix)
        return self._document

    def _published(self, url: str) -> str | None:
        """The text at an address, as nobody and then as each caller sees it; it may be closed to strangers."""
        for headers in ({}, *({each.header: each.value} for each in self._target.callers)):
            try:
                answer = httpx2.get(url, headers={**ACCEPT, **headers}, timeout=TIMEOUT, trust_env=False)
            except (httpx2.HTTPError, ValueError):
                return None
            if answer.status_code == 200:
                return answer.text if len(answer.content) <= LARGEST else None
            if answer.status_code not in (401, 403):
                return None
        return None


class AddressStands(ForeignStands):
    """There is one, and it stays as checks leave it."""

    @contextmanager
    def _first(self) -> Iterator[Stand]:
        parts = urlsplit(self._target.url)
        url = f"{parts.scheme}://{parts.netloc}"
        try:
            status = httpx2.get(self._target.url, timeout=TIMEOUT, trust_env=False).status_code
        except (httpx2.HTTPError, ValueError) as error:
            raise UserError(
                "nothing answers there",
                where=self._target.url,
                why=str(error) or type(error).__name__,
                next_step="start the backend, or have it started: backwright verify --app module:app DIR",
            ) from None
        yield Stand(
            url=url,
            document=self._read_document(url, parts.path.rstrip("/")),
            callers=self._callers(url),
            anonymous=Caller("anonymous", url),
            settings={"answered": str(status)},
        )

    def fresh(self, *, rows: int = 0, **settings: str) -> AbstractContextManager[Stand]:
        """There is no other. Raises `NotRun`."""
        raise NotRun(
            "needs a backend of its own; at an address there is one for all",
            "backwright verify --app module:app DIR starts as many as are needed",
            required=False,
        )


class ApplicationStands(ForeignStands):
    """As many as checks ask for, each in a copy of the project, with the variables that were given."""

    def __init__(self, target: Target, origin: Path, root: Path, folder: Path) -> None:
        super().__init__(target)
        self._origin = origin
        self._root = root
        self._folder = folder
        self._numbers = count(1)

    @contextmanager
    def _first(self) -> Iterator[Stand]:
        with self.fresh() as stand:
            yield stand

    @contextmanager
    def fresh(self, *, rows: int = 0, **settings: str) -> Iterator[Stand]:
        """A stand of its own, in a copy of the project with the rows that it has. Raises `NotRun` if they have to
        be many.
        """
        if rows > FEW:
            raise NotRun(
                "needs many rows; rows of a backend that Backwright did not write cannot be made",
                required=False,
            )
        folder = self._folder / f"stand-{next(self._numbers)}"
        shutil.copytree(self._root, folder / "project", symlinks=True)
        with self.on(folder, **settings) as stand:
            yield stand

    @contextmanager
    def on(self, folder: Path, **settings: str) -> Iterator[Stand]:
        """A stand in a folder that a stand was in: the application started again, with what it has written."""
        port = free_port()
        url = f"http://{HOST}:{port}"
        environment = {**clean_environment(PYTHONUNBUFFERED="1"), **self._target.environment, **settings}
        server = Server(
            self._command(port), cwd=folder / "project", environment=environment, log=folder / "log"
        )
        try:
            self._wait(server, url)
            yield Stand(
                url=url,
                document=self._read_document(url),
                callers=self._callers(url),
                anonymous=Caller("anonymous", url),
                server=server,
                folder=folder,
                settings=environment,
            )
        finally:
            server.stop()

    def _command(self, port: int) -> list[str]:
        own = next((place for each in INTERPRETERS if (place := self._origin / each).exists()), None)
        return [
            sys.executable if own is None else str(own),
            str(Path(host.__file__)),
            self._target.app,
            "--port",
            str(port),
            "--beside",
            sysconfig.get_path("purelib"),
        ]

    def _wait(self, server: Server, url: str) -> None:
        """Any answer will do: which path says that it is well, nobody has told."""
        try:
            server.wait_until_ready(f"{url}/", below=600)
        except SetupError as error:
            why = error.why or ""
            said = next((line for line in why.splitlines() if line.startswith(host.CANNOT)), None)
            raise UserError(
                f"{self._target.app} cannot be served" if said else f"{self._target.app} does not answer",
                where=str(self._origin),
                why=said.removeprefix(host.CANNOT) if said else why,
                next_step="give the directory that it is imported from, and what it needs with --env NAME=VALUE",
            ) from None


def _text(place: Path) -> str:
    try:
        return place.read_text(encoding="utf-8") if place.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UserError(
            "the OpenAPI document cannot be read",
            where=str(place),
            why=why,
            next_step="give the file or address of an OpenAPI 3.0 or 3.1 document",
        ) from None


def seen(document: Mapping[str, Any]) -> str:
    """What a backend calls itself in its document."""
    info = document.get("info")
    return str(info.get("title") or "") if isinstance(info, Mapping) else ""
