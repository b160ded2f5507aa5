"""What is written to the owners of accounts.

What lives here: the text of every mail. What must not: when one is sent. A mail holds nothing that a caller
wrote (no name, no user agent): a form that mails what strangers type is a way to send spam. Links begin with
`ACCOUNT_URL` and the service is called by its `PUBLIC_URL`; the Host header of a request has no say.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from backwright.account_codes import LIFETIME, Purpose
from backwright.context import current, now
from backwright.mail import Message

if TYPE_CHECKING:
    from backwright.settings import Settings

PAGES: Final[Mapping[Purpose, tuple[str, str]]] = {
    Purpose.REGISTER: ("register", "/auth/register/confirm"),
    Purpose.INVITE: ("register", "/auth/register/confirm"),
    Purpose.RESET: ("reset", "/auth/password/reset"),
    Purpose.EMAIL: ("email", "/auth/email/confirm"),
}
"""Purpose → the page of the front end below `ACCOUNT_URL`, and the route that takes the code."""

NOT_YOU: Final = "If this was not you, reset your password now and sign out everywhere."
IGNORE: Final = "If you did not ask for this, ignore this mail: nothing has changed."


class AccountMails:
    """The mails of one service."""

    def __init__(self, settings: "Settings") -> None:
        self._service = settings.service
        self._public_url = settings.public_url
        self._account_url = settings.account_url

    def register(self, to: str, code: str) -> Message:
        """The way to an account, for whoever signs up."""
        return self._message(
            "register",
            to,
            "Confirm your address",
            f"Somebody wants to make an account at {self._public_url} with this address.",
            self._way(Purpose.REGISTER, code),
            IGNORE,
        )

    def has_account(self, to: str) -> Message:
        """For somebody who signs up, or moves, with an address that has an account."""
        return self._message(
            "has_account",
            to,
            "You have an account",
            f"Somebody wants to use this address for an account at {self._public_url}. There is one already: "
            "sign in with it, or reset its password.",
            IGNORE,
        )

    def invite(self, to: str, code: str) -> Message:
        """The way to an account, for somebody whom an administrator invites."""
        return self._message(
            "invite",
            to,
            "You are invited",
            f"You are invited to make an account at {self._public_url}.",
            self._way(Purpose.INVITE, code),
            "If you do not want one, ignore this mail.",
        )

    def reset(self, to: str, code: str) -> Message:
        """The way to another password."""
        return self._message(
            "reset",
            to,
            "Reset your password",
            f"Somebody wants to set another password for your account at {self._public_url}.",
            self._way(Purpose.RESET, code),
            IGNORE,
        )

    def confirm_email(self, to: str, code: str) -> Message:
        """The way to another address, sent to the new one."""
        return self._message(
            "confirm_email",
            to,
            "Confirm your new address",
            f"Somebody wants to use this address for their account at {self._public_url}.",
            self._way(Purpose.EMAIL, code),
            IGNORE,
        )

    def email_change_asked(self, to: str) -> Message:
        """For the address that would be replaced."""
        return self._notice("email_change_asked", to, "A change of your address was asked for", "")

    def email_changed(self, to: str) -> Message:
        """For both addresses. The new one is not named: the old mailbox may not be the owner's any more."""
        text = "Mail about the account goes to the new address from now on."
        return self._notice("email_changed", to, "Your address was changed", text)

    def password_changed(self, to: str) -> Message:
        """For the owner, whoever changed it."""
        return self._notice("password_changed", to, "Your password was changed", "")

    def new_device(self, to: str) -> Message:
        """A login from where there was none before."""
        return self._notice("new_device", to, "New sign-in", "It is from a device that was not used before.")

    def second_factor_changed(self, to: str, what: str) -> Message:
        """The second factor was switched on or off, or has new recovery codes: `what` is the sentence."""
        return self._notice("second_factor_changed", to, "Your second factor was changed", what)

    def second_factor_guessed(self, to: str) -> Message:
        """Somebody knows the password and guesses the code."""
        text = "Somebody has signed in with your password and entered wrong codes of your second factor."
        return self._notice("second_factor_guessed", to, "Somebody knows your password", text)

    def identity_linked(self, to: str, provider: str) -> Message:
        """Another way into the account, whoever has opened it. The name is the operator's word."""
        text = f"It can be used to sign in from now on: {provider}."
        return self._notice("identity_linked", to, "A sign-in provider was linked", text)

    def identity_unlinked(self, to: str, provider: str) -> Message:
        """A way into the account that is gone."""
        text = f"It cannot be used to sign in any more: {provider}."
        return self._notice("identity_unlinked", to, "A sign-in provider was unlinked", text)

    def api_key_made(self, to: str) -> Message:
        """A key that acts as the owner was made."""
        text = "Whoever holds it can use the service as you. Your keys are listed, and revoked, at /auth/api-keys."
        return self._notice("api_key_made", to, "An API key was made", text)

    def _way(self, purpose: Purpose, code: str) -> str:
        """A link into the front end, or the code alone. A fragment is sent to no server and no `Referer`."""
        page, route = PAGES[purpose]
        minutes = int(LIFETIME[purpose].total_seconds() // 60)
        lasting = f"{minutes} minutes" if minutes < 24 * 60 else f"{minutes // (24 * 60)} days"
        if self._account_url:
            way = f"Open this link:\n\n{self._account_url}/{page}#code={code}"
        else:
            way = f"Your code is:\n\n{code}\n\nSend it to {self._public_url}{route}."
        return f"{way}\n\nIt can be used once, within {lasting}. Give it to nobody."

    def _notice(self, kind: str, to: str, subject: str, text: str) -> Message:
        when = f"{now():%Y-%m-%d %H:%M} UTC"
        where = current.get().client_ip
        happened = f"{subject}: {self._public_url}, {when}" + (f", from {where}." if where else ".")
        return self._message(kind, to, subject, happened, text, NOT_YOU)

    def _message(self, kind: str, to: str, subject: str, *paragraphs: str) -> Message:
        text = "\n\n".join(each for each in paragraphs if each)
        return Message(kind, to, f"[{self._service}] {subject}", text + "\n")
