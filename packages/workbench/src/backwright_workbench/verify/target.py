"""A backend that Backwright did not write: what was said on the command line of where it is and who calls it.

What lives here: that as a value, checked, and the same as a command line without secrets. What must not: starting
or asking it.
"""

import ipaddress
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from backwright_workbench.errors import UserError

SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|KEY|CREDENTIAL|DSN|URL", re.IGNORECASE)
"""Names of variables whose values are not shown."""

SHORT = 6
"""Characters: what is shorter is no secret, and taking it out would take out half of the text."""


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody who calls: a role, and the header that says so."""

    role: str
    header: str
    value: str


@dataclass(frozen=True, slots=True)
class Target:
    """An application to start, or an address that answers. One of `app` and `url` is empty."""

    app: str = ""
    url: str = ""
    directory: Path | None = None
    """The project's files; with an application the current directory if nothing else was said."""
    openapi: str = ""
    callers: tuple[Given, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    """Hosts other than this machine that may be asked."""

    @property
    def folder(self) -> Path:
        """Where evidence is kept."""
        return self.directory or Path()

    def allows(self, url: str) -> bool:
        """Whether what an address names may be asked."""
        host = urlsplit(url).hostname or ""
        return is_here(host) or host in self.hosts

    def secrets(self) -> set[str]:
        """What must not get into evidence."""
        found = {part for each in self.callers for part in (each.value, *each.value.split())}
        found |= {value for name, value in self.environment.items() if SECRET.search(name)}
        return {each for each in found if len(each) >= SHORT}

    def command(self, *, full: bool) -> str:
        """The command line that asks for the same, without secrets."""
        words = ["backwright", "verify"]
        words += [] if self.directory is None else [str(self.directory)]
        words += ["--app", self.app] if self.app else ["--url", self.url]
        words += ["--openapi", self.openapi] if self.openapi else []
        for each in self.callers:
            words += ["--as", f"{each.role}={each.header}: ***"]
        for name, value in self.environment.items():
            words += ["--env", f"{name}={'***' if SECRET.search(name) else value}"]
        for host in self.hosts:
            words += ["--allow-host", host]
        return shlex.join([*words, *(["--full"] if full else [])])


def target(
    directory: Path | None,
    *,
    app: str | None,
    url: str | None,
    openapi: str | None,
    callers: Sequence[str],
    environment: Sequence[str],
    hosts: Sequence[str],
) -> Target | None:
    """What the options say; none if they speak of no foreign backend. Raises `UserError` if they do not agree."""
    if app is not None and url is not None:
        raise _refused("--app and --url were both given", "an application is started, or an address is asked")
    if app is None and url is None:
        for name, value in (
            ("--openapi", openapi),
            ("--as", callers),
            ("--env", environment),
            ("--allow-host", hosts),
        ):
            if value:
                raise _refused(
                    f"{name} was given without a backend",
                    f"{name} goes with --app or --url",
                    "add one of them",
                )
        return None
    if url is not None and environment:
        raise _refused("--env was given with --url", "only what is started here gets an environment")
    if directory is not None and not directory.is_dir():
        raise UserError(
            "there is no such directory", where=str(directory), next_step="give the directory of the project"
        )
    found = Target(
        app=_application(app),
        url=(url or "").rstrip("/"),
        directory=Path() if app is not None and directory is None else directory,
        openapi=openapi or "",
        callers=tuple(map(_caller, callers)),
        environment=dict(map(_variable, environment)),
        hosts=tuple(hosts),
    )
    for address in (found.url, found.openapi if "://" in found.openapi else ""):
        if address:
            _refuse_elsewhere(found, address)
    return found


def is_here(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _application(app: str | None) -> str:
    if app is None:
        return ""
    module, _, name = app.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
        raise _refused(
            f"--app {app} names no application",
            "it is written module:name, as servers want it",
            "backwright verify --app main:app",
        )
    return app


def _caller(text: str) -> Given:
    role, _, header = text.partition("=")
    name, _, value = header.partition(":")
    if not (role.strip() and re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()) and value.strip()):
        raise _refused(
            "--as names no role with a header",
            "it is written ROLE='Header: value'",
            "--as admin='Authorization: Bearer …'",
        )
    return Given(role.strip(), name.strip(), value.strip())


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or "\0" in text:
        raise _refused("--env names no variable", "it is written NAME=VALUE", "--env DEBUG=0")
    return name, value


def _refuse_elsewhere(target: Target, address: str) -> None:
    try:
        parts = urlsplit(address)
        right = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        right = False
    if not right:
        raise _refused(f"{address} is not an address", "it begins with http:// or https:// and names a host")
    if parts.username or parts.password:
        raise _refused(
            "the address holds a password",
            "it would stand in every piece of evidence",
            "give it as a header: --as ROLE='Authorization: Basic …'",
        )
    if not target.allows(address):
        raise _refused(
            f"{parts.hostname} is another machine",
            "checks write, attack and put load on what they ask; only this machine may be asked without further words",
            f"if it is yours and may be attacked, add --allow-host {parts.hostname}",
        )


def _refused(what: str, why: str, next_step: str = "backwright verify --help") -> UserError:
    return UserError(what, why=why, next_step=next_step)
