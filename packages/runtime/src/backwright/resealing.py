"""What is kept under the service's secret, sealed anew under the present one.

What lives here: the rows that outlive a change of `SECRET_KEY` (signing keys, second factors), and carrying them over.
What must not: encrypted fields of entities, which have keys of their own (`encryption_keys.py`).

While `SECRET_KEY_PREVIOUS` is set both secrets open them. Afterwards only what was sealed anew can be read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Table, bindparam, select, update

from backwright.database import Database, Work
from backwright.keyring import PURPOSE as SIGNING
from backwright.keyring import signing_keys
from backwright.sealing import Sealer
from backwright.second_factor import PURPOSE as FACTORS
from backwright.second_factor_rows import second_factors


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of the rows of a table."""

    table: str
    resealed: int
    lost: int
    """Rows that neither secret opens: they were sealed under a third one."""


class _Kept(NamedTuple):
    table: Table
    key: Column[Any]
    sealed: Column[Any]
    purpose: str
    bound: Callable[[Any], bytes]


KEPT: Final = (
    _Kept(signing_keys, signing_keys.c.kid, signing_keys.c.private_sealed, SIGNING, str.encode),
    _Kept(
        second_factors,
        second_factors.c.user_id,
        second_factors.c.secret_sealed,
        FACTORS,
        lambda id_: id_.bytes,
    ),
)


async def reseal(database: Database, secrets: tuple[bytes, ...]) -> list[Resealed]:
    """Seal under the first secret what only the others open. May be broken off and done again.

    Raises `Unavailable`.
    """
    return [await _reseal(database, kept, secrets) for kept in KEPT]


async def _reseal(database: Database, kept: _Kept, secrets: tuple[bytes, ...]) -> Resealed:
    present, every = Sealer(secrets[0], kept.purpose), Sealer(secrets, kept.purpose)
    change = database.prepare(
        update(kept.table)
        .where(kept.key == bindparam("at_key", type_=kept.key.type))
        .where(kept.sealed == bindparam("before", type_=kept.sealed.type))
        .values({kept.sealed: bindparam("after", type_=kept.sealed.type)})
    )
    done = lost = 0
    for key, sealed in await database.fetch(database.prepare(select(kept.key, kept.sealed))):
        bound = kept.bound(key)
        if _opened(present, sealed, bound) is not None:
            continue
        if (value := _opened(every, sealed, bound)) is None:
            lost += 1
            continue
        said = {"at_key": key, "before": sealed, "after": present.seal(value, bound)}

        async def one(work: Work, said: dict[str, Any] = said) -> int:
            return await work.execute(change, said)

        done += await database.repeatable(one)
    return Resealed(kept.table.name, done, lost)


def _opened(sealer: Sealer, sealed: bytes, bound: bytes) -> bytes | None:
    try:
        return sealer.open(sealed, bound)
    except InvalidTag:
        return None
