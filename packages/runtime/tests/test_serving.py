"""A service starts on an address that is free and stops without losing a request."""

import signal
import socket
import time
from pathlib import Path

import httpx2
import pytest
from backwright.serving import ServerError, listen
from served import in_background, is_lost, serving, until


@pytest.mark.slow
def test_a_stop_lets_requests_finish_and_ends_with_zero(tmp_path: Path) -> None:
    """Not ready at once, still serving while it drains, exit 0; the log is complete."""
    with serving(tmp_path, DRAIN_S="5") as served, in_background(1) as ask:
        answer = ask(lambda: served.get("/held"))
        until(served.holders)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: served.get("/health/ready").status_code == 503)
        assert served.get("/health/live").status_code == 200
        served.release()
        assert answer.result().status_code == 200
        assert served.process.wait(timeout=60) == 0
        output = served.output()
    assert '"event":"started"' in output
    assert '"event":"stopped"' in output
    assert '"route":"/held"' in output


@pytest.mark.slow
def test_a_request_in_flight_survives_a_stop_without_drain(tmp_path: Path) -> None:
    """Also when the address is closed at once."""
    with serving(tmp_path) as served, in_background(1) as ask:
        answer = ask(lambda: served.get("/held"))
        until(served.holders)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: is_closed(served.port))
        served.release()
        assert answer.result().status_code == 200
        assert served.process.wait(timeout=60) == 0


@pytest.mark.slow
def test_connections_are_kept_until_the_drain_and_then_ended_with_an_answer(tmp_path: Path) -> None:
    """So that no client sends its next request on a connection that is about to close."""
    with serving(tmp_path, DRAIN_S="6") as served, httpx2.Client(base_url=served.address) as kept:
        assert "connection" not in kept.get("/quick").headers
        with in_background(1) as ask:
            begun_before = ask(lambda: served.get("/held"))
            until(served.holders)
            served.process.send_signal(signal.SIGTERM)
            until(lambda: not served.is_ready())
            for path in ("/quick", "/health/live", "/nowhere"):
                assert kept.get(path).headers["connection"] == "close"
            time.sleep(1.1)  # uvicorn has made its headers anew
            assert kept.get("/quick").headers["connection"] == "close"
            served.release()
            assert begun_before.result().headers["connection"] == "close"
        assert served.process.wait(timeout=60) == 0


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """Whatever is under way, and the status says that something may be lost."""
    with serving(tmp_path, DRAIN_S="300") as served, in_background(1) as ask:
        answer = ask(lambda: served.get("/held"))
        until(served.holders)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: not served.is_ready())  # two that come together are one
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=60) == 1
        assert is_lost(answer)


def is_closed(port: int) -> bool:
    """Whether nobody listens any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_one_clear_sentence() -> None:
    """With what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(
            ServerError, match=r"Address already in use\. End what listens there, or choose --port"
        ):
            listen("127.0.0.1", taken.getsockname()[1])
