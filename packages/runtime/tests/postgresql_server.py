"""A PostgreSQL cluster of a test's own, or a replica of one, which may be killed and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import services

_BINARIES = Path("/usr/lib/postgresql")


class PostgresServer:
    """A cluster in a temporary folder. It runs as an unprivileged user, as PostgreSQL wants it.

    With `primary` it is a streaming replica of that one, which has to be running. `settings` are PostgreSQL's own.
    """

    def __init__(self, primary: "PostgresServer | None" = None, **settings: object) -> None:
        self.port = services.free_port()
        self._settings = settings
        self.url = f"postgresql://tester@127.0.0.1:{self.port}/postgres"
        self._user = "nobody" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(self.folder, self._user)
        if primary is None:
            self._run(
                "initdb", "-D", str(self._data), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"
            )
        else:
            source = f"host=127.0.0.1 port={primary.port} user=tester"
            self._run("pg_basebackup", "-D", str(self._data), "-d", source, "-R", "-c", "fast", "--no-sync")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it, with what it had stored."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "wal_retrieve_retry_interval": "200ms",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [_binary("postgres"), "-D", str(self._data), *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, user=self._user,
            start_new_session=True,
        )  # fmt: skip
        self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), attempts=100)

    def place(self, name: str, content: bytes) -> Path:
        """A file beside its data that nobody but the server may read."""
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        if self._user:
            shutil.chown(path, self._user)
        return path

    def kill(self) -> None:
        """`kill -9` of the server and of every process that serves a connection."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            for child in _children(self._process.pid):
                os.kill(child, signal.SIGKILL)
            self._process.wait()
            self._process = None
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def pause(self) -> None:
        """Let every process of it stop where it is: connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        for each in (self._process.pid, *_children(self._process.pid)):
            os.kill(each, number)

    def remove(self) -> None:
        """End it and what it left."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str, attempts: int = 1) -> None:
        for left in reversed(range(attempts)):
            done = subprocess.run(
                [_binary(program), *arguments], capture_output=True, cwd=self.folder, user=self._user
            )
            if done.returncode == 0:
                return
            assert left, done.stderr.decode()
            subprocess.run(["sleep", "0.1"], check=True)


def _children(parent: int) -> list[int]:
    """Processes of the session of `parent`: PostgreSQL's are leaders of groups of their own."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent or (int(fields[3]) == parent and entry.parent.name != str(parent)):
            found.append(int(entry.parent.name))
    return found


def _binary(name: str) -> str:
    on_path = shutil.which(name)
    installed = sorted(_BINARIES.glob(f"*/bin/{name}"))
    if not installed and on_path is None:
        services.missing(f"PostgreSQL's {name} is not installed")
    return str(installed[-1]) if installed else str(on_path)


@contextmanager
def postgres_server(primary: PostgresServer | None = None) -> Iterator[PostgresServer]:
    """A started `PostgresServer`."""
    server = PostgresServer(primary)
    try:
        server.start()
        yield server
    finally:
        server.remove()
