"""Mail to people: a message, and its way out beside the request.

What lives here: what a message is, and the sending after the commit with its repetitions. What must not: what
is written in a message (`account_mails.py`), where it goes (`mailers.py`).

Nobody waits for a mail server: a request hands over its message and goes on, so an answer takes the same time
whether or not somebody gets mail. Messages wait in memory; what a process that is killed had not sent yet is
lost, and people ask for a code again. The log never holds an address, a subject or a code.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Final, Protocol

from backwright.context import now
from backwright.errors import Unavailable

PAUSES: Final = (0.0, 2.0, 10.0, 60.0, 300.0)
"""Seconds before each attempt; after the last one a message is given up."""

MAX_WAITING: Final = 1_000
"""Messages that may wait in this process; one more is dropped, and the log says so."""

AT_ONCE: Final = 4
"""Connections to the mail server at the same time."""

CLOSING_SECONDS: Final = 5.0
"""How long a process that stops goes on sending what waits."""

_log = logging.getLogger("backwright.mail")


@dataclass(frozen=True, slots=True)
class Message:
    """A text for one address. `kind` is what the log calls it; the representation shows nothing else."""

    kind: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class Refused(Exception):
    """The mail server will not take this message, now or later."""


class Mailer(Protocol):
    """Where messages go."""

    async def deliver(self, message: Message) -> None:
        """Hand one message over. Raises `Refused` for one that is not worth another attempt, and anything else
        for one that is."""

    def __repr__(self) -> str: ...


class Mail:
    """Sends messages in the background. `mailer` is None where no mail server is configured."""

    def __init__(self, mailer: Mailer | None, pauses: Sequence[float] = PAUSES) -> None:
        self.mailer = mailer
        self.pauses = pauses
        self._under_way: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)

    def require(self) -> None:
        """Raise `Unavailable` if mail cannot be sent at all: for what makes no sense without it."""
        if self.mailer is None:
            raise Unavailable(
                "This service cannot send mail: its operator has to set MAIL_URL.", retry_after=3600
            )

    def send(self, message: Message) -> None:
        """Send soon; returns at once and raises nothing. Call it after the commit (`Work.after_commit`)."""
        if self.mailer is None or len(self._under_way) >= MAX_WAITING:
            reason = "MAIL_URL is not set" if self.mailer is None else "too many wait already"
            _log.warning("a mail is not sent", extra={"kind": message.kind, "reason": reason})
            return
        task = asyncio.create_task(self._deliver(self.mailer, message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def idle(self) -> None:
        """Return when nothing waits any more: for test suites."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def close(self, seconds: float = CLOSING_SECONDS) -> None:
        """Go on for `seconds`, then give up what still waits."""
        if not self._under_way:
            return
        _, left = await asyncio.wait(self._under_way, timeout=seconds)
        if left:
            _log.warning("mails are lost because the service stops", extra={"count": len(left)})
            for task in left:
                task.cancel()
            await asyncio.wait(left)

    async def _deliver(self, mailer: Mailer, message: Message) -> None:
        for attempt, pause in enumerate(self.pauses, 1):
            await asyncio.sleep(pause)
            try:
                async with self._slots:
                    await mailer.deliver(message)
            except Refused as error:
                _tell("a mail was refused", message, attempt, error)
                return
            except Exception as error:
                _tell("a mail could not be sent", message, attempt, error)
            else:
                _log.info("a mail was sent", extra={"kind": message.kind, "attempt": attempt})
                return
        _log.error("a mail is given up", extra={"kind": message.kind, "attempts": len(self.pauses)})


def as_email(message: Message, sender: str) -> EmailMessage:
    """The message as it goes over the wire (RFC 5322). Raises `ValueError` for an address with a line break.

    `Auto-Submitted` keeps robots from answering (RFC 3834).
    """
    found = EmailMessage(policy=SMTP)
    found["From"] = sender
    found["To"] = message.to
    found["Subject"] = message.subject
    found["Date"] = format_datetime(now())
    found["Message-ID"] = make_msgid(domain=domain_of(sender))
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(message.text)
    return found


def domain_of(sender: str) -> str:
    """The part behind the @."""
    return parseaddr(sender)[1].rpartition("@")[2]


def _tell(event: str, message: Message, attempt: int, error: BaseException) -> None:
    """One line without what the server said: it repeats addresses."""
    code = getattr(error, "code", None) or getattr(error.__cause__, "code", None)
    cause = type(error.__cause__ or error).__name__
    _log.warning(event, extra={"kind": message.kind, "attempt": attempt, "error": cause, "smtp_code": code})
