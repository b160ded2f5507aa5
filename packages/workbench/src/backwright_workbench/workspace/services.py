"""A written service as something to run: where it is, and the command lines of its own door.

What lives here: turning a directory into a `Service`, and running its commands. What must not: what to do
when they fail, which the verbs decide, beyond handing on its words (`Service.ask`).
"""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from backwright_workbench.errors import UserError
from backwright_workbench.workspace.network import HOST
from backwright_workbench.workspace.processes import Finished, Running, clean_environment, run, start

PATIENCE = 900.0
"""Seconds that a service's command may take: its whole test suite is the longest."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service's directory and its Python package."""

    directory: Path
    package: str

    @property
    def environment(self) -> dict[str, str]:
        """What its processes see: settings come from its own `.env`, never from the shell that calls."""
        return clean_environment(
            PYTHONPATH=str(self.directory / "src"),
            PYTHONDONTWRITEBYTECODE="1",
            PYTHONUNBUFFERED="1",
            ENVIRONMENT="development",
        )

    def command(self, *arguments: str) -> list[str]:
        """The command line of one of its own commands: `migrate up`, `seed`, `serve` …"""
        return [sys.executable, "-m", self.package, *arguments]

    def call(self, *arguments: str, timeout: float = 120.0) -> Finished:
        """Runs one of its own commands to the end."""
        return run(self.command(*arguments), cwd=self.directory, env=self.environment, timeout=timeout)

    def ask(
        self, refusal: str, *arguments: str, timeout: float = 120.0, also: Sequence[int] = ()
    ) -> Finished:
        """Runs one of its own commands for what it prints; the statuses in `also` are answers, too.

        Raises `UserError` with its words if it refuses; `refusal` says what was not done.
        """
        done = self.call(*arguments, timeout=timeout)
        if done.code not in (0, *also) or not done.output:
            raise UserError(
                refusal,
                where=str(self.directory),
                why=without_paths(done.output[-15:], self),
                next_step=f"put that right, or run there: python -m {self.package} {' '.join(arguments)}",
            )
        return done

    def serving(self, port: int) -> AbstractContextManager[Running]:
        """Serves it on `port` for as long as the block lasts; it prints its own log."""
        command = self.command("serve", "--host", HOST, "--port", str(port))
        environment = {**self.environment, "PUBLIC_URL": f"http://{HOST}:{port}"}
        return start(command, cwd=self.directory, env=environment, timeout=None, shown=True)

    def python(self, *arguments: str, **values: str) -> AbstractContextManager[Running]:
        """Runs Python in its directory, its suite for one; `values` are added to the environment."""
        environment = {**self.environment, **values}
        return start([sys.executable, *arguments], cwd=self.directory, env=environment, timeout=PATIENCE)


def find_service(directory: Path) -> Service:
    """The service that lives in `directory`. Raises `UserError` when there is none."""
    doors = sorted(directory.glob("src/*/__main__.py"))
    if len(doors) != 1 or not (directory / "pyproject.toml").is_file():
        raise UserError(
            "there is no service here",
            where=str(directory),
            why="a service has a pyproject.toml and one package with a __main__.py under src/",
            next_step="give the directory that `backwright implement` or `backwright new` wrote",
        )
    return Service(directory.resolve(), doors[0].parent.name)


def without_paths(lines: Sequence[str], service: Service) -> str:
    """What a process printed, without the place that the service has for the moment."""
    return "\n".join(lines).replace(f"{service.directory}/", "").replace(str(service.directory), ".")
