"""The mail that a service has sent, as its readers see it."""

import re
from typing import Any

from backwright.mail import Mail, Message
from backwright.mailers import Kept

CODE = re.compile(r"^[A-Za-z0-9_-]{43}$", re.MULTILINE)


class Mailbox:
    """Reads what a service in a test has sent."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    def clear(self) -> None:
        """Forget all mail so far."""
        mailer: Any = self._mail.mailer
        assert isinstance(mailer, Kept)
        mailer.messages.clear()

    async def messages(self, to: str | None = None) -> list[Message]:
        """All mail so far, or that to one address; waits for what is under way."""
        await self._mail.idle()
        mailer: Any = self._mail.mailer
        assert isinstance(mailer, Kept)
        return [each for each in mailer.messages if to in (None, each.to)]

    async def kinds(self, to: str) -> list[str]:
        """What was sent to an address, by kind."""
        return [each.kind for each in await self.messages(to)]

    async def code(self, to: str) -> str:
        """The code in the last mail to an address that has one."""
        found = [code for each in await self.messages(to) for code in CODE.findall(each.text)]
        assert found, f"no code was mailed; there is: {await self.kinds(to)}"
        return str(found[-1])
