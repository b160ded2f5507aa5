"""The scripts: they work on a bare machine, and say in one line what is missing."""

import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[4] / "scripts"
Pages = dict[str, bytes]


def script(name: str) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def serve() -> Iterator[Callable[[Pages], str]]:
    """Serves pages on this machine: returns their base address."""
    servers: list[tuple[HTTPServer, threading.Thread]] = []

    def begin(pages: Pages) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = pages.get(self.path)
                self.send_response(200 if data is not None else 404)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                echoed = f"{self.headers['Authorization']} {self.headers['Content-Type']} ".encode() + body
                self.send_response(201)
                self.send_header("Content-Length", str(len(echoed)))
                self.end_headers()
                self.wfile.write(echoed)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield begin
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def wheel() -> bytes:
    """A wheel with a `uv` that says its version."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("uv/__init__.py", "")
        archive.writestr("uv-1.2.3.data/scripts/uv", "#!/bin/sh\necho uv 1.2.3\n")
    return data.getvalue()


def index(serve: Callable[[Pages], str], sent: bytes, digest: str) -> str:
    """An index that promises a wheel of some hash, and sends `sent`."""
    pages: Pages = {"/wheel": sent}
    base = serve(pages)
    file = {"url": f"{base}/wheel", "digests": {"sha256": digest}}
    pages["/uv/1.2.3/json"] = json.dumps({"urls": [{"url": "x", "digests": {"sha256": "0"}}, file]}).encode()
    return base


def test_uv_is_fetched_by_its_hash(tmp_path: Path, serve: Callable[[Pages], str]) -> None:
    """Among all files of the version the one with the pinned hash; it runs."""
    digest = hashlib.sha256(wheel()).hexdigest()
    base = index(serve, wheel(), digest)
    binary = script("fetch_uv").fetch("1.2.3", tmp_path, sha256=digest, index=base)
    assert subprocess.run([binary], capture_output=True, text=True, check=True).stdout == "uv 1.2.3\n"
    assert os.listdir(tmp_path / "bin") == ["uv"]


def test_a_uv_of_another_hash_is_not_written(tmp_path: Path, serve: Callable[[Pages], str]) -> None:
    """Neither when the index sends other bytes than it promised, nor when it does not know the hash."""
    digest = hashlib.sha256(wheel()).hexdigest()
    base = index(serve, wheel() + b"more", digest)
    with pytest.raises(SystemExit, match="does not have the pinned hash"):
        script("fetch_uv").fetch("1.2.3", tmp_path, sha256=digest, index=base)
    with pytest.raises(SystemExit, match="no uv"):
        script("fetch_uv").fetch("1.2.3", tmp_path, sha256="f" * 64, index=base)
    assert os.listdir(tmp_path) == []


def test_the_pinned_version_is_the_one_the_scripts_ask_for() -> None:
    """Every platform has a hash for the version in `setup.sh`."""
    line = next(
        line for line in (SCRIPTS / "setup.sh").read_text().splitlines() if line.startswith("UV_VERSION=")
    )
    hashes = script("fetch_uv").HASHES
    assert {version for version, *_ in hashes} == {line.removeprefix("UV_VERSION=")}
    assert all(len(digest) == 64 for digest in hashes.values())


@pytest.mark.parametrize("name", ["demo", "test", "check"])
def test_without_a_python_there_is_one_clear_line(tmp_path: Path, name: str) -> None:
    """It says which version is needed; nothing else happens."""
    for tool in ("sh", "dirname"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    done = subprocess.run(
        ["sh", SCRIPTS / name], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Python 3.11 or newer is needed")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--wrong"], ["--port"]])
def test_the_demo_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    """With its usage, before anything is set up."""
    done = subprocess.run(["sh", SCRIPTS / "demo", *arguments], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (2, "usage: scripts/demo [--port N] [--once]\n")


def curl(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The stand-in for curl."""
    command = [sys.executable, str(SCRIPTS / "curl_stand_in.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_stand_in_sends_what_curl_would(serve: Callable[[Pages], str]) -> None:
    """Flags together, headers, a body, a method."""
    base = serve({})
    json_type, token = "Content-Type: application/json", "Authorization: Bearer a.b"
    done = curl("-fsS", "-X", "POST", "-H", token, "-H", json_type, "-d", '{"a": 1}', f"{base}/x")
    assert (done.returncode, done.stdout) == (0, 'Bearer a.b application/json {"a": 1}')


def test_the_stand_in_fails_where_curl_would(serve: Callable[[Pages], str]) -> None:
    """A status of 400 or more is a failure, not an empty success."""
    done = curl("-fsS", f"{serve({})}/nothing")
    assert done.returncode != 0
    assert "404" in done.stderr
    assert done.stdout == ""
