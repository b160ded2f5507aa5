"""Seals over the audit log: what each of them says, and how anybody can see that it was not changed afterwards.

What lives here: the table, the digest of an entry, the chain from seal to seal and its signature. What must not:
making seals (`audit_sealer.py`), comparing them with the log (`audit_verify.py`).

A seal lists entries by id and digest (SHA-256 over the entry as canonical JSON). Its own hash covers that list and
the hash of the seal before it, and is signed (Ed25519, RFC 8032) with a key that follows from the service's secret.
So whoever can write to the database, and does not have the secret, cannot change an entry and make it fit again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from backwright.audit_triggers import append_only
from backwright.columns import Id, Timestamp, fixed_width
from backwright.entity import Entity

audit_seals: Final = Table(
    "audit_seals",
    Entity.metadata,
    Column("sequence", BigInteger(), primary_key=True),
    Column("sealed_at", Timestamp(), nullable=False),
    Column("complete_through", Timestamp(), nullable=False),
    Column("kept_from", BigInteger(), nullable=False),
    Column("last_id", Id()),
    Column("members", LargeBinary(), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    Index("ix_audit_seals_last_id", "last_id"),
)
"""One row per batch of entries; the first has the sequence 1."""

append_only(audit_seals)

FIRST: Final = "0" * 64
"""What the first seal says of the one before it."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_ID: Final = 16
_MEMBER: Final = _ID + 32
_CONTEXT: Final = b"backwright audit seal v1\n"

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seal:
    """A row of `audit_seals`."""

    sequence: int
    sealed_at: datetime
    complete_through: datetime
    """Every entry whose id was made before this moment is in this seal or in one before it."""
    kept_from: int
    """Entries of seals before this one may have been dropped: they were old, and are archived."""
    last_id: UUID | None
    """The newest of its entries; none in a seal that only says that nothing came late, or that entries may go."""
    members: bytes
    """For each entry its id (16 bytes) and its digest (32 bytes), by id."""
    previous: str
    key_id: str
    hash: str = ""
    signature: str = ""

    def entries(self) -> Iterator[tuple[UUID, bytes]]:
        """Id and digest of each."""
        for at in range(0, len(self.members), _MEMBER):
            yield (
                UUID(bytes=self.members[at : at + _ID]),
                self.members[at + _ID : at + _MEMBER],
            )

    @property
    def count(self) -> int:
        """How many entries it lists."""
        return len(self.members) // _MEMBER

    def computed_hash(self) -> str:
        """What `hash` has to be."""
        told = {
            "sequence": self.sequence,
            "sealed_at": fixed_width(self.sealed_at),
            "complete_through": fixed_width(self.complete_through),
            "kept_from": self.kept_from,
            "last_id": None if self.last_id is None else str(self.last_id),
            "members": hashlib.sha256(self.members).hexdigest(),
            "previous": self.previous,
            "key_id": self.key_id,
        }
        return hashlib.sha256(_CONTEXT + canonical(told)).hexdigest()

    def row(self) -> dict[str, Any]:
        """Its values by column."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


COLUMNS: Final = tuple(audit_seals.c[each.name] for each in fields(Seal))
"""The columns in the order of a `Seal`."""


def listed(entries: Iterable[tuple[UUID, bytes]]) -> bytes:
    """`Seal.members` of entries, each with its digest."""
    return b"".join(id_.bytes + digest for id_, digest in entries)


def ids_of(members: bytes) -> Iterator[bytes]:
    """The ids, 16 bytes each, of `Seal.members`."""
    return (members[at : at + _ID] for at in range(0, len(members), _MEMBER))


def canonical(value: Any) -> bytes:
    """A value as JSON of which there is one form: keys sorted, no spaces, UTF-8."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def digest(entry: Entry) -> bytes:
    """SHA-256 of an entry, whichever engine it was read from."""
    return hashlib.sha256(canonical(plain(entry))).digest()


def plain(entry: Entry) -> dict[str, Any]:
    """An entry as values of JSON: ids as text, moments in UTC with microseconds."""
    found = dict(entry)
    for name, value in found.items():
        if isinstance(value, datetime):
            found[name] = fixed_width(value)
        elif isinstance(value, UUID):
            found[name] = str(value)
    return found


def made_since(moment: datetime) -> UUID:
    """The least id that can have been made at or after a moment (a UUID of version 7, RFC 9562)."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=milliseconds << 80)


def made_at(id_: UUID) -> datetime:
    """The moment, to the millisecond, at which an id was made."""
    return EPOCH + timedelta(milliseconds=id_.int >> 80)


class SealKeys:
    """The key that signs and those that signed before, all from secrets of the service, the present one first."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        found = [_private_key(each) for each in secrets]
        self._signing = found[0]
        self._known = {key_id(each.public_key()): each.public_key() for each in found}
        self.key_id: Final = key_id(self._signing.public_key())

    def signed(self, seal: Seal) -> Seal:
        """The seal with its hash and signature."""
        named = replace(seal, key_id=self.key_id)
        found = named.computed_hash()
        return replace(named, hash=found, signature=self._signing.sign(_CONTEXT + found.encode()).hex())

    def knows(self, key: str) -> bool:
        """Whether signatures of a key can be told from forged ones."""
        return key in self._known

    def is_genuine(self, key: str, hash_: str, signature: str) -> bool:
        """Whether a hash was signed with a key that is known."""
        try:
            self._known[key].verify(bytes.fromhex(signature), _CONTEXT + hash_.encode())
        except (KeyError, ValueError, InvalidSignature):
            return False
        return True


def _private_key(secret: bytes) -> Ed25519PrivateKey:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"backwright audit seals v1")
    return Ed25519PrivateKey.from_private_bytes(derived.derive(secret))


def key_id(key: Ed25519PublicKey) -> str:
    """A short name of a public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]
