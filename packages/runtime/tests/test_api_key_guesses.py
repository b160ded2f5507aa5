"""Made-up keys do not keep the database busy, and close nothing for others."""

from collections.abc import AsyncIterator

import pytest
from api_key_flows import ada, bearing, key_of
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.api_key_checks import KeyChecks
from backwright.api_key_form import new_secret, write
from backwright.api_key_guesses import SECONDS, WRONG, WrongKeys
from backwright.context import Context, current
from backwright.entity import new_id
from backwright.errors import RateLimited, Unauthenticated
from office_roles import Role
from steps import recorded, taken

GUESSER, NEIGHBOUR = "192.0.2.66", "192.0.2.67"


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, api_keys=True)


@pytest.fixture
async def checks(accounts: BoundAccounts) -> AsyncIterator[KeyChecks]:
    """What verifies keys, with nothing left of earlier tests, asked from the guesser's address."""
    found = accounts._authenticator.keys
    assert found is not None
    found._wrong = WrongKeys()
    token = current.set(Context(client_ip=GUESSER))
    yield found
    current.reset(token)
    found._wrong = WrongKeys()


def made_up() -> str:
    return write("office", new_id(), new_secret())


async def test_the_same_wrong_key_is_looked_up_once(
    checks: KeyChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that goes on with a revoked key costs nothing, and is not one that guesses."""
    steps, text = recorded(monkeypatch), made_up()
    for _ in range(WRONG.limit * 2):
        with pytest.raises(Unauthenticated):
            await checks.prove(text)
    assert len(taken(steps)) == 1


async def test_a_wrong_key_is_looked_up_again_after_seconds(
    checks: KeyChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was wrong because its tenant was suspended may be good later."""
    steps, text, at = recorded(monkeypatch), made_up(), 1_000.0
    monkeypatch.setattr("backwright.api_key_guesses.time.monotonic", lambda: at)
    for passed in (0.0, SECONDS - 0.1, SECONDS):
        at = 1_000.0 + passed
        with pytest.raises(Unauthenticated):
            await checks.prove(text)
    assert len(taken(steps)) == 2


async def test_whoever_makes_keys_up_is_not_listened_to_for_a_while(
    checks: KeyChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 without a look into the database; not for others, and not for keys that were good a moment ago."""
    for _ in range(WRONG.limit):
        with pytest.raises(Unauthenticated):
            await checks.prove(made_up())
    steps = recorded(monkeypatch)
    with pytest.raises(RateLimited) as refused:
        await checks.prove(made_up())
    assert 1 <= int(refused.value.headers["Retry-After"]) <= WRONG.window
    assert taken(steps) == []
    current.set(Context(client_ip=NEIGHBOUR))
    with pytest.raises(Unauthenticated):
        await checks.prove(made_up())
    assert len(taken(steps)) == 1


async def test_a_good_key_beside_a_guesser_goes_on(checks: KeyChecks, accounts: BoundAccounts) -> None:
    """An office behind one address: who worked before works on."""
    header = bearing(await key_of(accounts, await ada(accounts)))["Authorization"]
    await accounts.authenticate(header)
    for _ in range(WRONG.limit):
        with pytest.raises(Unauthenticated):
            await accounts.authenticate(f"Bearer {made_up()}")
    with pytest.raises(RateLimited):
        await accounts.authenticate(f"Bearer {made_up()}")
    accounts._authenticator.forget_everyone()
    assert (await accounts.authenticate(header)).method == "key"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are."""
    monkeypatch.setattr("backwright.api_key_guesses.MAX_REMEMBERED", 100)
    wrong = WrongKeys()
    for number in range(1_000):
        wrong.note(f"digest {number}", f"ip:{number}")
    assert len(wrong._until) <= 100
    assert wrong.is_known("digest 999")
