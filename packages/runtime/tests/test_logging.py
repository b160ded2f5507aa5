"""One JSON line for each event, with the request that it belongs to, without secrets, without waiting."""

import io
import json
import logging
from collections.abc import Generator
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
from backwright import logging as logs
from backwright.actor import signed_in
from backwright.app import create_app
from backwright.context import Context, current
from backwright.entity import new_id
from backwright.guard import public
from backwright.log_writer import Writer
from backwright.settings import Settings
from fastapi import Body, FastAPI, Header

CANARY = "canary-7f3e9b1c5d"


class Lines(io.BytesIO):
    """A stream that a test can read as parsed lines."""

    def parsed(self) -> list[dict[str, Any]]:
        sink = logs.sink()
        if sink is not None:
            sink.writer.flush()
        return [json.loads(line) for line in self.getvalue().splitlines()]


def settings(tmp_path: Path, **given: Any) -> Settings:
    return Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
        migrations=tmp_path / "none",
        **given,
    )


@pytest.fixture
def lines(tmp_path: Path) -> Generator[Lines, None, None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = Lines()
    logs.configure(settings(tmp_path), stream)
    yield stream
    logs.release()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    made = create_app(settings(tmp_path), title="Things")

    @made.get("/things/{thing_id}", dependencies=[public()])
    async def thing(thing_id: str) -> dict[str, str]:
        logging.getLogger("things").warning("looked at\r\n{forged}", extra={"password": CANARY, "size": 3})
        return {}

    @made.post("/things", dependencies=[public()])
    async def create(
        password: Annotated[str, Body(embed=True)], authorization: Annotated[str, Header()]
    ) -> None:
        raise RuntimeError(f"cannot store password={password} for {authorization}")

    return made


async def ask(app: FastAPI, method: str, path: str, **options: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app, client=("203.0.113.7", 1))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        return await client.request(method, path, **options)


async def test_a_request_is_one_line_with_its_facts(app: FastAPI, lines: Lines) -> None:
    """The template instead of the path, no query: both hold what callers send."""
    answer = await ask(app, "GET", f"/things/{CANARY}?token={CANARY}")
    (line,) = [each for each in lines.parsed() if each["event"] == "request"]
    assert line["time"].endswith("Z")
    assert line["level"] == "INFO"
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["principal"] == "anonymous"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/things/{thing_id}", 200)
    assert line["duration_ms"] > 0
    assert CANARY not in lines.getvalue().decode()


async def test_every_line_of_a_request_carries_its_id(app: FastAPI, lines: Lines) -> None:
    """Without being handed it."""
    answer = await ask(app, "GET", "/things/1")
    (line,) = [each for each in lines.parsed() if each.get("logger") == "things"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["event"] == "looked at\\u000d\\u000a{forged}"
    assert (line["password"], line["size"]) == ("[hidden]", 3)


async def test_a_failure_is_one_stack_without_what_was_sent(app: FastAPI, lines: Lines) -> None:
    """Under the id that the caller was told."""
    answer = await ask(
        app, "POST", "/things", json={"password": CANARY}, headers={"Authorization": f"Bearer {CANARY}"}
    )
    stacks = [each for each in lines.parsed() if "stack" in each]
    assert len(stacks) == 1
    assert stacks[0]["request_id"] == answer.json()["request_id"]
    assert "RuntimeError" in stacks[0]["stack"]
    assert CANARY not in lines.getvalue().decode()


async def test_refusals_are_no_errors_and_probes_are_silent(app: FastAPI, lines: Lines) -> None:
    """A level that people can be woken up by."""
    await ask(app, "GET", f"/nowhere/{CANARY}")
    await ask(app, "GET", "/health/live")
    requests = [each for each in lines.parsed() if each["event"] == "request"]
    assert [(each["route"], each["status"], each["level"]) for each in requests] == [
        ("unmatched", 404, "INFO")
    ]
    assert CANARY not in lines.getvalue().decode()


def test_the_principal_is_the_signed_in_user(lines: Lines) -> None:
    """By id, never by name or address."""
    user = new_id()
    token = current.set(Context(request_id="r1", actor=signed_in(user, frozenset())))
    try:
        logging.getLogger("x").warning("done")
    finally:
        current.reset(token)
    assert lines.parsed()[0]["principal"] == str(user)


def test_the_level_changes_while_the_service_runs(lines: Lines, tmp_path: Path) -> None:
    """To DEBUG and back by one call, which SIGUSR1 makes."""
    logging.getLogger("x").debug("before")
    logs.toggle_debug(settings(tmp_path))
    logging.getLogger("x").debug("between")
    logs.toggle_debug(settings(tmp_path))
    logging.getLogger("x").debug("after")
    assert [each["event"] for each in lines.parsed()] == ["between"]


def test_the_servers_own_lines_have_the_same_form(lines: Lines) -> None:
    """uvicorn speaks through the same sink and writes no access line of its own."""
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("uvicorn.access").info("GET / 200")
    assert [each["event"] for each in lines.parsed()] == ["Started server process [7]"]


def test_a_call_that_cannot_be_formatted_does_not_raise(lines: Lines) -> None:
    """A log call never breaks what it reports on."""

    class Broken:
        def __str__(self) -> str:
            raise ValueError

    sink = logs.sink()
    assert sink is not None
    sink.emit(logging.makeLogRecord({"msg": "%s", "args": (Broken(),)}))
    assert "A log call failed" in lines.parsed()[0]["event"]


def test_people_get_short_lines_without_control_characters() -> None:
    """At a terminal in development."""
    sink = logs.Sink(Writer(stream := io.BytesIO()), readable=True)
    sink.access(Context(request_id="r1", method="GET", route="/things"), 200, 0.0123)
    sink.emit(logging.makeLogRecord({"msg": "evil \x1b[31m\n", "levelname": "INFO"}))
    sink.writer.close()
    first, second = stream.getvalue().decode().splitlines()
    assert "200 GET    /things  12.3 ms" in first
    assert "evil \\u001b[31m\\u000a" in second
