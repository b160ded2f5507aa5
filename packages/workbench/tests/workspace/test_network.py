"""The loopback interface: ports and requests."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from backwright_workbench.workspace.network import free_port, is_free, request, wait_until


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent; refuses to delete."""

    def do_POST(self) -> None:
        """The body and one header, as JSON."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(200, json.dumps({"body": body, "token": self.headers["Authorization"]}).encode())

    def do_DELETE(self) -> None:
        """An error with a body that is not JSON."""
        self._answer(404, b"gone")

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def _answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def port() -> Iterator[int]:
    """A server that echoes."""
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_port_in_use_is_not_free(port: int) -> None:
    """And one that the system gives out is."""
    assert not is_free(port)
    assert is_free(free_port())


def test_requests_carry_json_both_ways(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the shell comes between this machine and itself."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    status, answer = request("POST", port, "/", body={"a": 1}, headers={"Authorization": "Bearer x"})
    assert (status, answer) == (200, {"body": {"a": 1}, "token": "Bearer x"})


def test_errors_are_answers(port: int) -> None:
    """A status above 399 is returned; only silence raises."""
    assert request("DELETE", port, "/") == (404, None)
    with pytest.raises(OSError, match="refused"):
        request("GET", free_port(), "/")


def test_waiting_is_bounded() -> None:
    """It ends when the answer is yes, or the time is over."""
    answers = iter([False, True])
    assert wait_until(lambda: next(answers), seconds=5)
    assert not wait_until(lambda: False, seconds=0.01)
