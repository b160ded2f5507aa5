"""What mails say: where the link leads is configured, and nothing in them was written by a stranger."""

import inspect
from typing import Any

import pytest
from backwright.account_codes import Purpose
from backwright.account_mails import PAGES, AccountMails
from backwright.context import Context, current
from backwright.mail import Message
from backwright.settings import Settings

CODE = "canary-code-0123456789"


def mails(**given: Any) -> AccountMails:
    return AccountMails(
        Settings(
            _env_file=None,
            environment="test",
            service="office",
            public_url="https://api.example.com",
            **given,
        )
    )


def all_of(found: AccountMails) -> list[Message]:
    """One of each, with a code where there is one."""
    given = {"to": "ada@example.org", "code": CODE, "what": "It is on now.", "provider": "google"}
    return [
        method(**{name: given[name] for name in inspect.signature(method).parameters})
        for name, method in inspect.getmembers(found, inspect.ismethod)
        if not name.startswith("_")
    ]


def test_links_lead_to_the_configured_front_end() -> None:
    """The code stands in the fragment, which no server, log or `Referer` gets to see."""
    text = mails(account_url="https://app.example.com/account/").reset("ada@example.org", CODE).text
    assert f"https://app.example.com/account/reset#code={CODE}" in text


def test_without_a_front_end_the_mail_holds_the_code() -> None:
    """And says where it goes, by the configured address of the service."""
    text = mails().reset("ada@example.org", CODE).text
    assert f"\n\n{CODE}\n\n" in text
    assert "https://api.example.com/auth/password/reset" in text


@pytest.mark.parametrize("purpose", sorted(PAGES))
def test_each_code_says_how_long_it_is_good(purpose: Purpose) -> None:
    """As it is."""
    said = {"register": "60 minutes", "invite": "7 days", "reset": "30 minutes", "email": "60 minutes"}
    assert said[purpose] in mails()._way(purpose, CODE)


def test_every_mail_names_the_service_and_goes_to_one_reader() -> None:
    """A subject by which filters can sort; no markup; no line that is cut on the way."""
    found = all_of(mails(account_url="https://app.example.com"))
    assert len(found) == 14
    for each in found:
        assert each.to == "ada@example.org"
        assert each.subject.startswith("[office] ")
        assert "https://api.example.com" in each.text or "https://app.example.com" in each.text
        assert "<" not in each.text
        assert max(map(len, each.text.splitlines())) < 500


def test_notices_say_when_and_where_and_what_to_do() -> None:
    """From which address it came, never what a program called itself."""
    token = current.set(Context(client_ip="203.0.113.7"))
    try:
        text = mails().password_changed("ada@example.org").text
    finally:
        current.reset(token)
    assert "from 203.0.113.7" in text
    assert "UTC" in text
    assert "reset your password" in text
