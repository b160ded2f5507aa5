"""Where messages go: a mail server, the terminal of a developer, or a list that a test reads.

What lives here: one class for each, and which one a service has. What must not: when and how often a message
is tried (`mail.py`).
"""

import ssl
import sys
from collections import deque
from typing import TYPE_CHECKING, Final, TextIO

from backwright.mail import Mail, Mailer, Message, Refused, as_email, domain_of
from backwright.redaction import visible
from backwright.settings_rules import Environment
from backwright.smtp_address import SmtpAddress

if TYPE_CHECKING:
    from backwright.settings import Settings

TIMEOUT_SECONDS: Final = 20.0
"""How long the mail server may take for one step of the conversation."""

KEPT: Final = 1_000
"""Messages that a test can look back to."""


class Smtp:
    """A mail server. Certificates are verified; `tls` is a context of one's own for servers with a private
    authority."""

    def __init__(self, address: SmtpAddress, sender: str, tls: ssl.SSLContext | None = None) -> None:
        self._address = address
        self._sender = sender
        self._tls = tls

    def __repr__(self) -> str:
        return f"<Smtp {self._address.host}:{self._address.port}>"

    async def deliver(self, message: Message) -> None:
        """Hand over one message in a connection of its own. Raises `Refused` for an answer 5xx to it."""
        import aiosmtplib  # here, because it is an extra

        address = self._address
        try:
            email = as_email(message, self._sender)
        except ValueError as error:  # an address with a line break in it
            raise Refused() from error
        try:
            await aiosmtplib.send(
                email,
                hostname=address.host,
                port=address.port,
                username=address.user,
                password=address.password,
                use_tls=address.tls,
                start_tls=address.start_tls,
                tls_context=self._tls,
                local_hostname=domain_of(self._sender),
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusal = error.recipients[0]
            raise (Refused if refusal.code >= 500 else ConnectionError)() from refusal
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
            raise (Refused if error.code >= 500 else ConnectionError)() from error


class Terminal:
    """The terminal, in development: whoever develops reads the code there."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def __repr__(self) -> str:
        return "<Terminal>"

    async def deliver(self, message: Message) -> None:
        """Print one message."""
        lines = [f"To: {message.to}", f"Subject: {message.subject}", "", *message.text.splitlines()]
        shown = "\n".join(f"  | {visible(line)}" for line in lines)
        stream = self._stream or sys.stderr
        stream.write(f"\nMail that is not sent in development:\n{shown}\n\n")
        stream.flush()


class Kept:
    """A list, in test suites."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque(maxlen=KEPT)

    def __repr__(self) -> str:
        return f"<Kept {len(self.messages)}>"

    async def deliver(self, message: Message) -> None:
        """Keep one message."""
        self.messages.append(message)


def open_mail(settings: "Settings") -> Mail:
    """The mail of a service: by `MAIL_URL`; without one the terminal in development, a list in tests, and
    none in production."""
    mailer: Mailer | None = None
    if settings.mail_url:
        address = SmtpAddress.parse(settings.mail_url, strict=settings.in_production)
        mailer = Smtp(address, settings.mail_from)
    elif settings.environment is Environment.TEST:
        mailer = Kept()
    elif settings.environment is Environment.DEVELOPMENT:
        mailer = Terminal()
    return Mail(mailer)
