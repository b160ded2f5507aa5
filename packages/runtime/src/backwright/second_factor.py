"""The second factor: a code from an authenticator app, or one of the codes on a sheet of paper.

What lives here: whether an account has one, and whether a code is good. What must not: switching it on and
off (`second_factor_setup.py`), the login around it (`login.py`).

A code is used up in the transaction that lets its owner in, by one conditional statement: of two uses at the
same moment one is good. Six digits can be guessed, so attempts are few: `ATTEMPTS` an hour for each account.
Where the owner has signed in before counts apart, so that whoever has stolen the password cannot use up the
owner's attempts.
"""

import base64
import logging
import re
import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from backwright import totp
from backwright.context import current, now
from backwright.database import Database, Work
from backwright.entity import new_id
from backwright.errors import Unauthenticated
from backwright.hosts import limit_key
from backwright.limits import Limiter, Policy, Verdict
from backwright.sealing import Sealer
from backwright.second_factor_rows import SecondFactorStatements
from backwright.sessions import Sessions, hashed

ATTEMPTS: Final = Policy("second-factor", 20, 3600, strict=True)
"""Codes that are looked at. With three codes good at a time, one guess in 330,000 is right."""

TOLD_AFTER: Final = 5
"""Wrong codes within the hour after which the owner gets mail: somebody knows the password."""

RECOVERY_CODES: Final = 10
"""Codes on a sheet, each good once."""

_RECOVERY_BYTES: Final = 15
"""120 bits: no slow hash is needed (ASVS 5 §6.5.2 asks for 112), and no letters are left over in base32."""

_TOTP: Final = re.compile(r"[0-9]{6}", re.ASCII)
_SPACES: Final = re.compile(r"[\s-]+")
_log = logging.getLogger("backwright.second_factor")


class SecondFactorNeeded(Unauthenticated):
    """The password was right and is not enough: `challenge` and a code end the login.

    An error, so that no door to a session can take the first step for the whole.
    """

    def __init__(self, challenge: str) -> None:
        super().__init__("Enter the code of your second factor.")
        self.challenge = challenge


PURPOSE: Final = "backwright second factor v1"
"""What the secrets that apps share with us are sealed for."""


class SecondFactor:
    """The second factors of one service. `secret` seals what the apps share with us."""

    def __init__(
        self, database: Database, limiter: Limiter, sessions: Sessions, secret: bytes | tuple[bytes, ...]
    ) -> None:
        self._database = database
        self._limiter = limiter
        self._sessions = sessions
        self._sealer = Sealer(secret, PURPOSE)
        self.sql = SecondFactorStatements(database)

    async def is_on(self, user_id: UUID) -> bool:
        """Whether this account has a second factor."""
        return bool(await self._database.fetch(self.sql.is_on, {"user": user_id}))

    async def admit(self, user_id: UUID) -> Verdict:
        """Count an attempt. Raises `RateLimited`."""
        ip = current.get().client_ip
        async with self._database.work() as work:
            is_known = await self._sessions.is_known_place(work, user_id, ip)
        return await self._limiter.enforce(
            ATTEMPTS, f"{user_id} {limit_key(ip)}" if is_known else str(user_id)
        )

    async def spend(self, work: Work, user_id: UUID, code: str) -> bool:
        """Use a code up, with the end of this transaction; False if it is not good, or not any more."""
        bare = _SPACES.sub("", code).upper()
        if not _TOTP.fullmatch(bare):
            return await work.execute(self.sql.use_recovery, {"user": user_id, "hash": hashed(bare)}) == 1
        rows = await work.fetch(self.sql.secret, {"user": user_id})
        step = self.matching_step(user_id, rows[0][0], bare) if rows else None
        if step is None:
            return False
        return await work.execute(self.sql.use_step, {"user": user_id, "step": step}) == 1

    def seal(self, user_id: UUID, secret: bytes) -> bytes:
        """The secret as it is stored: of no use in another row, or without the service's key."""
        return self._sealer.seal(secret, user_id.bytes)

    def matching_step(self, user_id: UUID, sealed: bytes, code: str) -> int | None:
        """The time step of a code, if it is good now."""
        try:
            secret = self._sealer.open(sealed, user_id.bytes)
        except InvalidTag:
            _log.exception("a second factor was sealed under another secret; its recovery codes still work")
            return None
        return totp.matching_step(secret, code, now().timestamp())

    async def new_recovery_codes(self, work: Work, user_id: UUID) -> list[str]:
        """A fresh sheet; the old one is void. The codes exist here and at the owner, nowhere else."""
        await work.execute(self.sql.drop_recovery, {"user": user_id})
        made = [
            base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)
        ]
        for each in made:
            row = {"id": new_id(), "user_id": user_id, "code_hash": hashed(each)}
            await work.execute(self.sql.add_recovery, row)
        return ["-".join(each[at : at + 6] for at in range(0, len(each), 6)) for each in made]
