"""A token is verified once, remembered for seconds, and forgotten the moment it stops counting."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import time_machine
from backwright import authentication
from backwright.actor import ANONYMOUS, PUBLIC, SIGNED_IN
from backwright.authentication import TRUSTED_SECONDS, Authenticator
from backwright.database import Database
from backwright.errors import Unauthenticated
from backwright.keyring import KeyRing
from backwright.tokens import AccessTokens

ADA, BOB = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class Accounts:
    """What the database would say: the roles of open sessions. Counts how often it is asked."""

    def __init__(self) -> None:
        self.roles: dict[UUID, frozenset[str]] = {ADA: frozenset({"admin"}), BOB: frozenset()}
        self.closed: set[UUID] = set()
        self.asked = 0

    async def load(self, user_id: UUID, session_id: UUID) -> frozenset[str] | None:
        self.asked += 1
        return None if session_id in self.closed else self.roles[user_id]


@pytest.fixture
def tokens(database: Database) -> AccessTokens:
    ring = KeyRing(database, b"a secret for tests only, forty-eight characters!")
    return AccessTokens(ring, issuer="https://o.test", audience="o", lifetime=timedelta(minutes=10))


@pytest.fixture
def stored() -> Accounts:
    return Accounts()


@pytest.fixture
def authenticator(tokens: AccessTokens, stored: Accounts) -> Authenticator:
    return Authenticator(tokens, stored.load)


@pytest.fixture
async def clock(tmp_path: Path) -> AsyncGenerator[time_machine.Traveller, None]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


async def header(tokens: AccessTokens, user_id: UUID = ADA, session_id: UUID | None = None) -> str:
    return "Bearer " + await tokens.issue(user_id, session_id or uuid4())


async def test_no_header_is_nobody(authenticator: Authenticator) -> None:
    """Which is a caller too, with the public role."""
    assert await authenticator.authenticate(None) is ANONYMOUS


async def test_a_good_token_is_its_user_with_the_roles_of_now(
    authenticator: Authenticator, tokens: AccessTokens
) -> None:
    """Roles come from the database, not from the token."""
    session = uuid4()
    actor = await authenticator.authenticate(await header(tokens, ADA, session))
    assert (actor.id, actor.session_id, actor.method) == (ADA, session, "token")
    assert actor.roles == {"admin", PUBLIC, SIGNED_IN}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YWRhOnB3",
        "bearer a b",
        "Bearer é.é.é",
        "Bearer \udc80.x.y",
        "x" * 100_000,
    ],
)
async def test_a_header_that_proves_nothing_is_refused(authenticator: Authenticator, text: str) -> None:
    """Sending rubbish is not the same as sending nothing."""
    with pytest.raises(Unauthenticated) as refused:
        await authenticator.authenticate(text)
    assert refused.value.headers["WWW-Authenticate"].startswith("Bearer error=")


async def test_the_scheme_is_read_in_any_case(authenticator: Authenticator, tokens: AccessTokens) -> None:
    """RFC 9110 says so."""
    token = (await header(tokens)).removeprefix("Bearer ")
    assert (await authenticator.authenticate(f"bearer {token}")).id == ADA


async def test_a_known_token_asks_nobody_for_ten_seconds(
    authenticator: Authenticator, tokens: AccessTokens, stored: Accounts, clock: time_machine.Traveller
) -> None:
    """Then the session and the roles are read again, and the signature is not."""
    assert TRUSTED_SECONDS <= 10
    authorization = await header(tokens)
    for _ in range(100):
        await authenticator.authenticate(authorization)
    assert stored.asked == 1
    clock.shift(TRUSTED_SECONDS - 0.1)
    await authenticator.authenticate(authorization)
    assert stored.asked == 1
    stored.roles[ADA] = frozenset()
    clock.shift(0.1)
    assert (await authenticator.authenticate(authorization)).roles == {PUBLIC, SIGNED_IN}
    assert stored.asked == 2


async def test_another_process_knows_of_a_logout_within_ten_seconds(
    authenticator: Authenticator, tokens: AccessTokens, stored: Accounts, clock: time_machine.Traveller
) -> None:
    """And from then on it refuses at once."""
    session = uuid4()
    authorization = await header(tokens, ADA, session)
    await authenticator.authenticate(authorization)
    stored.closed.add(session)
    clock.shift(TRUSTED_SECONDS)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(authorization)


async def test_the_same_process_knows_at_once(
    authenticator: Authenticator, tokens: AccessTokens, stored: Accounts
) -> None:
    """For one session, for one user, for all; nobody else is asked about."""
    session = uuid4()
    ada, other, bob = await header(tokens, ADA, session), await header(tokens, ADA), await header(tokens, BOB)
    for each in (ada, other, bob):
        await authenticator.authenticate(each)
    forgetting: list[tuple[Callable[[], None], int]] = [
        (lambda: authenticator.forget_session(session), 1),
        (lambda: authenticator.forget_user(ADA), 2),
        (authenticator.forget_everyone, 3),
    ]
    for forget, concerned in forgetting:
        stored.asked = 0
        forget()
        for each in (ada, other, bob):
            await authenticator.authenticate(each)
        assert stored.asked == concerned


async def test_a_remembered_token_still_expires(
    authenticator: Authenticator, tokens: AccessTokens, clock: time_machine.Traveller
) -> None:
    """Being known does not make it live longer."""
    authorization = await header(tokens)
    for _ in range(10 * 60 + 29):
        clock.shift(1)
        await authenticator.authenticate(authorization)
    clock.shift(1)
    with pytest.raises(Unauthenticated, match="expired"):
        await authenticator.authenticate(authorization)


async def test_a_read_from_before_a_logout_is_not_remembered(tokens: AccessTokens, stored: Accounts) -> None:
    """The logout came while the roles were on their way; the next request asks again."""

    async def slow(user_id: UUID, session_id: UUID) -> frozenset[str] | None:
        found = await stored.load(user_id, session_id)
        stored.closed.add(session_id)
        racing.forget_session(session_id)
        return found

    racing = Authenticator(tokens, slow)
    authorization = await header(tokens)
    await racing.authenticate(authorization)
    with pytest.raises(Unauthenticated):
        await racing.authenticate(authorization)


async def test_memory_is_bounded(
    authenticator: Authenticator, tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one remembered longest goes first, and no token is kept, only its digest."""
    monkeypatch.setattr(authentication, "MAX_ENTRIES", 3)
    given = [await header(tokens) for _ in range(5)]
    for each in given:
        await authenticator.authenticate(each)
    assert len(authenticator._entries) == 3
    assert all(len(key) == 32 for key in authenticator._entries)


async def test_a_known_token_never_waits(authenticator: Authenticator, tokens: AccessTokens) -> None:
    """It is a look into a dictionary: the coroutine ends at its first step."""
    authorization = await header(tokens)
    actor = await authenticator.authenticate(authorization)
    with pytest.raises(StopIteration) as ended:
        authenticator.authenticate(authorization).send(None)
    assert ended.value.value is actor
