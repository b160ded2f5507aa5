"""Mail over SMTP to a real server, with real TLS; and what takes its place where there is none."""

import asyncio
import io
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from backwright.mail import Mail, Message, Refused
from backwright.mailers import Kept, Smtp, Terminal, open_mail
from backwright.settings import Settings
from backwright.smtp_address import SmtpAddress
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

MESSAGE = Message("reset", "ada@example.org", "Setze dein Paßwort", "Dein Code:\n\ncanary-code\n")
Serve = Callable[..., Awaitable[int]]
SENDER = "Office <office@example.com>"


class Inbox:
    """What a mail server has taken. `refusals` are its next answers to a message."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.sessions: list[Session] = []
        self.refusals: list[str] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        self.sessions.append(session)
        self.envelopes.append(envelope)
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "nobody" in address:
            return f"550 no such user: {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p:ss")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail server of a test")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def serve(inbox: Inbox) -> AsyncGenerator[Serve, None]:
    """`await serve(...)` starts a mail server with options of aiosmtpd; its port. With `ssl`, TLS from the start."""
    loop, started = asyncio.get_running_loop(), []

    async def start(*, ssl: ssl.SSLContext | None = None, **options: Any) -> int:
        server = await loop.create_server(lambda: SMTP(inbox, loop=loop, **options), "127.0.0.1", 0, ssl=ssl)
        started.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    yield start
    for each in started:
        each.close()
        await each.wait_closed()


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def address(port: int, **given: Any) -> SmtpAddress:
    plain: dict[str, Any] = {"tls": False, "start_tls": False, "user": None, "password": None}
    return SmtpAddress("127.0.0.1", port, **{**plain, **given})


async def test_a_message_reaches_the_server(inbox: Inbox, serve: Serve) -> None:
    """Sender and reader are those of the envelope, too; letters beyond ASCII arrive."""
    await Smtp(address(await serve()), SENDER).deliver(MESSAGE)
    [envelope] = inbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("office@example.com", ["ada@example.org"])
    content = envelope.content
    assert isinstance(content, bytes)
    assert b"Auto-Submitted: auto-generated" in content
    assert b"canary-code" in content
    assert inbox.sessions[0].host_name == "example.com", "not the name of our machine"


async def test_what_the_server_refuses_now_is_tried_again(inbox: Inbox, serve: Serve) -> None:
    """4xx means later (RFC 5321 §4.2.1)."""
    inbox.refusals = ["451 busy", "421 restarting"]
    mail = Mail(Smtp(address(await serve()), SENDER), pauses=(0, 0, 0))
    mail.send(MESSAGE)
    await mail.idle()
    assert len(inbox.envelopes) == 1


@pytest.mark.parametrize(("to", "answer"), [("ada@example.org", "554 spam"), ("nobody@example.org", "")])
async def test_what_the_server_refuses_for_good_is_not(
    inbox: Inbox, serve: Serve, to: str, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    """5xx means never; the log holds the number of the answer and not its text."""
    inbox.refusals = [answer] if answer else []
    mail = Mail(Smtp(address(await serve()), SENDER), pauses=(0, 0, 0))
    mail.send(Message("reset", to, "Hello", "text"))
    await mail.idle()
    assert inbox.envelopes == []
    [record] = [each for each in caplog.records if each.name == "backwright.mail"]
    assert record.getMessage() == "a mail was refused"
    assert vars(record)["smtp_code"] in (554, 550)
    assert to not in str(vars(record))


async def test_a_server_that_is_not_there_is_worth_another_attempt() -> None:
    """Nobody listens on that port."""
    with pytest.raises(ConnectionError):
        await Smtp(address(1), SENDER).deliver(MESSAGE)


async def test_user_and_password_go_over_tls(inbox: Inbox, serve: Serve, certificate: Path) -> None:
    """STARTTLS first, then AUTH."""
    port = await serve(
        tls_context=server_tls(certificate),
        authenticator=inbox.login,
        auth_required=True,
        require_starttls=True,
    )
    to = address(port, start_tls=True, user="post", password="p:ss")
    await Smtp(to, SENDER, trusting(certificate)).deliver(MESSAGE)
    assert inbox.logins == [(b"post", b"p:ss")]
    assert len(inbox.envelopes) == 1
    assert inbox.sessions[0].ssl is not None


async def test_a_server_that_offers_no_tls_gets_no_password(inbox: Inbox, serve: Serve) -> None:
    """Where STARTTLS is demanded; a middleman may have taken the offer away."""
    port = await serve(authenticator=inbox.login, auth_require_tls=False)
    with pytest.raises(Exception, match="TLS"):
        await Smtp(address(port, start_tls=True, user="post", password="p:ss"), SENDER).deliver(MESSAGE)
    assert inbox.logins == inbox.envelopes == []


async def test_a_server_that_nobody_vouches_for_gets_nothing(
    inbox: Inbox, serve: Serve, certificate: Path
) -> None:
    """Certificates are verified."""
    port = await serve(tls_context=server_tls(certificate), authenticator=inbox.login)
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate"):
        await Smtp(address(port, start_tls=True), SENDER).deliver(MESSAGE)
    assert inbox.envelopes == []


async def test_tls_from_the_start(inbox: Inbox, serve: Serve, certificate: Path) -> None:
    """`smtps://`."""
    port = await serve(ssl=server_tls(certificate))
    await Smtp(address(port, tls=True), SENDER, trusting(certificate)).deliver(MESSAGE)
    assert len(inbox.envelopes) == 1


async def test_an_address_that_would_bring_headers_goes_nowhere(inbox: Inbox, serve: Serve) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(Refused):
        await Smtp(address(await serve()), SENDER).deliver(
            Message("reset", "ada@example.org\r\nBcc: eve@example.org", "Hello", "text")
        )
    assert inbox.envelopes == []


async def test_developers_read_mail_in_the_terminal() -> None:
    """What could move the cursor is written out."""
    stream = io.StringIO()
    await Terminal(stream).deliver(Message("reset", "ada@example.org", "Hello", "code\n\nabc\x1b[2J"))
    shown = stream.getvalue()
    for line in ("  | To: ada@example.org", "  | Subject: Hello", "  | code"):
        assert line in shown
    assert "\x1b" not in shown


def test_which_one_a_service_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL_URL where it is set; else the terminal, a list in tests, and nothing in production."""
    monkeypatch.chdir(tmp_path)

    def mailer(**given: Any) -> object:
        return open_mail(Settings(_env_file=None, **given)).mailer

    secret = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"
    production = {"environment": "production", "secret_key": secret, "public_url": "https://api.example.com"}
    assert isinstance(mailer(), Terminal)
    assert isinstance(mailer(environment="test"), Kept)
    assert mailer(**production) is None
    found = mailer(**production, mail_url="smtps://u:hunter22@mail.example.com", mail_from=SENDER)
    assert repr(found) == "<Smtp mail.example.com:465>"
