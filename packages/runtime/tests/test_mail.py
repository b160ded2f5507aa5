"""Mail goes out beside the request, is tried again, and leaves no trace of its reader."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import pytest
from backwright import mail as module
from backwright.database import Database
from backwright.errors import Unavailable
from backwright.mail import Mail, Message, Refused, as_email

MESSAGE = Message("reset", "ada@example.org", "Reset your password", "Your code is:\n\ncanary-code\n")


class Server:
    """A mail server that answers as told, the last answer for good."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()

    async def deliver(self, message: Message) -> None:
        self.asked += 1
        await self.open.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.DEBUG, logger="backwright.mail")
    return lambda: " ".join(f"{each.getMessage()} {vars(each)}" for each in caplog.records)


async def test_nobody_waits_for_a_mail_server(database: Database) -> None:
    """The commit is through while the server has not answered yet."""
    server = Server(None)
    server.open.clear()
    mail = Mail(server, pauses=(0,))
    async with database.work() as work:
        work.after_commit(lambda: mail.send(MESSAGE))
    assert len(mail._under_way) == 1
    server.open.set()
    await mail.idle()
    assert server.asked == 1


async def test_nothing_is_sent_for_what_was_rolled_back(database: Database) -> None:
    """A mail tells of what has happened."""
    server = Server(None)
    mail = Mail(server, pauses=(0,))
    with suppress(RuntimeError):
        async with database.work() as work:
            work.after_commit(lambda: mail.send(MESSAGE))
            raise RuntimeError
    await mail.idle()
    assert server.asked == 0


async def test_a_server_that_is_down_is_tried_again(log: Callable[[], str]) -> None:
    """Until it takes the message; the log says which attempt it was."""
    server = Server(OSError("ada@example.org"), TimeoutError(), None)
    mail = Mail(server, pauses=(0, 0, 0))
    mail.send(MESSAGE)
    await mail.idle()
    assert server.asked == 3
    assert "a mail was sent" in log()


async def test_a_message_is_given_up_in_the_end(log: Callable[[], str]) -> None:
    """After the last attempt, and at once if the server will never take it."""
    for server, asked in ((Server(OSError()), 3), (Server(Refused()), 1)):
        mail = Mail(server, pauses=(0, 0, 0))
        mail.send(MESSAGE)
        await mail.idle()
        assert server.asked == asked
    assert "a mail is given up" in log()
    assert "a mail was refused" in log()


async def test_the_log_knows_neither_reader_nor_code(log: Callable[[], str]) -> None:
    """Also when the server's answer repeats them."""
    for answer in (None, OSError("550 ada@example.org canary-code"), Refused("ada@example.org")):
        mail = Mail(Server(answer), pauses=(0, 0))
        mail.send(MESSAGE)
        await mail.idle()
    assert "reset" in log()
    for secret in ("ada@", "canary-code", "Reset your password"):
        assert secret not in log()
    assert "ada@" not in repr(MESSAGE)


async def test_few_are_sent_at_once_and_not_endlessly_many_wait(
    monkeypatch: pytest.MonkeyPatch, log: Callable[[], str]
) -> None:
    """A server that hangs costs four connections and a bounded list."""
    monkeypatch.setattr(module, "MAX_WAITING", 10)
    server = Server(None)
    server.open.clear()
    mail = Mail(server, pauses=(0,))
    for _ in range(12):
        mail.send(MESSAGE)
    while server.asked < 4:
        await asyncio.sleep(0.001)
    for _ in range(20):
        await asyncio.sleep(0)
    assert server.asked == 4
    assert len(mail._under_way) == 10
    assert "too many wait already" in log()
    server.open.set()
    await mail.idle()
    assert server.asked == 10


async def test_a_process_that_stops_sends_what_it_can(log: Callable[[], str]) -> None:
    """And says how much is lost."""
    fine, hanging = Mail(Server(None), pauses=(0,)), Mail(Server(OSError()), pauses=(0, 3600))
    for mail in (fine, hanging):
        mail.send(MESSAGE)
    await fine.close()
    assert "are lost" not in log()
    await hanging.close(seconds=0.05)
    assert "are lost" in log()
    assert not hanging._under_way


async def test_without_a_mail_server_nothing_breaks(log: Callable[[], str]) -> None:
    """What makes no sense without mail says so; what merely tells goes on."""
    mail = Mail(None)
    mail.send(MESSAGE)
    assert "MAIL_URL is not set" in log()
    with pytest.raises(Unavailable, match="MAIL_URL"):
        mail.require()


def test_the_message_on_the_wire() -> None:
    """Sender, reader, date and id; robots are told not to answer; the id names our domain and no machine."""
    found = as_email(MESSAGE, "Office <office@example.com>")
    assert (found["From"], found["To"]) == ("Office <office@example.com>", "ada@example.org")
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Message-ID"].endswith("@example.com>")
    assert found["Date"]
    assert found.get_content_type() == "text/plain"
    assert "canary-code" in found.get_content()


@pytest.mark.parametrize("to", ["ada@example.org\r\nBcc: eve@example.org", "ada@example.org\nX: y"])
def test_an_address_cannot_bring_headers(to: str) -> None:
    """A line break in it is refused."""
    with pytest.raises(ValueError, match=r"linefeed|newline|header"):
        as_email(Message("reset", to, "Hello", "text"), "office@example.com")
