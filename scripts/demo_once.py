"""The demo as a proof: builds the service, serves it, and runs the very lines that `backwright dev` prints.

Exits 0 only if the build, its suite, every printed line and the clean end of the server all worked.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
BACKWRIGHT = str(ROOT / ".venv" / "bin" / "backwright")
LINE_STARTS = ("TOKEN=$(curl ", "curl ")
READY = "Ctrl-C"
"""What the last line of `dev` speaks of, once everything is served and printed."""


def main() -> int:
    """Builds, serves and tries the service in a directory that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="backwright-demo-") as place:
        service = Path(place, "work-orders")
        built = subprocess.run(
            [BACKWRIGHT, "implement", str(ROOT / "examples/work-orders/brief.md"), "--into", str(service)]
        )
        return built.returncode or tried(service, Path(place))


def tried(service: Path, place: Path) -> int:
    """Serves the service on a free port and runs the printed lines through sh."""
    command = [BACKWRIGHT, "dev", str(service), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1) as server:
        try:
            lines = printed(server)
            code = run_lines(lines, place) if lines else 1
        finally:
            server.send_signal(signal.SIGINT)
            ended = server.wait(60)
    if not lines:
        print("`backwright dev` printed no line to try.")
    if ended != 0:
        print(f"`backwright dev` ended with {ended} after Ctrl-C.")
    return code or ended


def printed(server: "subprocess.Popen[str]") -> list[str]:
    """Shows what `dev` prints until it is ready; returns the lines meant for a shell."""
    lines = []
    assert server.stdout is not None
    for line in server.stdout:
        sys.stdout.write(line)
        if line.strip().startswith(LINE_STARTS):
            lines.append(line.strip())
        if READY in line:
            break
    sys.stdout.flush()
    return lines


def run_lines(lines: list[str], place: Path) -> int:
    """Runs the lines in one shell, as somebody who pastes them does."""
    environment = dict(os.environ)
    if shutil.which("curl") is None:
        print("curl is not installed: the same lines run with a stand-in for it, written in Python.")
        stand_in = place / "bin" / "curl"
        stand_in.parent.mkdir()
        shutil.copy(ROOT / "scripts" / "curl_stand_in.py", stand_in)
        stand_in.write_text(f"#!{sys.executable}\n{stand_in.read_text()}")
        stand_in.chmod(0o755)
        environment["PATH"] = f"{stand_in.parent}{os.pathsep}{environment['PATH']}"
    for line in lines:
        print(f"$ {line}", flush=True)
    finished = subprocess.run(["sh", "-e", "-c", "\necho\n".join(lines)], env=environment)
    print(
        f"\n{len(lines)} printed lines ran: {'all worked' if finished.returncode == 0 else 'one failed'}.",
        flush=True,
    )
    return finished.returncode


if __name__ == "__main__":
    sys.exit(main())
